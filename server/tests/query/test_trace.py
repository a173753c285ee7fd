"""One trace and one span: whole, in order, with the messages that came as log events."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, log, messages, span
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.reader import Reader
from watchglass.query.span import find_span
from watchglass.query.summaries import summarise
from watchglass.query.trace import MAX_SPANS, find_trace
from watchglass.store.engine import Engine

TRACE = f"{1:032x}"
SPAN = f"{1:016x}"


def reader(engine: Engine) -> Reader:
    """A reader with the limits of a user's query."""
    return Reader(engine, 30.0, 2**30)


def test_spans_of_several_days_make_one_tree(engine: Engine) -> None:
    """A trace is whole, whenever its spans were and wherever they are stored."""
    day = 86_400
    insert_rows(engine, "spans", [span(1, 2, parent=1, at_s=-day, received_at=NOW_NS // 10**6 - day * 1000)])
    insert_rows(engine, "spans", [span(1, 1, at_s=-2 * day), span(1, 3, parent=9, at_s=-1), span(2, 4), span(1, 5, project_id="q")])
    trace = find_trace(reader(engine), "p", TRACE.upper())
    placed = [(int(one.span.span_id, 16), one.depth, one.start_offset_ns // SECOND_NS, one.is_orphan) for one in trace.spans]
    assert placed == [(1, 0, 0, False), (2, 1, day, False), (3, 0, 2 * day - 1, True)]
    assert (trace.figures.span_count, trace.figures.root_is_missing, trace.is_truncated) == (3, False, False)


def test_largest_trace_is_shown_up_to_its_bound(engine: Engine) -> None:
    """Of a trace with more spans than are shown the earliest are, and it says so; the summary counts all."""
    rows = [span(1, n + 1, parent=n or None, at_s=-1 + n / 1e6) for n in range(MAX_SPANS + 5)]
    insert_rows(engine, "spans", rows)
    trace = find_trace(reader(engine), "p", TRACE)
    assert trace.is_truncated
    assert trace.figures.span_count == MAX_SPANS + 5
    assert [one.depth for one in trace.spans] == list(range(MAX_SPANS))


_maybe = st.none() | st.integers(0, 3)
_spans = st.fixed_dictionaries(
    {
        "parent": _maybe,
        "at_s": st.integers(-3, -1),
        "name": st.sampled_from(["a", "b"]),
        "service_name": st.sampled_from(["a", "b"]),
        "environment": st.sampled_from(["a", "b"]),
        "release": st.sampled_from(["a", "b"]),
        "duration_ns": st.integers(0, 3 * SECOND_NS),
        "status_code": st.sampled_from(["ok", "error"]),
        "is_model_call": st.booleans(),
        "model": st.sampled_from(["", "m", "n"]),
        "input_tokens": _maybe,
        "output_tokens": _maybe,
        "cost_usd": st.none() | st.sampled_from([0.0, 0.5]),
        "time_to_first_token_ns": _maybe,
        "session_id": st.sampled_from(["", "s", "t"]),
        "user_id": st.sampled_from(["", "u"]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(_spans, min_size=1, max_size=6))
def test_trace_is_summarised_as_in_the_list(engine: Engine, spans: list[dict[str, Any]]) -> None:
    """One trace's summary, made from its spans, is what the list says of it."""
    engine.execute("TRUNCATE TABLE spans")
    insert_rows(engine, "spans", [span(1, number, **columns) for number, columns in enumerate(spans)])
    listed, alone = summarise(reader(engine), "p", [TRACE])[TRACE], find_trace(reader(engine), "p", TRACE).figures
    assert {name: getattr(listed, name) for name in asdict(alone)} == asdict(alone)


def test_unknown_trace_is_not_found(engine: Engine) -> None:
    """A trace of another project, or none at all, is not found; what is no id is refused."""
    insert_rows(engine, "spans", [span(1, 1, project_id="q")])
    with pytest.raises(NotFound):
        find_trace(reader(engine), "p", TRACE)
    with pytest.raises(NotFound):
        find_span(reader(engine), "p", TRACE, SPAN)
    with pytest.raises(InvalidInput) as caught:
        find_trace(reader(engine), "p", "' OR 1=1")
    assert caught.value.field == "trace_id"
    with pytest.raises(InvalidInput) as caught:
        find_span(reader(engine), "p", TRACE, "xyz")
    assert caught.value.field == "span_id"


def test_span_has_every_column(engine: Engine) -> None:
    """A span's columns come as values: times as text, maps as one map, JSON parsed where it is JSON."""
    insert_rows(
        engine,
        "spans",
        [
            span(
                1, 1, input_messages=messages(("user", "Hi")), output_value="{broken", tool_definitions='[{"name": "t"}]',
                tags=["a"], cost_usd=0.5, attributes={"b": "x"}, attributes_int={"a": 2**62}, attributes_bool={"c": False},
                attributes_double={"d": float("inf")}, resource_attributes={"r": "1"}, event_times=[NOW_NS],
                event_names=["e"], event_attributes=['{"k": 1}'],
            )
        ],
    )  # fmt: skip
    found = find_span(reader(engine), "p", TRACE, SPAN)
    assert found["start_time"] == "2026-05-28T20:25:40.000000000Z"
    assert found["received_at"] == "2026-05-28T20:26:40.000000000Z"
    assert found["input_messages"][0]["parts"][0]["content"] == "Hi"
    assert found["output_value"] == "{broken"
    assert found["tool_definitions"] == [{"name": "t"}]
    assert found["attributes"] == {"a": 2**62, "b": "x", "c": False, "d": "inf"}
    assert found["resource_attributes"] == {"r": "1"}
    assert found["events"] == [{"time": "2026-05-28T20:26:40.000000000Z", "name": "e", "attributes": {"k": 1}}]
    assert (found["input_tokens"], found["cost_usd"], found["tags"], found["model"]) == (None, 0.5, ["a"], "")


def test_messages_of_log_events_are_the_spans(engine: Engine) -> None:
    """Messages that the span does not have come from its log events, in their order; its own win."""
    insert_rows(engine, "spans", [span(1, 1, output_messages=messages(("assistant", "own")))])
    ids = {"trace_id": TRACE, "span_id": SPAN}
    insert_rows(
        engine,
        "logs",
        [
            log(at_s=-1, input_messages=messages(("user", "second")), **ids),
            log(at_s=-2, input_messages=messages(("user", "first")), **ids),
            log(at_s=-2, output_messages=messages(("assistant", "other")), **ids),
            log(at_s=-3, system_instructions='[{"type": "text", "content": "be kind"}]', **ids),
            log(at_s=-3, input_messages=messages(("user", "foreign")), project_id="q", **ids),
        ],
    )
    found = find_span(reader(engine), "p", TRACE, SPAN)
    assert [one["parts"][0]["content"] for one in found["input_messages"]] == ["first", "second"]
    assert found["output_messages"][0]["parts"][0]["content"] == "own"
    assert found["system_instructions"] == [{"type": "text", "content": "be kind"}]


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, json.dumps(["\ud800"]), '[NaN]', '{"a": 1e999'])
def test_json_that_cannot_be_shown_stays_text(engine: Engine, text: str) -> None:
    """JSON that is too deep, or holds what JSON answers cannot, comes as the text that it is."""
    insert_rows(engine, "spans", [span(1, 1, input_value=text)])
    assert find_span(reader(engine), "p", TRACE, SPAN)["input_value"] == text
