"""Model calls as metrics: counted with each commit, bounded, and written as Prometheus and OpenMetrics read them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from doubles.model_calls import RECEIVED_AT_MS, call_batch
from watchglass.model.records import Signal
from watchglass.prometheus.model_calls import MAX_ERROR_TYPES, ModelCalls
from watchglass.prometheus.text import write

COST = "gen_ai_client_cost_usd_total"
DURATION = "gen_ai_client_operation_duration_seconds"
REQUESTS = "gen_ai_client_requests_total"
ERRORS = "gen_ai_client_errors_total"


def counted(*batches: Sequence[Mapping[str, Any]], max_label_sets: int = 100) -> ModelCalls:
    """What is counted after batches of calls were committed."""
    model_calls = ModelCalls(max_label_sets)
    for batch in batches:
        model_calls.stored(Signal.TRACES, call_batch(batch))
    return model_calls


def samples(model_calls: ModelCalls, name: str, project: str | None = None, **labels: str) -> list[float]:
    """Values of the samples called `name` with these labels, as a reader of OpenMetrics has them."""
    page = (write(model_calls.counts(), project, True) + b"# EOF\n").decode()
    return [
        sample.value
        for family in read_openmetrics(page)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]


def test_calls_are_counted_over_batches_by_what_they_are() -> None:
    """Requests, cost, tokens and times add up over batches, by service, release, operation and model."""
    model_calls = counted(
        [{"model": "a", "cost_usd": 0.25, "input_tokens": 5}, {"model": "b", "release": "2"}, {"model": "a", "cost_usd": 0.5}],
        [{"model": "b", "release": "2", "output_tokens": 70, "time_to_first_token_ns": 20_000_000}, {"model": "c"}],
        [{"model": "a", "time_per_output_token_ns": 30_000_000}],
    )
    assert samples(model_calls, REQUESTS, gen_ai_response_model="a") == [3]
    assert samples(model_calls, REQUESTS, service_version="2", gen_ai_operation_name="chat", service_name="shop") == [2]
    assert samples(model_calls, COST) == [0.75, 0, 0]
    assert samples(model_calls, "gen_ai_client_token_usage_sum", gen_ai_token_type="input") == [5]
    assert samples(model_calls, "gen_ai_client_token_usage_bucket", gen_ai_token_type="output", le="64.0") == [0]
    assert samples(model_calls, "gen_ai_client_token_usage_bucket", gen_ai_token_type="output", le="256.0") == [1]
    assert samples(model_calls, f"{DURATION}_count") == [3, 2, 1]
    assert samples(model_calls, "gen_ai_client_time_to_first_token_seconds_bucket", le="0.01") == [0]
    assert samples(model_calls, "gen_ai_client_time_to_first_token_seconds_bucket", le="0.02") == [1], "a bound counts itself"
    assert samples(model_calls, "gen_ai_client_time_per_output_token_seconds_sum") == [pytest.approx(0.03)]


def test_only_calls_to_models_count() -> None:
    """Steps around a call, and repeats of it by other instrumentations, are not requests."""
    model_calls = counted([{"is_model_call": False}, {}, {"is_model_call": False, "status_code": "error"}])
    model_calls.stored(Signal.LOGS, call_batch([{}]))
    assert samples(model_calls, REQUESTS) == [1]
    assert samples(model_calls, ERRORS) == []


def test_errors_are_told_by_class_a_bounded_number() -> None:
    """A class that came early keeps its series; those beyond the bound are `_OTHER`, as one without a name is."""
    failures = [{"status_code": "error", "error_type": f"E{number}"} for number in range(MAX_ERROR_TYPES + 5)]
    model_calls = counted([*failures, {"status_code": "error", "error_type": ""}, {"error_type": "ignored"}], failures[:1])
    assert samples(model_calls, ERRORS, error_type="E0") == [2]
    assert samples(model_calls, ERRORS, error_type="_OTHER") == [6]
    assert len(samples(model_calls, ERRORS)) == MAX_ERROR_TYPES + 1


def test_tokens_without_a_price_are_told() -> None:
    """A call with tokens and no price is counted as unpriced, one without tokens is not."""
    model_calls = counted([{"input_tokens": 5}, {"input_tokens": 5, "cost_usd": 0.0}, {}])
    assert samples(model_calls, "gen_ai_client_unpriced_requests_total") == [1]


def test_label_sets_are_bounded_and_the_others_counted() -> None:
    """Beyond the bound calls are counted in one series a project, and how many is told."""
    first = [{"model": f"m{number}"} for number in range(5)]
    model_calls = counted(first, [{"model": "m4"}, {"model": "m1"}, {"project_id": "other", "model": "x"}], max_label_sets=3)
    assert samples(model_calls, REQUESTS, gen_ai_response_model="m1") == [2]
    assert samples(model_calls, REQUESTS, project="default", otel_metric_overflow="true") == [3]
    assert samples(model_calls, REQUESTS, project="other", otel_metric_overflow="true") == [1]
    assert samples(model_calls, "watchglass_model_metrics_overflowed_requests_total") == [4]


def test_a_project_reads_its_own_series() -> None:
    """Series of other projects are left out, and so is the count of overflow, which is the server's."""
    model_calls = counted([{"project_id": "a"}, {"project_id": "b", "status_code": "error"}])
    assert samples(model_calls, REQUESTS, "a") == [1]
    assert samples(model_calls, ERRORS, "a") == []
    assert samples(model_calls, "watchglass_model_metrics_overflowed_requests_total", "a") == []


def test_buckets_carry_the_trace_that_fell_into_them_last() -> None:
    """In OpenMetrics each bucket has the last trace as its exemplar, with what was observed and when it was committed."""
    model_calls = counted([{"trace_id": "a" * 32}, {"trace_id": "b" * 32, "duration_ns": 900_000_000}, {"trace_id": "c" * 32, "duration_ns": 5 * 10**9}])
    page = (write(model_calls.counts(), None, True) + b"# EOF\n").decode()
    found = {
        sample.exemplar.labels["trace_id"]: (sample.labels["le"], sample.exemplar.value, float(sample.exemplar.timestamp))
        for family in read_openmetrics(page)
        for sample in family.samples
        if sample.name == f"{DURATION}_bucket" and sample.exemplar
    }
    time_s = RECEIVED_AT_MS / 1000
    assert found == {"b" * 32: ("1.28", pytest.approx(0.9), time_s), "c" * 32: ("5.12", pytest.approx(5.0), time_s)}


def test_names_from_outside_cannot_break_the_page() -> None:
    """Quotes, line ends and backslashes in names are written so that they are read back; endless names are cut."""
    odd = 'a"} 1\nb{x="\\'
    model_calls = counted([{"model": odd, "service_name": "s" * 5000, "status_code": "error", "error_type": odd}])
    families = {family.name: family for family in read_text(write(model_calls.counts(), None, False).decode())}
    labels = families["gen_ai_client_errors"].samples[0].labels
    assert (labels["gen_ai_response_model"], labels["error_type"]) == (odd, odd)
    assert labels["service_name"] == "s" * 200


def test_counting_costs_less_than_a_microsecond_a_span() -> None:
    """A group of 20,000 spans over 96 label sets is counted in a fraction of what decoding it takes."""
    calls = [
        {"model": f"m{number % 8}", "service_name": f"s{number % 4}", "release": str(number % 3), "duration_ns": number * 10**6,
         "input_tokens": number, "output_tokens": number, "time_to_first_token_ns": number * 1000, "cost_usd": 0.1}
        for number in range(20_000)
    ]  # fmt: skip
    batch = call_batch(calls)
    model_calls = ModelCalls(1000)
    taken_s = []
    for _ in range(7):
        started_s = time.process_time()
        model_calls.stored(Signal.TRACES, batch)
        taken_s.append(time.process_time() - started_s)
    assert min(taken_s) / len(calls) < 1e-6, min(taken_s) / len(calls)
