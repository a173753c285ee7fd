"""The metrics of model calls as points: what is sent elsewhere says what the page for Prometheus says."""

from prometheus_client.parser import text_string_to_metric_families as read_text

from doubles.model_calls import RECEIVED_AT_MS, call_batch
from watchglass.model.fields import fields_of
from watchglass.model.records import Signal
from watchglass.outlets.prometheus_series import samples_of
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.prometheus.points import points
from watchglass.prometheus.text import write

START_NS, NOW_NS = RECEIVED_AT_MS * 10**6 - 10**12, RECEIVED_AT_MS * 10**6
ADDED = ("job", "instance", "otel_scope_name")
"""Labels that remote write adds, as a scrape does."""


def counted() -> ModelCalls:
    """Calls of two projects with tokens, times, costs and errors, more than may be kept apart."""
    model_calls = ModelCalls(max_label_sets=3)
    calls = [
        {"model": "a", "cost_usd": 0.25, "input_tokens": 5, "output_tokens": 7, "provider_name": "openai"},
        {"model": "a", "time_to_first_token_ns": 10**7, "time_per_output_token_ns": 10**7, "release": "2"},
        {"model": "b", "status_code": "error", "error_type": "Timeout", "project_id": "other"},
        {"model": "c"}, {"model": "d", "project_id": "other"},
    ]  # fmt: skip
    model_calls.stored(Signal.TRACES, call_batch(calls))
    return model_calls


def test_points_written_for_remote_write_are_the_page() -> None:
    """Each sample of the page is there under the same name and labels, with its number; for one project, its own alone."""
    counts = counted().counts()
    for project in (None, "other"):
        page = {
            (sample.name, tuple(sorted((name, value) for name, value in sample.labels.items() if value))): sample.value
            for family in read_text(write(counts, project, False).decode())
            for sample in family.samples
        }
        sent = {}
        for point in points(counts, project, "host:4318", START_NS, NOW_NS):
            for sample in samples_of(point) or ():
                labels = dict(sample.labels)
                assert labels["job"] == "watchglass" and labels["instance"] == "host:4318"
                if "le" in labels and labels["le"] != "+Inf":
                    labels["le"] = repr(float(labels["le"]))
                name = labels.pop("__name__")
                sent[name, tuple(sorted((key, value) for key, value in labels.items() if key not in ADDED))] = sample.value
        assert sent == page


def test_points_are_whole_rows_since_the_start() -> None:
    """Every column is there; sums and histograms are cumulative from the start, with the last trace of each bucket."""
    for point in points(counted().counts(), None, "host:4318", START_NS, NOW_NS):
        assert point.keys() == fields_of("metric_points").keys()
        assert (point["temporality"], point["start_time"], point["time"]) == ("cumulative", START_NS, NOW_NS)
        if point["metric_name"] == "gen_ai.client.operation.duration":
            assert len(point["exemplar_trace_ids"]) == sum(1 for count in point["bucket_counts"] if count)
            assert all(len(trace_id) == 32 for trace_id in point["exemplar_trace_ids"])
