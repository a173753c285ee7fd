"""The ledger remembers what was committed lately, and no more than it may."""

from doubles.otlp import DECODERS, export
from doubles.spans import START_NS, trace_request
from watchglass.model.records import Signal
from watchglass.store.engine import Engine
from watchglass.store.ledger import Ledger

SECOND_NS = 10**9


def test_ledger_forgets_what_is_older_than_its_window() -> None:
    """An id is known for the window's length, and is forgotten when something is added later than that."""
    ledger = Ledger(window_s=10, capacity=100)
    ledger.add(1, 5, START_NS)
    ledger.add(2, 6, START_NS + 10 * SECOND_NS)
    assert (ledger.rows_of(1), ledger.rows_of(2), ledger.rows_of(3)) == (5, 6, None)
    ledger.add(3, 7, START_NS + 11 * SECOND_NS)
    assert (ledger.rows_of(1), ledger.rows_of(2), ledger.rows_of(3)) == (None, 6, 7)


def test_ledger_keeps_the_newest_up_to_its_capacity() -> None:
    """However many exports come within the window, the memory is bounded."""
    ledger = Ledger(window_s=1000, capacity=3)
    for identifier in range(10):
        ledger.add(identifier, 1, START_NS + identifier)
    assert len(ledger) == 3
    assert [identifier for identifier in range(10) if ledger.rows_of(identifier)] == [7, 8, 9]


def test_ledger_is_rebuilt_from_the_table(engine: Engine) -> None:
    """Ids and row counts of the window come back from the stored rows; older ones do not."""
    ages_s = (0, 50, 200)
    exports = [export(Signal.TRACES, trace_request([{}] * (number + 1), scope=f"{number}")) for number in range(3)]
    for item, age_s in zip(exports, ages_s, strict=True):
        engine.insert("spans", DECODERS[Signal.TRACES]([item], START_NS - age_s * SECOND_NS).batch)
    ledger = Ledger(window_s=100, capacity=100)
    ledger.load(engine, "spans", START_NS)
    assert [ledger.rows_of(item.batch_id) for item in exports] == [1, 2, None]
