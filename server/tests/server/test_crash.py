"""The real process, killed and stopped under load: what was answered is stored, and stored once."""

import random
import time
from pathlib import Path

import pytest

from doubles.exports import Senders, span_count, trace_id
from doubles.server_process import read_store, running_server

KILLS = 8
CLIENTS = 6
DRAIN_S = 15

SPANS = "SELECT trace_id, count() AS n, uniqExact(span_id) AS different FROM spans GROUP BY trace_id"
USAGE_MINUTE = "SELECT sum(span_count) AS n FROM usage_minute"
USAGE_HOUR = "SELECT sum(span_count) AS n FROM usage_hour"


def assert_stored_once(data: Path, answered: set[int]) -> None:
    """Every answered export has all of its spans once, nothing else is there, and usage counts the same."""
    spans, minutes, hours = read_store(data, SPANS, USAGE_MINUTE, USAGE_HOUR)
    stored = {row["trace_id"]: (row["n"], row["different"]) for row in spans}
    assert stored == {trace_id(number): (span_count(number),) * 2 for number in answered}
    total = sum(span_count(number) for number in answered)
    assert (minutes[0]["n"], hours[0]["n"]) == (total, total)


@pytest.mark.slow
def test_kill_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Killed at random moments under load, the server has every answered export exactly once, also those sent again."""
    chance = random.Random(20)
    with running_server(tmp_path) as server:
        senders = Senders(server.port, CLIENTS)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 1.0))
            server.kill()
            server.start()
        time.sleep(0.5)
        senders.stop()
        assert server.stop() == 0
    assert min(sender.failures for sender in senders.senders) >= KILLS // 2, "the kills must hit requests"
    assert len(senders.answered) > 10 * KILLS
    assert_stored_once(tmp_path, senders.answered)


@pytest.mark.slow
def test_stop_under_load_stores_what_was_accepted(tmp_path: Path) -> None:
    """At SIGTERM the process stores what it accepted and ends by itself in time, with status 0; a new one goes on."""
    with running_server(tmp_path, drain_timeout_s=DRAIN_S) as server:
        senders = Senders(server.port, CLIENTS)
        for _ in range(2):
            time.sleep(0.7)
            server.send_stop()
            assert server.wait(DRAIN_S) == 0
            server.start()
        senders.stop()
        assert server.stop() == 0
    assert_stored_once(tmp_path, senders.answered)
