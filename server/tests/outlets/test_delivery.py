"""Delivery over a real store, control database and HTTP target: nothing lost, nothing for ever."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from doubles.rows import insert_rows, span
from doubles.target import Received, Said, Target
from outlets.conftest import NOW_MS, Bench, run
from watchglass.model.records import Signal
from watchglass.outlets import queue
from watchglass.outlets.delivery import IDLE_S, LEASE_LOOK_S
from watchglass.outlets.otlp import Otlp
from watchglass.store.engine import Engine


def names(received: Received) -> list[str]:
    """The spans of one request."""
    request = ExportTraceServiceRequest.FromString(received.text)
    return [it.name for resource in request.resource_spans for scope in resource.scope_spans for it in scope.spans]


def all_names(target: Target) -> list[str]:
    """The spans of all requests, sorted."""
    return sorted(name for received in target.received for name in names(received))


def arrive(engine: Engine, at_ms: int, *numbers: int, **columns: Any) -> None:
    """Commit spans that arrive `at_ms` milliseconds after NOW_MS."""
    rows = [span(1, n, name=f"{n:04d}", received_at=NOW_MS + at_ms, **columns) for n in numbers]
    insert_rows(engine, "spans", rows)


def test_what_arrives_is_delivered_once_and_the_place_is_kept(engine: Engine, target: Target, bench: Bench) -> None:
    """Rows from before the outlet began stay; later ones go out once, also over a new start."""
    arrive(engine, -5000, 1)
    arrive(engine, 0, 2, 3)
    delivery = bench.delivery()
    assert run(delivery) == IDLE_S
    arrive(engine, 10, 4)
    assert run(delivery) == IDLE_S
    assert run(bench.delivery()) == IDLE_S
    assert all_names(target) == ["0002", "0003", "0004"]
    assert {received.path for received in target.received} == {"/v1/traces"}
    assert (bench.place().delivered_rows, bench.place().dropped_rows) == (3, 0)
    samples = bench.telemetry.read("watchglass_outlet_rows_total")
    assert samples == [({"outlet": "out", "signal": "spans", "outcome": "delivered"}, 3.0)]


def test_a_commit_larger_than_a_unit_goes_in_parts(engine: Engine, target: Target, bench: Bench, monkeypatch: Any) -> None:
    """One commit is read in several units, each row once; small commits are read together."""
    monkeypatch.setattr(queue, "MAX_ROWS", 10)
    arrive(engine, 0, *range(35))
    for at_ms in range(1, 9):
        arrive(engine, at_ms, 100 + at_ms)
    run(bench.delivery())
    assert all_names(target) == sorted([f"{n:04d}" for n in range(35)] + [f"{100 + n:04d}" for n in range(1, 9)])
    assert len(target.received) == 5


def test_a_filter_leaves_rows_out_and_moves_on(engine: Engine, target: Target, bench: Bench) -> None:
    """Only rows that fit are sent; commits without any are passed over."""
    arrive(engine, 0, 1, model="a")
    arrive(engine, 1, 2, model="b")
    arrive(engine, 2, 3, model="a")
    assert run(bench.delivery(filter_="model:b")) == IDLE_S
    assert all_names(target) == ["0002"]


def test_a_dead_target_costs_nothing_but_time(engine: Engine, target: Target, bench: Bench) -> None:
    """While nobody answers the wait doubles up to a bound and the rows stay; then they go out."""
    arrive(engine, 0, 1, 2)
    target.answer = lambda received: (503, {}, b"")
    delivery = bench.delivery()
    waits = [delivery.step() for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (bench.place().failure_count, bench.place().last_error) == (9, "503 Service Unavailable: ")
    bench.clock.advance_s(30)
    assert delivery.lag_s() == 30
    target.answer = lambda received: (200, {}, b"")
    assert run(delivery) == IDLE_S
    assert bench.place().delivered_rows == 2
    assert delivery.lag_s() == 0


def test_a_target_that_does_not_listen_is_tried_again(engine: Engine, bench: Bench) -> None:
    """A refused connection is a failure that passes."""
    arrive(engine, 0, 1)
    delivery = bench.delivery(outlet=Otlp("http://127.0.0.1:1", {}))
    assert delivery.step() == 1
    assert "ConnectError" in bench.place().last_error


def test_retry_after_is_honoured(engine: Engine, target: Target, bench: Bench) -> None:
    """429 with Retry-After waits as long as asked and a little, and a silly wish is cut."""
    arrive(engine, 0, 1)
    delivery = bench.delivery()
    for asked, waited in (("7", 8.0), ("999999", 901.0)):
        target.answer = lambda received, asked=asked: (429, {"retry-after": asked}, b"")
        assert delivery.step() == waited
    assert bench.place().dropped_rows == 0


def test_one_poisoned_row_takes_no_other_with_it(engine: Engine, target: Target, bench: Bench) -> None:
    """A request that is refused is halved until the row is alone; that row is dropped and counted, the others arrive."""
    arrive(engine, 0, *range(50))
    taken: list[str] = []

    def answer(received: Received) -> Said:
        held = names(received)
        if "0017" in held:
            return 400, {}, b"bad span"
        taken.extend(held)
        return 200, {}, b""

    target.answer = answer
    assert run(bench.delivery()) == IDLE_S
    assert sorted(taken) == [f"{n:04d}" for n in range(50) if n != 17]
    place = bench.place()
    assert (place.delivered_rows, place.dropped_rows) == (49, 1)
    assert place.last_error == "1 rows dropped: 400 Bad Request: bad span"


def test_a_target_that_refuses_everything_is_not_asked_for_ever(engine: Engine, target: Target, bench: Bench) -> None:
    """Refused unit after unit, the outlet drops with a bounded number of requests, and goes on."""
    arrive(engine, 0, *range(1000))
    target.answer = lambda received: (400, {}, b"")
    assert run(bench.delivery()) == IDLE_S
    assert bench.place().dropped_rows == 1000
    assert len(target.received) < 140


def test_a_wrong_key_drops_nothing(engine: Engine, target: Target, bench: Bench) -> None:
    """401 and 403 are tried again, and an answer that repeats the key does not show it."""
    arrive(engine, 0, 1)
    target.answer = lambda received: (403, {}, b"bad key key-of-the-target")
    delivery = bench.delivery()
    assert delivery.step() == 1
    assert bench.place().last_error == "403 Forbidden: bad key ***"
    target.answer = lambda received: (200, {}, b"")
    run(delivery)
    assert bench.place().delivered_rows == 1


def test_a_partial_success_counts_what_was_refused(engine: Engine, target: Target, bench: Bench) -> None:
    """Spans that the endpoint says it rejected are dropped ones."""
    arrive(engine, 0, 1, 2, 3)
    said = ExportTraceServiceResponse()
    said.partial_success.rejected_spans, said.partial_success.error_message = 2, "too old"
    target.answer = lambda received: (200, {}, said.SerializeToString())
    run(bench.delivery())
    assert (bench.place().delivered_rows, bench.place().dropped_rows) == (1, 2)
    assert bench.place().last_error == "2 rows dropped: too old"


def test_what_waits_too_long_is_dropped_and_counted(engine: Engine, target: Target, bench: Bench) -> None:
    """Beyond its bound an outlet drops the oldest, says how many, and delivers what is newer."""
    arrive(engine, 0, 1, 2)
    target.answer = lambda received: (503, {}, b"")
    delivery = bench.delivery()
    delivery.step()
    bench.clock.advance_s(3601)
    arrive(engine, 3_600_500, 3)
    target.answer = lambda received: (200, {}, b"")
    target.received.clear()
    assert run(delivery) == IDLE_S
    assert all_names(target) == ["0003"]
    place = bench.place()
    assert (place.delivered_rows, place.dropped_rows) == (1, 2)
    assert place.last_error == "2 rows dropped: rows waited longer than 1 h"


def test_a_server_that_died_before_keeping_its_place_sends_again(engine: Engine, target: Target, bench: Bench) -> None:
    """At least once: what was sent and not kept is sent again by the next process."""
    arrive(engine, 0, 1)
    delivery = bench.delivery()
    target.answer = lambda received: (503, {}, b"")
    delivery.step()
    target.answer = lambda received: (200, {}, b"")
    run(bench.delivery())
    assert [names(received) for received in target.received] == [["0001"], ["0001"]]


def test_of_several_servers_one_delivers(engine: Engine, target: Target, bench: Bench) -> None:
    """The second waits while the first holds the outlet, takes over once it is silent, and then the first stands back."""
    arrive(engine, 0, 1)
    first, second = bench.delivery(holder="first"), bench.delivery(holder="second")
    assert run(first) == IDLE_S
    assert second.step() == LEASE_LOOK_S
    bench.clock.advance_s(300)
    arrive(engine, 300_000, 2)
    assert run(second) == IDLE_S
    assert first.step() == LEASE_LOOK_S
    assert all_names(target) == ["0001", "0002"]


def test_logs_and_metrics_go_to_their_paths(engine: Engine, target: Target, bench: Bench) -> None:
    """Each signal has its own place and path."""
    insert_rows(engine, "logs", [{"project_id": "p", "received_at": NOW_MS, "time": 1, "observed_time": 1, "body": "b"}])
    run(bench.delivery(Signal.LOGS))
    assert [received.path for received in target.received] == ["/v1/logs"]
    assert bench.place(Signal.TRACES).delivered_rows == 0
    assert bench.place(Signal.LOGS).delivered_rows == 1
