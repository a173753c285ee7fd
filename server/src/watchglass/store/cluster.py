"""ClickHouse over HTTP: the engine of a company, one server or a cluster, shared by many Watchglass servers."""

import io
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from watchglass.errors import InvalidInput, StoreError
from watchglass.store.clickhouse_errors import store_error
from watchglass.store.engine import Parameter

OLDEST_VERSION = (26, 8)
"""Text indexes are generally available from 26.2 on, and `parseQueryToJSON`, which guards users' SQL, from 26.8 on."""

CONNECT_TIMEOUT_S = 5
ANSWER_TIMEOUT_S = 300
"""Longest silence of the server before a statement is given up; above any query's own time limit."""

FIXED_SETTINGS = {
    "session_timezone": "UTC",
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_low_cardinality_as_dictionary": 0,
}
"""What a user profile on the server must not change: times without a zone are UTC, text comes back as text."""

INSERT_SETTINGS = {"async_insert": 0, "exclude_materialize_skip_indexes_on_insert": "text_search"}
"""An insert answers when its part is committed; the text index is built when parts merge."""


class ClusterEngine:
    """An Engine over a ClickHouse server's HTTP interface. Threads share one pool of connections."""

    kind: Literal["embedded", "cluster"] = "cluster"

    def __init__(
        self, url: str, *, user: str = "default", password: str = "", database: str = "watchglass", cluster: str = ""
    ) -> None:
        """Connect to the server at `url`, creating the database where it is absent.

        Args:
            url: `http://host:port` or `https://host:port`, with the path of a proxy where there is one.
            user: ClickHouse user.
            password: That user's password.
            database: Database of Watchglass's tables.
            cluster: ClickHouse cluster on which the database is created; empty for one server.

        Raises:
            InvalidInput: `url` is not an HTTP address.
            StoreError: The server cannot be reached, refuses the user, or is too old.
        """
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise InvalidInput("clickhouse_url", f"{url!r} is not an address like http://clickhouse:8123")
        self.database = database
        self._closed = threading.Event()
        with _translated():
            self._client = clickhouse_connect.get_client(
                interface=address.scheme,
                host=address.hostname,
                port=address.port or (8443 if address.scheme == "https" else 8123),
                proxy_path=address.path,
                username=user,
                password=password,
                database="",
                connect_timeout=CONNECT_TIMEOUT_S,
                send_receive_timeout=ANSWER_TIMEOUT_S,
                settings=FIXED_SETTINGS,
                # a session would let one statement run at a time and pin it to one replica
                autogenerate_session_id=False,
                dedicated_pool=True,
                # the server's words without its version and address, as people may see them
                show_clickhouse_errors="scrub",
                client_name="watchglass",
            )
            self._check_version()
            on_cluster = f" ON CLUSTER {cluster}" if cluster else ""
            self._client.command(f"CREATE DATABASE IF NOT EXISTS {database}{on_cluster}")
            self._client.database = database

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """See Engine.query."""
        with self._opened(), _translated():
            data = self._client.raw_query(
                sql, parameters=_bound(sql, parameters), settings=dict(settings or {}), fmt="ArrowStream"
            )
        if not data:
            return pa.table({})
        return pa.ipc.open_stream(data).read_all()

    def execute(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> None:
        """See Engine.execute."""
        with self._opened(), _translated():
            self._client.command(sql, parameters=_bound(sql, parameters), settings=dict(settings or {}))

    def insert(self, table: str, batch: pa.RecordBatch) -> None:
        """See Engine.insert. An insert whose answer is lost raises and may have been stored: look before sending again."""
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_batch(batch)
        # clickhouse-connect repeats a bytes body when the connection breaks, which could store it twice; not a file
        sink.seek(0)
        with self._opened(), _translated():
            self._client.raw_insert(
                table, column_names=batch.schema.names, insert_block=sink, settings=INSERT_SETTINGS, fmt="ArrowStream"
            )

    def close(self) -> None:
        """See Engine.close."""
        if not self._closed.is_set():
            self._closed.set()
            self._client.close()

    def _check_version(self) -> None:
        version = tuple(int(part) for part in re.findall(r"\d+", self._client.server_version or "")[:2])
        if version < OLDEST_VERSION:
            oldest = ".".join(map(str, OLDEST_VERSION))
            raise StoreError(f"ClickHouse {self._client.server_version} is too old; {oldest} or newer is needed")

    @contextmanager
    def _opened(self) -> Iterator[None]:
        if self._closed.is_set():
            raise StoreError("the store is closed")
        yield


def _bound(sql: str, parameters: Mapping[str, Parameter] | None) -> dict[str, Parameter] | None:
    """Keep the parameters that have a `{name:Type}` placeholder.

    Without any, clickhouse-connect would take the text for a Python format and trip over every percent sign.
    """
    named = set(re.findall(r"\{(\w+):[^}]+\}", sql))
    return {name: value for name, value in (parameters or {}).items() if name in named} or None


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors into ours; one that is not ClickHouse's own (no answer, no connection) has code 0."""
    try:
        yield
    except ClickHouseError as error:
        message = str(error)
        if "Code: " in message:
            raise store_error(message[message.index("Code: ") :]) from error
        raise StoreError(
            f"no answer from ClickHouse: {error.__cause__ or error}", getattr(error, "code", None) or 0
        ) from error
    except (HTTPError, OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"no answer from ClickHouse: {error}") from error
