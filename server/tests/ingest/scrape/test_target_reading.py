"""What a target says becomes the same requests whether its lines are known or not, and ended series are told."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from watchglass.ingest.scrape import target_reading
from watchglass.ingest.scrape.fetch import Answer
from watchglass.ingest.scrape.target_reading import TargetReading
from watchglass.ingest.scrape.targets import Target

TARGET = Target("vllm", "a:8000", "http://a:8000/metrics", (), (), 15.0, 10.0, honor_labels=False)
TIME_NS = 1_700_000_000_000_000_000

BODY = """# HELP vllm:waiting Requests that wait
# TYPE vllm:waiting gauge
vllm:waiting{{model_name="a b",engine="0"}} {}
vllm:waiting{{model_name="c # {{d}}",engine="0"}} {}
# TYPE vllm:time_seconds histogram
vllm:time_seconds_bucket{{le="0.1"}} {}
vllm:time_seconds_bucket{{le="+Inf"}} {}
vllm:time_seconds_sum {}
vllm:time_seconds_count {}
# TYPE vllm:tokens_total counter
vllm:tokens_total  {}
"""
COUNT = BODY.count("{}")


def text(body: str) -> Answer:
    """An answer in the text format."""
    return Answer(body, is_openmetrics=False)


def metrics_of(requests: list[bytes]) -> dict[str, Metric]:
    """The metrics of requests, by name."""
    joined = ExportMetricsServiceRequest.FromString(b"".join(requests))
    return {
        metric.name: metric
        for resource in joined.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


NUMBERS = st.one_of(
    st.floats(width=64).map(repr),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(["NaN", "+Inf", "-Inf", "1e3", "0x10", "1_000", "nan", "Infinity", "1.5e-7"]),
)


@given(st.lists(NUMBERS, min_size=COUNT, max_size=COUNT), st.lists(NUMBERS, min_size=COUNT, max_size=COUNT))
def test_known_lines_are_read_as_the_parser_reads_them(first: list[str], second: list[str]) -> None:
    """The second answer of a target becomes what it would as the first one, or is refused as it would be."""
    known, fresh = TargetReading(TARGET), TargetReading(TARGET)
    outcomes = []
    for reading, bodies in ((known, (first, second)), (fresh, (second,))):
        outcome: object = None
        for values in bodies:
            try:
                outcome = reading.read(text(BODY.format(*values)), TIME_NS)
            except Exception as error:
                outcome = str(error)
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]


def test_known_lines_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the values are read while the lines stay; a line that comes is parsed."""
    parsed: list[str] = []
    parse = target_reading.parse_exposition
    monkeypatch.setattr(
        target_reading, "parse_exposition", lambda body, **given: parsed.append(body) or parse(body, **given)
    )
    reading = TargetReading(TARGET)
    for number in range(3):
        requests, count = reading.read(text(BODY.format(*([number] * COUNT))), TIME_NS + number)
        assert count == COUNT
        gauge = metrics_of(requests)["vllm:waiting"].gauge.data_points[1]
        assert (gauge.as_double, gauge.time_unix_nano) == (number, TIME_NS + number)
    assert len(parsed) == 1
    reading.read(text(BODY.format(*([9] * COUNT)) + "new 1\n"), TIME_NS)
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "body", ["a 1 1700000000123\n", "# TYPE a counter\na_total 1 # {trace_id=\"x\"} 0.5\n# EOF\n"]
)
def test_lines_with_times_or_exemplars_are_parsed_each_time(body: str) -> None:
    """What stands at their end is not the value."""
    reading = TargetReading(TARGET)
    is_openmetrics = "# EOF" in body
    for last in ("123\n", "456\n") if not is_openmetrics else ("0.5\n", "0.7\n"):
        answer = Answer(body.replace("123\n", last).replace("0.5\n", last), is_openmetrics)
        (metric,) = metrics_of(reading.read(answer, TIME_NS)[0]).values()
        points = metric.sum.data_points or metric.gauge.data_points
        assert points[0].as_double == 1
        if is_openmetrics:
            assert points[0].exemplars[0].as_double == float(last)
        else:
            assert points[0].time_unix_nano == 1_700_000_000_000_000_000 + int(last) * 10**6


def test_series_that_are_gone_are_told_to_have_ended() -> None:
    """Once, and only those; all of them when the target does not answer."""
    reading = TargetReading(TARGET)
    reading.read(text('a{b="1"} 1\na{b="2"} 2\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\nh_sum 1\n'), TIME_NS)
    requests, count = reading.read(text('a{b="1"} 1\n'), TIME_NS + 5)
    assert (len(requests), count) == (2, 1)
    ended = metrics_of(requests[1:])
    (point,) = ended["a"].gauge.data_points
    assert (point.attributes[0].value.string_value, point.flags, point.time_unix_nano) == ("2", 1, TIME_NS + 5)
    assert math.isnan(point.as_double) and ended["h"].histogram.data_points[0].flags == 1
    assert len(reading.read(text('a{b="1"} 1\n'), TIME_NS)[0]) == 1
    (point,) = metrics_of(reading.ended(TIME_NS + 9))["a"].gauge.data_points
    assert (point.attributes[0].value.string_value, point.flags) == ("1", 1)
    assert reading.ended(TIME_NS) == []


def test_labels_of_the_target_are_added() -> None:
    """Of two with one name the target's wins, and the other is kept beside it; the other way round when it is honored."""
    body = 'a{region="x",model="m"} 1\n'
    for honored, expected in (
        (False, {"exported_region": "x", "region": "eu", "env": "dev", "model": "m"}),
        (True, {"region": "x", "env": "dev", "model": "m"}),
    ):
        target = replace(TARGET, labels=(("env", "dev"), ("region", "eu")), honor_labels=honored)
        (point,) = metrics_of(TargetReading(target).read(text(body), TIME_NS)[0])["a"].gauge.data_points
        assert {it.key: it.value.string_value for it in point.attributes} == expected


def test_an_empty_answer_is_no_series() -> None:
    """A target without metrics is up."""
    assert TargetReading(TARGET).read(text(""), TIME_NS) == ([], 0)
