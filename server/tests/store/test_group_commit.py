"""Group commit: an answered export is stored, once, and nobody pays for another's fault."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from doubles.failing_engine import NO_SPACE, REFUSED, FailingEngine
from doubles.otlp import DECODERS, export
from doubles.spans import START_NS, trace_request
from watchglass.clock import FixedClock
from watchglass.errors import InvalidInput, StoreError, Unavailable, WatchglassError
from watchglass.model.records import Committed, Export, Signal
from watchglass.store.commit import Decoded
from watchglass.store.engine import Engine
from watchglass.store.ledger import Ledger, batch_id
from watchglass.store.writer import Committer
from watchglass.telemetry import Telemetry

WINDOW_S = 1800
MakeCommitter = Callable[..., Committer]


@pytest.fixture
def store(engine: Engine) -> FailingEngine:
    """The real engine, with failures on demand."""
    return FailingEngine(engine)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that the tests move."""
    return FixedClock(START_NS)


@pytest.fixture
def make_committer(store: FailingEngine, clock: FixedClock) -> Iterator[MakeCommitter]:
    """Build and start committers of traces, each with a ledger of its own, as after a restart."""
    made: list[Committer] = []

    def make(**options: Any) -> Committer:
        limits = {"group_bytes": 2**20, "max_waiting_bytes": 2**20, "commit_timeout_s": 20.0}
        decode = options.pop("decode", DECODERS[Signal.TRACES])
        ledger = Ledger(WINDOW_S, capacity=1000)
        committer = Committer(store, Signal.TRACES, decode, ledger, clock, Telemetry(), **{**limits, **options})
        committer.start()
        made.append(committer)
        return committer

    yield make
    store.may_insert.set()
    for committer in made:
        committer.stop(20)


@pytest.fixture
def committer(make_committer: MakeCommitter) -> Committer:
    """A committer with roomy limits."""
    return make_committer()


def spans_named(*names: str) -> Export:
    """An export of spans with these names."""
    return export(Signal.TRACES, trace_request([{"name": name} for name in names]))


def names(store: FailingEngine) -> list[str]:
    """Names of all stored spans."""
    return [str(name) for name in store.query("SELECT name FROM spans ORDER BY name").column("name").to_pylist()]


def submit_together(committer: Committer, store: FailingEngine, exports: Sequence[Export]) -> list["Future[Committed]"]:
    """Submit exports so that they wait together: a first one keeps the committer busy meanwhile."""
    store.may_insert.clear()
    first = committer.submit(spans_named("first"))
    assert store.is_inserting.wait(20)
    futures = [committer.submit(item) for item in exports]
    store.may_insert.set()
    first.exception(20)
    return futures


def outcome(future: "Future[Committed]") -> Committed | BaseException:
    """What became of an export."""
    error = future.exception(20)
    return future.result() if error is None else error


def test_committed_export_is_stored(committer: Committer, store: FailingEngine) -> None:
    """When the future ends, the rows are there to be read."""
    assert outcome(committer.submit(spans_named("a", "b"))) == Committed(2)
    assert names(store) == ["a", "b"]


def test_waiting_exports_are_committed_together(committer: Committer, store: FailingEngine) -> None:
    """Fifty exports that wait become one insert."""
    futures = submit_together(committer, store, [spans_named(f"s{number}") for number in range(50)])
    assert [outcome(future) for future in futures] == [Committed(1)] * 50
    assert store.inserted == [1, 50]


def test_group_is_bounded(make_committer: MakeCommitter, store: FailingEngine) -> None:
    """A group has as many exports as fit its bytes; an export larger than that is a group by itself."""
    committer = make_committer(group_bytes=500)
    small = [spans_named(f"s{number}") for number in range(30)]
    futures = submit_together(committer, store, [*small, spans_named(*["x" * 100] * 10)])
    assert [outcome(future) for future in futures] == [Committed(1)] * 30 + [Committed(10)]
    assert max(store.inserted) == 10
    assert sum(store.inserted) == 41
    assert len(store.inserted) >= 30 * len(small[0].body) / 500


def test_identical_export_that_waits_is_stored_once(committer: Committer, store: FailingEngine) -> None:
    """The same export sent twice before its commit shares one answer."""
    futures = submit_together(committer, store, [spans_named("a"), spans_named("a")])
    assert [outcome(future) for future in futures] == [Committed(1)] * 2
    assert names(store) == ["a", "first"]


def test_resend_is_answered_and_not_stored(committer: Committer, store: FailingEngine) -> None:
    """The same export sent after its commit is accepted again, and nothing is written."""
    assert outcome(committer.submit(spans_named("a", "b"))) == Committed(2)
    assert outcome(committer.submit(spans_named("a", "b"))) == Committed(2, is_resend=True)
    assert names(store) == ["a", "b"]


def test_resend_is_recognised_after_a_restart(make_committer: MakeCommitter, store: FailingEngine, clock: FixedClock) -> None:
    """A committer with a new ledger reads from the table what was stored within the window."""
    outcome(make_committer().submit(spans_named("a")))
    clock.advance_s(WINDOW_S - 10)
    assert outcome(make_committer().submit(spans_named("a"))) == Committed(1, is_resend=True)
    assert outcome(make_committer().submit(spans_named("b"))) == Committed(1)
    assert names(store) == ["a", "b"]


def test_broken_export_does_not_spoil_its_group(committer: Committer, store: FailingEngine) -> None:
    """One export that cannot be read fails alone, for ever; its neighbours are stored together."""
    broken = export(Signal.TRACES, b"\xff")
    futures = submit_together(committer, store, [spans_named("a"), broken, spans_named("b")])
    found = [outcome(future) for future in futures]
    assert (found[0], found[2]) == (Committed(1), Committed(1))
    assert isinstance(found[1], InvalidInput)
    assert names(store) == ["a", "b", "first"]


def test_export_that_the_store_refuses_fails_alone(committer: Committer, store: FailingEngine) -> None:
    """When one export's rows are refused, the others of its group are stored, each once."""
    store.refuses_name = "bad"
    exports = [spans_named(name) for name in ("a", "bad", "b", "c")]
    found = [outcome(future) for future in submit_together(committer, store, exports)]
    assert [isinstance(item, Committed) for item in found] == [True, False, True, True]
    assert isinstance(found[1], Unavailable)
    assert found[1].cause == "store_failed"
    assert names(store) == ["a", "b", "c", "first"]


def test_export_that_cannot_be_decoded_fails_alone(make_committer: MakeCommitter, store: FailingEngine) -> None:
    """A fault of the decoder on one export does not cost the others theirs, and the committer goes on."""

    def decode(exports: Sequence[Export], now_ns: int) -> Decoded:
        if any(b"poison" in item.body for item in exports):
            raise ZeroDivisionError("a fault of ours")
        return DECODERS[Signal.TRACES](exports, now_ns)

    committer = make_committer(decode=decode)
    futures = submit_together(committer, store, [spans_named(name) for name in ("a", "poison", "b")])
    found = [outcome(future) for future in futures]
    assert (found[0], found[2]) == (Committed(1), Committed(1))
    assert isinstance(found[1], WatchglassError)
    assert outcome(committer.submit(spans_named("c"))) == Committed(1)
    assert names(store) == ["a", "b", "c", "first"]


@pytest.mark.parametrize(
    ("error", "cause"),
    [(NO_SPACE, "disk_full"), (StoreError("filesystem: No space left on device"), "disk_full"), (REFUSED, "store_failed")],
)
def test_store_that_refuses_everything_recovers(
    committer: Committer, store: FailingEngine, error: StoreError, cause: str
) -> None:
    """While nothing can be stored every export may be sent again, and is stored once when the cause is gone."""
    store.fails_with = error
    exports = [spans_named(f"s{number}") for number in range(8)]
    for future in submit_together(committer, store, exports):
        refused = outcome(future)
        assert isinstance(refused, Unavailable)
        assert refused.cause == cause
        assert refused.retry_after_s >= 1
    assert names(store) == []
    store.fails_with = None
    assert [outcome(committer.submit(item)) for item in exports] == [Committed(1)] * 8
    assert len(names(store)) == 8


def test_lost_answer_of_the_store_is_found_out(committer: Committer, store: FailingEngine) -> None:
    """An insert that failed after it stored the rows counts as stored: the client is not told to send them again."""
    store.loses_answer_with = StoreError("the connection broke")
    futures = submit_together(committer, store, [spans_named("a"), spans_named("b")])
    assert [outcome(future) for future in futures] == [Committed(1)] * 2
    store.loses_answer_with = None
    assert outcome(committer.submit(spans_named("a"))) == Committed(1, is_resend=True)
    assert names(store) == ["a", "b", "first"]


def test_full_queue_refuses_until_there_is_room(make_committer: MakeCommitter, store: FailingEngine) -> None:
    """Beyond its bytes the queue takes no more, whoever still waits for an answer, and takes more when it is empty."""
    size = len(spans_named("s0").body)
    committer = make_committer(max_waiting_bytes=3 * size)
    store.may_insert.clear()
    first = committer.submit(spans_named("first"))
    assert store.is_inserting.wait(20)
    futures = [committer.submit(spans_named(f"s{number}")) for number in range(3)]
    assert committer.queue_bytes == 3 * size
    with pytest.raises(Unavailable) as caught:
        committer.submit(spans_named("s3"))
    assert caught.value.cause == "queue_full"
    assert committer.submit(spans_named("s2")) is futures[2]
    store.may_insert.set()
    assert [outcome(future) for future in (first, *futures)] == [Committed(1)] * 4
    assert outcome(committer.submit(spans_named("s3"))) == Committed(1)


def test_export_larger_than_the_queue_is_taken_when_alone(make_committer: MakeCommitter) -> None:
    """A bound smaller than one export does not refuse it for ever."""
    committer = make_committer(max_waiting_bytes=10)
    assert outcome(committer.submit(spans_named("large"))) == Committed(1)


def test_stop_commits_what_waits(committer: Committer, store: FailingEngine) -> None:
    """Everything taken before the stop is stored; later exports are refused and may go elsewhere."""
    futures = submit_together(committer, store, [spans_named(f"s{number}") for number in range(20)])
    assert committer.stop(20)
    assert not committer.is_running
    assert all(future.done() for future in futures)
    assert len(names(store)) == 21
    with pytest.raises(Unavailable) as caught:
        committer.submit(spans_named("late"))
    assert caught.value.cause == "shutting_down"


def test_wait_for_a_commit_ends(make_committer: MakeCommitter, store: FailingEngine) -> None:
    """A client is told to send again when its commit takes too long; the export is stored once all the same."""
    committer = make_committer(commit_timeout_s=0.05)
    store.may_insert.clear()
    with pytest.raises(Unavailable) as caught:
        asyncio.run(committer.commit(spans_named("a")))
    assert caught.value.cause == "commit_timeout"
    again = committer.submit(spans_named("a"))
    store.may_insert.set()
    assert isinstance(outcome(again), Committed)
    assert names(store) == ["a"]


def test_client_that_goes_away_loses_nothing(committer: Committer, store: FailingEngine) -> None:
    """When the task that waits is cancelled, the export is stored, and others that share it are answered."""

    async def run() -> Committed:
        store.may_insert.clear()
        gone = asyncio.ensure_future(committer.commit(spans_named("a")))
        await asyncio.sleep(0.05)
        other = asyncio.ensure_future(committer.commit(spans_named("a")))
        await asyncio.sleep(0.05)
        gone.cancel()
        store.may_insert.set()
        return await other

    assert asyncio.run(run()) == Committed(1)
    assert names(store) == ["a"]


def test_rows_of_one_commit_have_one_time(committer: Committer, store: FailingEngine) -> None:
    """The rows of a group share received_at, so that they are one part, and no two commits share one."""
    submitted = submit_together(committer, store, [spans_named(f"s{number}") for number in range(5)])
    assert all(isinstance(outcome(future), Committed) for future in submitted)
    rows = store.query("SELECT count() AS n FROM spans GROUP BY received_at ORDER BY n").column("n").to_pylist()
    assert rows == [1, 5]


def test_batch_id_tells_long_project_names_apart() -> None:
    """Projects whose names differ in the last letter only have batches of their own."""
    ids = {batch_id("p" * 62 + letter, Signal.METRICS, b"body") for letter in "abc"}
    assert len(ids) == 3
