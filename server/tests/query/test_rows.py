"""Lists of spans and logs: each row once over all pages, however many have the same time and ids."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, log, messages, span
from watchglass.errors import InvalidInput
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.logs import list_logs
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.spans import list_spans
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 86_400 * SECOND_NS, NOW_NS)


def reader(engine: Engine) -> Reader:
    """A reader with the limits of a user's query."""
    return Reader(engine, 30.0, 2**30)


def logs(engine: Engine, text: str = "", **asked: Any) -> list[str]:
    """Bodies of one page."""
    rows, _ = list_logs(reader(engine), begin(SCOPE, None, NOW_NS), parse(text), 10, **{"body_characters": 20, **asked})
    return [row.body for row in rows]


_rows = st.lists(st.tuples(st.sampled_from([-1, -2, -700, -9000, -9001]), st.integers(0, 1), st.sampled_from(["a", "b"])), max_size=8)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows, limit=st.integers(1, 4))
def test_pages_give_each_row_once(engine: Engine, rows: list[tuple[int, int, str]], limit: int) -> None:
    """All pages together are the rows, newest first, also of rows that are alike, and while new ones arrive."""
    engine.execute("TRUNCATE TABLE spans")
    engine.execute("TRUNCATE TABLE logs")
    late = NOW_NS // 10**6 + 1
    for half in (rows[::2], rows[1::2]):
        if half:
            insert_rows(engine, "spans", [span(number, number, at_s=at_s, name=text) for at_s, number, text in half])
            insert_rows(engine, "logs", [log(at_s=at_s, body=text, trace_id=f"{number:032x}") for at_s, number, text in half])
    spans, bodies = [], []
    cursor = None
    while True:
        page, cursor = list_spans(reader(engine), begin(SCOPE, cursor, NOW_NS), parse(""), limit)
        spans += [((one.span.start_ns - NOW_NS) // SECOND_NS, int(one.span.span_id, 16), one.span.name) for one in page]
        if cursor is None:
            break
        insert_rows(engine, "spans", [span(0, 0, at_s=-3, name="a", received_at=late)])
        assert len(page) == limit
    while True:
        found, cursor = list_logs(reader(engine), begin(SCOPE, cursor, NOW_NS), parse(""), limit, body_characters=9)
        bodies += [((one.time_ns - NOW_NS) // SECOND_NS, int(one.trace_id, 16), one.body) for one in found]
        if cursor is None:
            break
        insert_rows(engine, "logs", [log(at_s=-3, body="a", received_at=late)])
    assert sorted(spans) == sorted(bodies) == sorted(rows)
    assert [row[0] for row in spans] == [row[0] for row in bodies] == sorted((row[0] for row in rows), reverse=True)


def test_span_list_shows_previews_and_no_other_project(engine: Engine) -> None:
    """A listed span has its texts as previews; a filter and the project bound the list."""
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, name="x", input_messages=messages(("user", "Hi")), output_value="done"),
            span(1, 2, name="y"),
            span(1, 3, name="x", project_id="q"),
        ],
    )
    [one], _ = list_spans(reader(engine), begin(SCOPE, None, NOW_NS), parse("name:x"), 10)
    assert (one.span.span_id, one.input_preview, one.output_preview) == (f"{1:016x}", "Hi", "done")


def test_logs_are_found_by_trace_and_span(engine: Engine) -> None:
    """Records of one trace or one span are found by their ids, in whatever case these are given."""
    a, b = f"{0xA:032x}", f"{0xB:016x}"
    insert_rows(
        engine,
        "logs",
        [log(-1, body="of span", trace_id=a, span_id=b), log(-2, body="of trace", trace_id=a), log(-3, body="of none")],
    )
    assert logs(engine) == ["of span", "of trace", "of none"]
    assert logs(engine, trace_id=a.upper()) == ["of span", "of trace"]
    assert logs(engine, trace_id=a, span_id=b) == ["of span"]
    assert logs(engine, "none OR trace", trace_id=a) == ["of trace"]
    with pytest.raises(InvalidInput) as caught:
        logs(engine, span_id="' OR 1=1")
    assert caught.value.field == "span_id"


def test_long_body_is_cut_between_characters(engine: Engine) -> None:
    """A body is cut at as many characters as were asked for, and says so."""
    insert_rows(engine, "logs", [log(body="🦊" * 30, attributes={"k": "v"}, attributes_int={"n": 1})])
    [row], _ = list_logs(reader(engine), begin(SCOPE, None, NOW_NS), parse(""), 10, body_characters=20)
    assert (row.body, row.is_cut, row.attributes) == ("🦊" * 20, True, {"k": "v", "n": 1})
