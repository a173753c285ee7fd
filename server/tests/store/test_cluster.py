"""What is ClusterEngine's own: its address, its user, and what happens when the server goes away."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from doubles.batches import span_batch
from doubles.breaking_proxy import breaking_proxy
from doubles.clickhouse_process import running_clickhouse
from watchglass.errors import InvalidInput, StoreError
from watchglass.store.cluster import ClusterEngine
from watchglass.store.migrate import migrate


@pytest.mark.parametrize("url", ["", "clickhouse:8123", "native://host:9000", "http://"])
def test_address_must_be_http(url: str) -> None:
    """An address that is not HTTP is refused by the name of its setting."""
    with pytest.raises(InvalidInput) as caught:
        ClusterEngine(url)
    assert caught.value.field == "clickhouse_url"


def test_absent_server_is_a_store_error() -> None:
    """A server that does not listen raises StoreError without a ClickHouse code."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(StoreError, match="no answer from ClickHouse") as caught:
            ClusterEngine(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert caught.value.code == 0


def test_password_is_sent_and_a_wrong_one_refused(tmp_path: Path) -> None:
    """The engine signs in with its user and password; a wrong password raises with ClickHouse's code."""
    with running_clickhouse(tmp_path, "--user", "watch", "--password", "pä ss:word") as url:
        engine = ClusterEngine(url, user="watch", password="pä ss:word")
        assert engine.query("SELECT 1 AS v").to_pylist() == [{"v": 1}]
        engine.close()
        with pytest.raises(StoreError) as caught:
            ClusterEngine(url, user="watch", password="wrong")
        assert caught.value.code == 516


def test_server_that_went_away_and_came_back(tmp_path: Path) -> None:
    """While the server is away every statement raises; once it is back the same engine works, its rows still there."""
    with running_clickhouse(tmp_path) as url:
        engine = ClusterEngine(url, database="kept")
        migrate(engine)
        engine.insert("spans", span_batch(3))
    with pytest.raises(StoreError, match="no answer"):
        engine.query("SELECT 1")
    with pytest.raises(StoreError, match="no answer"):
        engine.insert("spans", span_batch(3))
    with running_clickhouse(tmp_path, "--port", str(urlsplit(url).port)):
        engine.insert("spans", span_batch(4))
        assert engine.query("SELECT count() AS n FROM spans").to_pylist() == [{"n": 7}]
    engine.close()


def test_insert_is_sent_once_when_the_connection_breaks(clickhouse_url: str) -> None:
    """An insert whose connection breaks before the answer is not sent a second time, as it may have been stored."""
    with breaking_proxy(urlsplit(clickhouse_url).port or 0, breaks_on=b"INSERT+INTO") as (url, broken):
        engine = ClusterEngine(url, database="default")
        with pytest.raises(StoreError, match="no answer"):
            engine.insert("spans", span_batch(3))
        engine.close()
    assert len(broken) == 1
