"""Remote write: the bytes by a reader of their own, the names, and Debian's Prometheus as the receiver."""

import struct
import time
from collections.abc import Iterator
from typing import Any

import cramjam
import pytest

from doubles.prometheus import Prometheus, needs_prometheus, running_prometheus
from doubles.rows import insert_rows
from outlets.conftest import NOW_MS, Bench, run
from watchglass.model.records import Signal
from watchglass.outlets.prometheus_series import metric_name
from watchglass.outlets.remote_write import RemoteWrite
from watchglass.store.engine import Engine

Series = dict[tuple[tuple[str, str], ...], list[tuple[int, float]]]


def fields(body: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers and contents of a protobuf message."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(body):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 1:
            yield tag >> 3, struct.unpack("<d", body[at : at + 8])[0]
            at += 8
        else:
            size = varint()
            yield tag >> 3, body[at : at + size]
            at += size


def read_body(body: bytes) -> Series:
    """The series of a body of remote write 1.0."""
    series: Series = {}
    for number, content in fields(bytes(cramjam.snappy.decompress_raw(body))):
        assert number == 1
        labels, samples = [], []
        for part, held in fields(content):
            values = dict(fields(held))
            if part == 1:
                labels.append((values[1].decode(), values[2].decode()))
            else:
                samples.append((values[2], values[1]))
        assert labels == sorted(labels)
        assert samples == sorted(samples, key=lambda sample: sample[0])
        assert tuple(labels) not in series
        series[tuple(labels)] = samples
    return series


def point(at_s: float, **columns: Any) -> dict[str, Any]:
    """A gauge's point, `at_s` seconds before the real present (a receiver takes nothing old)."""
    return {
        "project_id": "p", "received_at": NOW_MS, "metric_name": "gen_ai.tokens", "metric_type": "gauge", "unit": "s",
        "temporality": "unspecified", "time": int((time.time() - at_s) * 1e9), "value": 1.5, "service_name": "shop",
        "service_instance_id": "i1", "attributes": {"gen_ai.model": "gpt", "0x": "y"}, "resource_attributes": {}, **columns,
    }  # fmt: skip


def points_of_each_type() -> list[dict[str, Any]]:
    """A series of each type that has a place in remote write, and one that has none; made when a test runs, as old ones are refused."""
    return [
        point(3, value=1.0),
        point(2, value=2.0),
        point(2, metric_name="calls", unit="{call}", metric_type="sum", temporality="cumulative", is_monotonic=True, value=7.0),
        point(2, metric_name="wait", metric_type="histogram", temporality="cumulative", value=float("nan"), count=6, sum=4.5,
              bucket_bounds=[0.5, 2.0], bucket_counts=[1, 2, 3]),
        point(2, metric_name="lost", metric_type="sum", temporality="delta"),
    ]  # fmt: skip


OWN = {"job": "shop", "instance": "i1", "gen_ai_model": "gpt", "key_0x": "y"}


def deliver(engine: Engine, bench: Bench, url: str, points: list[dict[str, Any]]) -> None:
    """Store points and deliver them to `url`."""
    insert_rows(engine, "metric_points", points)
    run(bench.delivery(Signal.METRICS, outlet=RemoteWrite(url, {"authorization": "Basic eA=="})))


def test_bodies_are_those_of_the_contract(engine: Engine, bench: Bench, target: Any) -> None:
    """Headers, snappy, sorted labels, samples in order, buckets that add up; a delta is counted as dropped."""
    deliver(engine, bench, target.url + "/api/v1/write", points_of_each_type())
    (received,) = target.received
    assert received.path == "/api/v1/write"
    wanted = {
        "content-type": "application/x-protobuf", "content-encoding": "snappy", "authorization": "Basic eA==",
        "x-prometheus-remote-write-version": "0.1.0",
    }  # fmt: skip
    assert wanted.items() <= received.headers.items()
    values = {
        (dict(labels)["__name__"], dict(labels).get("le")): [value for _, value in samples]
        for labels, samples in read_body(received.body).items()
    }
    assert values == {
        ("gen_ai_tokens_seconds", None): [1.0, 2.0], ("calls_total", None): [7.0], ("wait_seconds_count", None): [6.0],
        ("wait_seconds_sum", None): [4.5], ("wait_seconds_bucket", "0.5"): [1.0], ("wait_seconds_bucket", "2"): [3.0],
        ("wait_seconds_bucket", "+Inf"): [6.0],
    }  # fmt: skip
    assert all(OWN.items() <= dict(labels).items() for labels in read_body(received.body))
    assert (bench.place(Signal.METRICS).delivered_rows, bench.place(Signal.METRICS).dropped_rows) == (4, 1)


@pytest.mark.parametrize(
    ("name", "unit", "kind", "is_monotonic", "written"),
    [
        ("gen_ai.client.operation.duration", "s", "histogram", False, "gen_ai_client_operation_duration_seconds"),
        ("gen_ai.client.token.usage", "{token}", "histogram", False, "gen_ai_client_token_usage"),
        ("process.memory", "By", "gauge", False, "process_memory_bytes"),
        ("rate", "By/s", "gauge", False, "rate_bytes_per_second"),
        ("used", "1", "gauge", False, "used_ratio"),
        ("vllm:requests_total", "", "sum", True, "vllm:requests_total"),
        ("wait_seconds", "s", "sum", True, "wait_seconds_total"),
        ("9 lives!", "", "gauge", False, "_9_lives"),
    ],
)
def test_names_are_prometheus_names(name: str, unit: str, kind: str, is_monotonic: bool, written: str) -> None:
    """Units are words at the end, counters end in _total, and nothing is said twice."""
    assert metric_name({"metric_name": name, "unit": unit, "metric_type": kind, "is_monotonic": is_monotonic}) == written


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Debian's Prometheus, which receives remote write."""
    folder = tmp_path_factory.mktemp("prometheus")
    with running_prometheus(folder, "global: {}\n", "--web.enable-remote-write-receiver") as running:
        yield running


@needs_prometheus
def test_prometheus_takes_what_is_sent(engine: Engine, bench: Bench, prometheus: Prometheus) -> None:
    """Debian's Prometheus takes every sample, and answers with the values, labels and quantiles that they have."""
    deliver(engine, bench, f"{prometheus.url}/api/v1/write", points_of_each_type())
    assert bench.place(Signal.METRICS).delivered_rows == 4, bench.place(Signal.METRICS).last_error
    (gauge,) = prometheus.query("gen_ai_tokens_seconds[1m]")
    assert [value for _, value in gauge["values"]] == ["1", "2"]
    assert OWN.items() <= gauge["metric"].items()
    assert [it["value"][1] for it in prometheus.query("calls_total")] == ["7"]
    assert [it["value"][1] for it in prometheus.query("sum(wait_seconds_bucket{le='2'})")] == ["3"]
    (median,) = prometheus.query("histogram_quantile(0.5, wait_seconds_bucket)")
    assert float(median["value"][1]) == 2.0


@needs_prometheus
def test_samples_that_prometheus_refuses_take_no_other_with_them(engine: Engine, bench: Bench, prometheus: Prometheus) -> None:
    """A sample from long ago is out of bounds there: it is dropped and counted, its neighbours arrive."""
    points = [point(1, metric_name=f"poison.{n}", unit="", value=float(n)) for n in range(20)]
    points[7]["time"] = 1_000_000_000_000_000_000
    deliver(engine, bench, f"{prometheus.url}/api/v1/write", points)
    assert [int(it["value"][1]) for it in prometheus.query("sort({__name__=~'poison_.*'})")] == [n for n in range(20) if n != 7]
    place = bench.place(Signal.METRICS)
    assert (place.delivered_rows, place.dropped_rows) == (19, 1)


@needs_prometheus
def test_a_series_without_a_value_ends(engine: Engine, bench: Bench, prometheus: Prometheus) -> None:
    """A point that says there is no value any more ends the series at once."""
    first = point(2, metric_name="ending", unit="", value=1.0)
    deliver(engine, bench, f"{prometheus.url}/api/v1/write", [first])
    assert len(prometheus.query("ending")) == 1
    last = point(0.5, metric_name="ending", unit="", value=float("nan"), marks=["no_recorded_value"], received_at=NOW_MS + 1)
    deliver(engine, bench, f"{prometheus.url}/api/v1/write", [last])
    assert prometheus.query("ending") == []
