"""Random requests in, the rows that a plain reading of them gives out: the decoders lose and invent nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles import otlp_reference as reference
from doubles import otlp_strategies as random_otlp
from doubles.otlp import decode, decoded_rows, rows
from watchglass.model.records import Committed, Signal

REFERENCES: dict[Signal, tuple[st.SearchStrategy[Any], Callable[[Any], list[dict[str, Any]]]]] = {
    Signal.TRACES: (random_otlp.trace_requests, reference.trace_rows),
    Signal.LOGS: (random_otlp.log_requests, reference.log_rows),
    Signal.METRICS: (random_otlp.metric_requests, reference.metric_rows),
}


def as_referenced(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns of `found` that the reference tells, with links as the reference tells them."""
    if not expected:
        return found
    picked = [{name: row[name] for name in expected[0] if name in row} for row in found]
    for row in picked:
        if "links" in row:
            links = json.loads(row["links"] or "[]")
            row["links"] = [(link["trace_id"], link["span_id"], link["attributes"]) for link in links]
        if "event_attributes" in row:
            row["event_attributes"] = [json.loads(text) for text in row["event_attributes"]]
    return picked


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
def test_rows_are_what_the_request_says(signal: Signal, data: st.DataObject) -> None:
    """Every record of a random request is a row with the same values, and every row is such a record."""
    strategy, expected_of = REFERENCES[signal]
    request = data.draw(strategy)
    expected = expected_of(request)
    found = decoded_rows(signal, request)
    names = {name for row in expected for name in row}
    full = [{**dict.fromkeys(names), **row} for row in expected]
    picked = as_referenced(found, full)
    for row, wanted in zip(picked, full, strict=False):
        assert set(row) == set(wanted)
    # columns that a metric's type does not have are at their default, which the reference does not tell
    told = [{name: value for name, value in row.items() if value is not None} for row in full]
    assert len(found) == len(expected)
    pairs = _paired(picked, told) if signal is Signal.METRICS else list(zip(picked, told, strict=True))
    for row, wanted in pairs:
        assert reference.comparable({name: row[name] for name in wanted}) == reference.comparable(wanted)


def _paired(found: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Points come type after type, within a type in the order sent."""
    ordered = sorted(told, key=lambda row: reference.TYPES.index(row["metric_type"]))
    return list(zip(found, ordered, strict=True))


@pytest.mark.parametrize("signal", list(Signal))
@settings(max_examples=25)
@given(data=st.data())
def test_group_decodes_as_its_exports_do(signal: Signal, data: st.DataObject) -> None:
    """Exports decoded together give the same rows and outcomes as each alone, whatever else is in the group."""
    requests: list[Message] = data.draw(st.lists(REFERENCES[signal][0], min_size=1, max_size=3))
    broken = data.draw(st.booleans())
    together = decode(signal, *requests, *([b"\xff"] if broken else []))
    alone = [decode(signal, request) for request in requests]
    outcomes = [one.outcomes[0] for one in alone]
    assert together.outcomes[: len(requests)] == outcomes
    assert all(isinstance(outcome, Committed) for outcome in outcomes)
    assert isinstance(together.outcomes[-1], Exception) == broken
    assert reference.sorted_rows(rows(together.batch)) == reference.sorted_rows(
        [row for one in alone for row in rows(one.batch)]
    )
