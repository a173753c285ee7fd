"""The group commit: answered after the commit, stored once, and going on after whatever fails."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from doubles.exports import export as body_of
from doubles.spans import NoPrices
from watchglass.clock import FixedClock
from watchglass.errors import InvalidInput, StoreError, Unavailable
from watchglass.ingest.traces import TraceDecoder
from watchglass.model.records import Committed, Export, Signal
from watchglass.store.commit import Decode, Decoded
from watchglass.store.engine import Engine
from watchglass.store.ledger import Ledger, batch_id
from watchglass.store.writer import Committer
from watchglass.telemetry import Telemetry

NOW_NS = 1_800_000_000_000_000_000
WAIT_S = 30


@dataclass
class Gate:
    """An engine whose inserts wait until they are let through, and fail when told to.

    Attributes:
        inner: The real engine behind it.
        is_open: Inserts wait until this is set.
        arrived: Set when an insert waits.
        errors: Raised by the next inserts, one each; before the rows are stored, or after it when `after` is set.
    """

    inner: Engine
    is_open: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    errors: list[StoreError] = field(default_factory=list)
    after: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def insert(self, table: str, batch: pa.RecordBatch) -> None:
        """See Engine.insert."""
        self.arrived.set()
        assert self.is_open.wait(WAIT_S)
        if self.errors and not self.after:
            raise self.errors.pop(0)
        self.inner.insert(table, batch)
        if self.errors:
            raise self.errors.pop(0)


def spans_export(number: int, project_id: str = "p") -> Export:
    """Export `number`; the same bytes each time it is asked for."""
    body = BODIES.setdefault(number, body_of(number))
    return Export(Signal.TRACES, project_id, body, batch_id(project_id, Signal.TRACES, body), NOW_NS)


BODIES: dict[int, bytes] = {}


@contextmanager
def running(
    engine: Engine | Gate, *, clock: FixedClock | None = None, decode: Decode | None = None, timeout_s: float = WAIT_S
) -> Iterator[Committer]:
    """A committer of spans that runs."""
    committer = Committer(
        engine,  # type: ignore[arg-type]
        Signal.TRACES,
        decode or TraceDecoder(NoPrices(), future_tolerance_s=3600),
        Ledger(1800, 1000),
        clock or FixedClock(NOW_NS),
        Telemetry(),
        group_bytes=2**20,
        max_waiting_bytes=2**24,
        commit_timeout_s=timeout_s,
    )
    committer.start()
    try:
        yield committer
    finally:
        if isinstance(engine, Gate):
            engine.is_open.set()
        assert committer.stop(WAIT_S)


def stored(engine: Engine) -> dict[str, int]:
    """Spans by the table that counts them."""
    sources = {"spans": "count()", "usage_minute": "sum(span_count)", "usage_hour": "sum(span_count)", "trace_minute": "sum(span_count)"}
    return {
        table: int(engine.query(f"SELECT {count} AS n FROM {table}").column("n")[0].as_py())
        for table, count in sources.items()
    }


def everywhere(count: int) -> dict[str, int]:
    """What `stored` gives when spans and usage agree."""
    return {"spans": count, "usage_minute": count, "usage_hour": count, "trace_minute": count}


def test_answer_comes_after_the_commit(embedded_engine: Engine) -> None:
    """An export is not answered while its insert runs."""
    gate = Gate(embedded_engine)
    with running(gate) as committer:
        future = committer.submit(spans_export(5))
        assert gate.arrived.wait(WAIT_S)
        assert not future.done()
        gate.is_open.set()
        assert future.result(WAIT_S) == Committed(accepted_rows=6)
    assert stored(embedded_engine) == everywhere(6)


def test_export_sent_again_is_stored_once(embedded_engine: Engine) -> None:
    """Sent again while it is being committed, while others wait, and after it was answered: stored once, answered each time."""
    gate = Gate(embedded_engine)
    with running(gate) as committer:
        first = committer.submit(spans_export(5))
        assert gate.arrived.wait(WAIT_S)
        again = [committer.submit(spans_export(5)) for _ in range(3)]
        waiting = [committer.submit(spans_export(6)) for _ in range(3)]
        gate.is_open.set()
        assert {future.result(WAIT_S).accepted_rows for future in (first, *again)} == {6}
        assert {future.result(WAIT_S).accepted_rows for future in waiting} == {7}
        assert committer.submit(spans_export(5)).result(WAIT_S) == Committed(accepted_rows=6, is_resend=True)
    assert stored(embedded_engine) == everywhere(13)


def test_same_export_of_two_projects_is_two(embedded_engine: Engine) -> None:
    """The same bytes sent to another project are not a resend."""
    with running(embedded_engine) as committer:
        futures = [committer.submit(spans_export(1, project)) for project in ("p", "q", "p")]
        assert [future.result(WAIT_S).accepted_rows for future in futures] == [2, 2, 2]
    assert stored(embedded_engine) == everywhere(4)


def test_resend_is_recognised_after_a_restart(embedded_engine: Engine) -> None:
    """A new committer knows what the former one stored within the window, and not what came before it."""
    clock = FixedClock(NOW_NS)
    with running(embedded_engine, clock=clock) as committer:
        committer.submit(spans_export(5)).result(WAIT_S)
        committer.submit(spans_export(6)).result(WAIT_S)
    clock.advance_s(1700)
    with running(embedded_engine, clock=clock) as committer:
        assert committer.submit(spans_export(5)).result(WAIT_S).is_resend
    clock.advance_s(200)
    with running(embedded_engine, clock=clock) as committer:
        assert not committer.submit(spans_export(5)).result(WAIT_S).is_resend


@pytest.mark.parametrize("step_s", [0, -5, -1800])
def test_clock_that_goes_back_gives_each_commit_its_own_time(embedded_engine: Engine, step_s: int) -> None:
    """Commits are told apart by received_at, whatever the clock does, also over a restart."""
    clock = FixedClock(NOW_NS)
    for number in range(1, 5):
        with running(embedded_engine, clock=clock) as committer:
            committer.submit(spans_export(number)).result(WAIT_S)
            committer.submit(spans_export(number + 10)).result(WAIT_S)
        clock.advance_s(step_s if number == 1 else 0)
    rows = embedded_engine.query("SELECT uniqExact(received_at) AS times, uniqExact(batch_id) AS batches FROM spans")
    assert rows.to_pylist() == [{"times": 8, "batches": 8}]


def test_clock_that_was_far_ahead_is_not_followed(embedded_engine: Engine) -> None:
    """Once a clock that was years ahead is right again, rows carry the right time."""
    clock = FixedClock(NOW_NS + 10 * 365 * 86_400 * 10**9)
    with running(embedded_engine, clock=clock) as committer:
        committer.submit(spans_export(1)).result(WAIT_S)
    with running(embedded_engine, clock=FixedClock(NOW_NS)) as committer:
        committer.submit(spans_export(2)).result(WAIT_S)
    rows = embedded_engine.query("SELECT toUnixTimestamp64Nano(toDateTime64(min(received_at), 9)) AS ns FROM spans")
    assert rows.to_pylist() == [{"ns": NOW_NS}]


@pytest.mark.parametrize("cut", ["usage_minute_view", "usage_hour_view", "trace_minute_view"])
def test_start_completes_what_a_crash_cut_short(embedded_engine: Engine, cut: str) -> None:
    """When the process died between spans and usage, the next start adds the usage, and the resend stores nothing."""
    embedded_engine.execute(f"DETACH TABLE {cut}")
    with running(embedded_engine) as committer:
        committer.submit(spans_export(5)).result(WAIT_S)
    embedded_engine.execute(f"ATTACH TABLE {cut}")
    assert stored(embedded_engine) != everywhere(6)
    for _ in range(2):
        with running(embedded_engine) as committer:
            assert stored(embedded_engine) == everywhere(6)
            assert committer.submit(spans_export(5)).result(WAIT_S).is_resend
    assert stored(embedded_engine) == everywhere(6)


def test_view_that_fails_loses_and_doubles_no_usage(embedded_engine: Engine) -> None:
    """Spans that are stored although a view failed are answered, their usage is complete, and a resend adds none."""
    embedded_engine.execute("CREATE TABLE taken (x UInt8) ENGINE = MergeTree ORDER BY x")
    with running(embedded_engine) as committer:
        embedded_engine.execute("CREATE MATERIALIZED VIEW failing TO taken AS SELECT throwIf(1) AS x FROM usage_minute")
        futures = [committer.submit(spans_export(number)) for number in (5, 6)]
        assert [future.result(WAIT_S).accepted_rows for future in futures] == [6, 7]
        embedded_engine.execute("DROP TABLE failing")
        assert committer.submit(spans_export(5)).result(WAIT_S).is_resend
    assert stored(embedded_engine) == everywhere(13)


@pytest.mark.parametrize("after", [False, True])
def test_lost_answer_of_the_store_neither_loses_nor_doubles(engine: Engine, after: bool) -> None:
    """Whether the store had taken the rows or not when the answer was lost, the export ends up stored once."""
    gate = Gate(engine, after=after)
    gate.is_open.set()
    gate.errors = [StoreError("no answer")]
    with running(gate) as committer:
        try:
            committer.submit(spans_export(5)).result(WAIT_S)
        except Unavailable as error:
            assert error.cause == "store_failed"
            assert committer.submit(spans_export(5)).result(WAIT_S) == Committed(accepted_rows=6)
        assert committer.submit(spans_export(5)).result(WAIT_S).is_resend
    assert stored(engine) == everywhere(6)


def test_store_that_cannot_be_asked_keeps_everything_waiting_for_the_answer(embedded_engine: Engine) -> None:
    """While it is not known whether a commit is stored, nothing else is; once it is known, the resend is not doubled."""
    table = "usage_minute"
    with running(embedded_engine) as committer:
        embedded_engine.execute(f"DETACH TABLE {table}_view")
        embedded_engine.execute(f"DETACH TABLE {table}")
        gate = Gate(embedded_engine, errors=[StoreError("no answer")], after=True)
        gate.is_open.set()
        committer._engine = gate  # type: ignore[assignment]
        for number in (5, 6):
            with pytest.raises(Unavailable):
                committer.submit(spans_export(number)).result(WAIT_S)
        embedded_engine.execute(f"ATTACH TABLE {table}")
        embedded_engine.execute(f"ATTACH TABLE {table}_view")
        assert committer.submit(spans_export(5)).result(WAIT_S).is_resend
        assert not committer.submit(spans_export(6)).result(WAIT_S).is_resend
    assert stored(embedded_engine) == everywhere(13)


def test_table_that_is_away_comes_back(embedded_engine: Engine) -> None:
    """Without its table the store refuses for now; ingest goes on by itself when it is back."""
    with running(embedded_engine) as committer:
        embedded_engine.execute("DETACH TABLE spans")
        with pytest.raises(Unavailable):
            committer.submit(spans_export(5)).result(WAIT_S)
        embedded_engine.execute("ATTACH TABLE spans")
        assert committer.submit(spans_export(5)).result(WAIT_S) == Committed(accepted_rows=6)
    assert stored(embedded_engine) == everywhere(6)


def test_export_that_breaks_the_decoder_harms_no_other(embedded_engine: Engine) -> None:
    """A fault of ours on one export refuses that one alone, and the committer goes on."""
    decode = TraceDecoder(NoPrices(), future_tolerance_s=3600)
    broken = spans_export(7)

    def fails(exports: Sequence[Export], now_ns: int) -> Decoded:
        if broken in exports:
            raise ZeroDivisionError
        return decode(exports, now_ns)

    gate = Gate(embedded_engine)
    with running(gate, decode=fails) as committer:
        blocking = committer.submit(spans_export(1))
        assert gate.arrived.wait(WAIT_S)
        futures = [committer.submit(it) for it in (spans_export(5), broken, spans_export(6))]
        gate.is_open.set()
        assert [futures[position].result(WAIT_S).accepted_rows for position in (0, 2)] == [6, 7]
        with pytest.raises(Unavailable):
            futures[1].result(WAIT_S)
        assert blocking.result(WAIT_S).accepted_rows == 2
    assert stored(embedded_engine) == everywhere(15)


def test_unreadable_export_is_told_apart_from_its_group(embedded_engine: Engine) -> None:
    """In one group, what is unreadable is refused for good and the rest is stored."""
    gate = Gate(embedded_engine)
    with running(gate) as committer:
        committer.submit(spans_export(1))
        assert gate.arrived.wait(WAIT_S)
        bad = committer.submit(Export(Signal.TRACES, "p", b"\xff\xff", 1, NOW_NS))
        good = committer.submit(spans_export(5))
        gate.is_open.set()
        assert good.result(WAIT_S).accepted_rows == 6
        with pytest.raises(InvalidInput):
            bad.result(WAIT_S)


def test_export_given_up_is_not_kept(embedded_engine: Engine) -> None:
    """An export that waits too long is refused with a hint to retry, and leaves the queue; the one in the commit stays."""
    gate = Gate(embedded_engine)

    async def both(committer: Committer) -> list[object]:
        first = asyncio.create_task(committer.commit(spans_export(5)))
        await asyncio.to_thread(gate.arrived.wait, WAIT_S)
        return await asyncio.gather(first, committer.commit(spans_export(6)), return_exceptions=True)

    with running(gate, timeout_s=0.2) as committer:
        answers = asyncio.run(both(committer))
        assert [getattr(answer, "cause", answer) for answer in answers] == ["commit_timeout"] * 2
        assert (committer.queue_depth, committer.queue_bytes) == (0, 0)
        gate.is_open.set()
    assert stored(embedded_engine) == everywhere(6)


def test_stop_commits_what_waits_and_takes_no_more(embedded_engine: Engine) -> None:
    """Everything submitted before the stop is stored; what comes after it is told to come again."""
    gate = Gate(embedded_engine)
    with running(gate) as committer:
        futures = [committer.submit(spans_export(number)) for number in (1, 2, 3)]
        stopped: list[bool] = []
        thread = threading.Thread(target=lambda: stopped.append(committer.stop(WAIT_S)))
        thread.start()
        wait_for(lambda: not committer.is_running)
        with pytest.raises(Unavailable):
            committer.submit(spans_export(4))
        gate.is_open.set()
        thread.join()
        assert stopped == [True]
        assert [future.result(0).accepted_rows for future in futures] == [2, 3, 4]
    assert stored(embedded_engine) == everywhere(9)


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    ticker = threading.Event()
    for _ in range(WAIT_S * 100):
        if is_so():
            return
        ticker.wait(0.01)
    raise AssertionError("it never came to be so")
