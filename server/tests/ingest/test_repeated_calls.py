"""A call that several instrumentations tell of is counted once; calls that only look alike are each counted."""

from typing import Any

import pyarrow as pa

from watchglass.ingest.repeated_calls import MOST_GROUPS, RepeatedCalls

SDK, FRAMEWORK = "client.sdk", "framework"


def call(scope_name: str, start_ns: int, end_ns: int, **said: Any) -> dict[str, Any]:
    """One model call of trace t."""
    return {
        "is_model_call": True, "project_id": "p", "trace_id": "t", "scope_name": scope_name, "operation_name": "chat",
        "request_model": "gpt-4o-mini", "response_model": "", "response_id": "", "input_messages": "",
        "start_time": start_ns, "end_time": end_ns, **said,
    }  # fmt: skip


def settle(settler: RepeatedCalls, *spans: dict[str, Any]) -> list[bool]:
    columns = {name: pa.array([span[name] for span in spans]) for name in spans[0]}
    for name in ("start_time", "end_time"):
        columns[name] = columns[name].cast(pa.timestamp("ns", tz="UTC"))
    return settler.settle(columns).to_pylist()


def test_the_inner_of_two_that_tell_of_one_call_counts() -> None:
    """A framework's span around the client's is not a second call."""
    assert settle(RepeatedCalls(), call(SDK, 10, 90), call(FRAMEWORK, 0, 100)) == [True, False]


def test_the_one_that_tells_what_was_said_counts() -> None:
    """A client's own span without messages gives way to the instrumentation's around it."""
    spans = call(SDK, 10, 90), call(FRAMEWORK, 0, 100, input_messages="[...]")
    assert settle(RepeatedCalls(), *spans) == [False, True]


def test_three_that_tell_of_one_call_count_once() -> None:
    """Framework, instrumentation and client, each around the next."""
    spans = call(SDK, 20, 80), call("instrumentation", 10, 90), call(FRAMEWORK, 0, 100)
    assert settle(RepeatedCalls(), *spans) == [True, False, False]


def test_a_span_in_an_export_of_its_own_is_compared_with_those_before() -> None:
    """Exporters that send each span alone send the inner one first."""
    settler = RepeatedCalls()
    assert settle(settler, call(SDK, 10, 90)) == [True]
    assert settle(settler, call(FRAMEWORK, 0, 100, input_messages="[...]")) == [False]


def test_what_was_remembered_survives_many_groups() -> None:
    """Joining the kept groups loses none within the limit."""
    settler = RepeatedCalls()
    settle(settler, call(SDK, 10, 90))
    for number in range(2 * MOST_GROUPS):
        settle(settler, call(SDK, 10, 90, trace_id=f"other {number}"))
    assert settle(settler, call(FRAMEWORK, 0, 100)) == [False]


def test_memory_is_bounded() -> None:
    """The oldest are forgotten."""
    settler = RepeatedCalls(remembered_calls=10)
    settle(settler, call(SDK, 10, 90))
    for number in range(3 * MOST_GROUPS):
        settle(settler, call(SDK, 10, 90, trace_id=f"other {number}"))
    assert settle(settler, call(FRAMEWORK, 0, 100)) == [True]
    assert sum(len(group.table) for group in settler._earlier) <= 10 + MOST_GROUPS


def test_a_resend_is_settled_as_before() -> None:
    """The same spans once more, after a commit that failed, count the same."""
    settler = RepeatedCalls()
    spans = call(SDK, 10, 90), call(FRAMEWORK, 0, 100, input_messages="[...]")
    assert settle(settler, *spans) == [False, True]
    assert settle(settler, *spans) == [False, True]


def test_calls_of_one_instrumentation_all_count() -> None:
    """Parallel calls lie within one another too."""
    assert settle(RepeatedCalls(), call(SDK, 10, 90), call(SDK, 0, 100)) == [True, True]


def test_calls_that_differ_all_count() -> None:
    """Another model, another operation, another answer, another trace, another project, or only an overlap."""
    for other in (
        call(FRAMEWORK, 0, 100, request_model="claude-haiku-4-5"),
        call(FRAMEWORK, 0, 100, operation_name="embeddings"),
        call(FRAMEWORK, 0, 100, trace_id="u"),
        call(FRAMEWORK, 0, 100, project_id="q"),
        call(FRAMEWORK, 20, 100),
    ):
        assert settle(RepeatedCalls(), call(SDK, 10, 90), other) == [True, True]
    answers = call(SDK, 10, 90, response_id="one"), call(FRAMEWORK, 0, 100, response_id="two")
    assert settle(RepeatedCalls(), *answers) == [True, True]


def test_an_alias_is_the_model_that_it_names() -> None:
    """One tells the alias, the other the dated name."""
    dated = call(SDK, 10, 90, request_model="gpt-4o-mini-2024-07-18")
    assert settle(RepeatedCalls(), dated, call(FRAMEWORK, 0, 100)) == [True, False]


def test_spans_that_are_no_calls_stay_so() -> None:
    """Only calls are settled."""
    step = call(FRAMEWORK, 0, 100, is_model_call=False)
    assert settle(RepeatedCalls(), step, call(SDK, 10, 90)) == [False, True]


def test_a_trace_of_many_calls_counts_each_once() -> None:
    """A long agent run, one call after the other; each is compared with its neighbours, not with all."""
    spans = [
        call(scope, 100 * number + margin, 100 * number + 99 - margin)
        for number in range(10_000)
        for scope, margin in ((SDK, 10), (FRAMEWORK, 0))
    ]
    assert settle(RepeatedCalls(), *spans) == [True, False] * 10_000
