"""The list of traces: which, in which order, each once, with the right sums."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, log, messages, span
from watchglass.query.cursor import begin
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.summaries import TraceSummary
from watchglass.query.traces import list_traces
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 90 * 86400 * SECOND_NS, NOW_NS)


def reader(engine: Engine) -> Reader:
    """A reader with the limits of a user's query."""
    return Reader(engine, 30.0, 2**30)


def listed(engine: Engine, text: str = "", limit: int = 50, scope: Scope = SCOPE) -> list[TraceSummary]:
    """One page."""
    return list_traces(reader(engine), begin(scope, None, NOW_NS, text), parse(text), limit).traces


def walked(engine: Engine, text: str, limit: int, between: Any = lambda page: None) -> list[int]:
    """Numbers of the traces of all pages; `between` is called after each page."""
    found: list[int] = []
    cursor = None
    for page_number in range(1000):
        page = list_traces(reader(engine), begin(SCOPE, cursor, NOW_NS, text), parse(text), limit)
        found += [int(trace.trace_id, 16) for trace in page.traces]
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.traces) == limit
        between(page_number)
    raise AssertionError("the walk does not end")


def test_summary_sums_over_the_whole_trace(engine: Engine) -> None:
    """A trace's sums count the model calls once, over all spans, also those that the filter does not fit."""
    call = {"is_model_call": True, "model": "gpt-4o", "input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25}
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1, name="POST /chat", service_name="bot", environment="prod", release="2", duration_ns=2 * SECOND_NS,
                 input_tokens=10, output_tokens=5, cost_usd=0.25),
            span(1, 2, parent=1, at_s=-59, time_to_first_token_ns=7, input_messages=messages(("user", "Hi")), **call),
            span(1, 3, parent=1, at_s=-58, status_code="error", time_to_first_token_ns=9, session_id="s",
                 output_messages=messages(("assistant", "failed")), **{**call, "model": "claude"}),
            span(1, 4, parent=1, at_s=-58.5, is_model_call=True, model="house", output_tokens=1, user_id="u",
                 output_messages=messages(("assistant", "Hello"))),
            span(2, 5, at_s=-50, name="other"),
        ],
    )  # fmt: skip
    trace = listed(engine, "model:claude")
    assert trace == [
        TraceSummary(
            trace_id=f"{1:032x}", start_ns=NOW_NS - 60 * SECOND_NS, duration_ns=3 * SECOND_NS, name="POST /chat",
            service_name="bot", environment="prod", release="2", span_count=4, error_count=1, model_call_count=3,
            models=["claude", "gpt-4o", "house"], input_tokens=20, output_tokens=11, cost_usd=0.5, unpriced_count=1,
            time_to_first_token_ns=7, session_id="s", user_id="u", root_is_missing=False, input_preview="Hi",
            output_preview="Hello",
        )
    ]  # fmt: skip


def test_trace_without_root_is_named_by_its_earliest_span(engine: Engine) -> None:
    """When the root never came the earliest span stands for it, and nothing is made up."""
    insert_rows(engine, "spans", [span(1, 2, parent=1, at_s=-10, name="late"), span(1, 3, parent=1, at_s=-20, name="early")])
    [trace] = listed(engine)
    assert (trace.name, trace.root_is_missing) == ("early", True)
    assert (trace.input_tokens, trace.cost_usd, trace.time_to_first_token_ns, trace.models) == (None, None, None, [])
    assert (trace.session_id, trace.input_preview) == ("", "")


def test_preview_comes_from_log_events_when_the_span_has_none(engine: Engine) -> None:
    """Messages that came as log events are shown as the span's own."""
    insert_rows(engine, "spans", [span(1, 1, is_model_call=True)])
    ids = {"trace_id": f"{1:032x}", "span_id": f"{1:016x}"}
    insert_rows(
        engine,
        "logs",
        [
            log(at_s=-59, output_messages=messages(("assistant", "Fine.")), **ids),
            log(at_s=-60, input_messages=messages(("user", "How are you?")), **ids),
            log(at_s=-61, input_messages=messages(("user", "Hi")), **ids),
            log(at_s=-58, input_messages=messages(("user", "other span")), trace_id=ids["trace_id"], span_id=f"{2:016x}"),
        ],
    )
    [trace] = listed(engine)
    assert (trace.input_preview, trace.output_preview) == ("How are you?", "Fine.")


def test_range_and_project_bound_the_list(engine: Engine) -> None:
    """Only fitting spans of the project and the range list a trace; its summary is whole nevertheless."""
    rows = [span(1, 1, at_s=-100), span(1, 2, at_s=-10), span(2, 3, at_s=-100), span(3, 4, at_s=-10, project_id="q")]
    insert_rows(engine, "spans", rows)
    traces = listed(engine, scope=Scope("p", NOW_NS - 20 * SECOND_NS, NOW_NS))
    assert [(int(trace.trace_id, 16), trace.span_count) for trace in traces] == [(1, 2)]


def test_no_trace_is_a_page_without_more(engine: Engine) -> None:
    """An empty store answers an empty page."""
    assert walked(engine, "model:x", 5) == []


_spans = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([-1, -2, -3, -400, -700, -5000, -90_000, -10**6]), st.booleans()),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=_spans, late=_spans, limit=st.integers(1, 4))
def test_pages_give_each_trace_once_in_order(
    engine: Engine, spans: list[tuple[int, int, bool]], late: list[tuple[int, int, bool]], limit: int
) -> None:
    """Walking all pages gives the fitting traces, each once, by their latest fitting span, also while rows arrive."""
    engine.execute("TRUNCATE TABLE spans")
    rows = [span(trace, n, at_s=at_s, name="x" if fits else "y") for n, (trace, at_s, fits) in enumerate(spans)]
    if rows:
        insert_rows(engine, "spans", rows)
    arriving = [
        [span(trace, 100 + n, at_s=at_s, name="x", received_at=NOW_NS // 10**6 + 1)] for n, (trace, at_s, _) in enumerate(late)
    ]
    latest: dict[int, int] = {}
    for trace, at_s, fits in spans:
        if fits:
            latest[trace] = max(at_s, latest.get(trace, -(10**9)))
    expected = sorted(latest, key=lambda trace: (latest[trace], trace), reverse=True)
    found = walked(engine, "name:x", limit, lambda page: insert_rows(engine, "spans", arriving.pop()) if arriving else None)
    assert found == expected


def test_traces_that_straddle_pages_are_not_listed_again(engine: Engine) -> None:
    """Traces with thousands of interleaved spans are listed once each, over pages of every size."""
    rows = [span(n % 40, n, at_s=-(n + 1) / 10) for n in range(8000)]
    insert_rows(engine, "spans", rows)
    expected = sorted(range(40))
    for limit in (1, 7, 39, 40, 200):
        assert walked(engine, "", limit) == expected
