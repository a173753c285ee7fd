"""The two databases that the settings name, opened and brought to the newest schema."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from watchglass.errors import InvalidInput, StoreError
from watchglass.settings import Settings
from watchglass.store.cluster import ClusterEngine
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.keys import list_keys
from watchglass.store.embedded import EmbeddedEngine
from watchglass.store.engine import Engine
from watchglass.store.migrate import migrate
from watchglass.store.retention import apply_retention

log = structlog.get_logger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Open the store that the settings name, with the newest schema and the settings' retention.

    Raises:
        StoreError: It cannot be opened: another process holds the folder, or the server does not answer.
        OSError: The folder cannot be made, or the password file cannot be read.
    """
    engine: Engine
    if settings.store == "cluster":
        engine = ClusterEngine(
            settings.clickhouse_url,
            database=settings.database,
            user=settings.clickhouse_user,
            password=settings.clickhouse_secret(),
            cluster=settings.clickhouse_cluster,
        )
    else:
        engine = EmbeddedEngine(settings.data_path / "store", settings.database, cache_bytes=settings.store_cache_bytes)
    try:
        for name in migrate(engine, cluster=settings.clickhouse_cluster):
            log.info("schema migrated", migration=name)
        apply_retention(engine, settings)
    except BaseException:
        engine.close()
        raise
    return engine


def store_answers(engine: Engine) -> list[str]:
    """Why the store cannot be asked now: nothing when it answers."""
    try:
        engine.query("SELECT 1")
    except StoreError as error:
        log.warning("the store does not answer", error=str(error)[:500])
        return ["the store does not answer"]
    return []


@contextmanager
def open_control(settings: Settings) -> Iterator[ControlDatabase]:
    """Open the control database that the settings name, and close it at the end.

    Raises:
        InvalidInput: Its address cannot be used.
        Unavailable: It does not answer.
        OSError: The folder cannot be made.
    """
    control = ControlDatabase(settings.control_url.get_secret_value() or sqlite_url(settings.data_path))
    try:
        yield control
    finally:
        control.close()


def refuse_without_keys(settings: Settings, control: ControlDatabase) -> None:
    """Keep a server that others can reach from starting open to all.

    Raises:
        InvalidInput: Keys are needed and none is good; the field is `host`.
    """
    if not settings.needs_keys or any(key.revoked_at_ns is None for key in list_keys(control)):
        return
    raise InvalidInput(
        "require_keys" if settings.is_loopback else "host",
        "API keys are needed and there are none; make one first: watchglass keys create admin --scope admin",
    )
