"""Imported rules fire for the series for which Debian's own Prometheus fires, over the same points."""

import time
from collections.abc import Iterator
from typing import Any

import cramjam
import httpx
import pytest
import yaml

from doubles.prometheus import Prometheus, needs_prometheus, running_prometheus
from doubles.rows import insert_rows
from watchglass.alerts.evaluation import evaluate
from watchglass.alerts.promql.rule_file import read_prometheus_rules
from watchglass.outlets.write_request import Sample, write_request
from watchglass.query.asked import Asking
from watchglass.query.reader import Reader
from watchglass.settings import Settings
from watchglass.store.engine import Engine

S = 10**9
AT_S = int(time.time()) // 60 * 60 - 60
"""When rules are evaluated: a whole minute of the real present, as a Prometheus takes nothing old."""

STEP_S = 15
POINTS = 60
BOUNDS = (0.1, 1.0, 5.0)

RULES = {
    "up == 0": {"b"},
    "up > 0": {"a", "c"},
    'up{job=~"a|b"} != 1': {"b"},
    "max by (job) (queue) > 30": {"c"},
    "sum by (job) (queue) >= 45": {"b", "c"},
    "avg_over_time(queue[5m]) > 30": {"c"},
    "100 - min by (job) (queue) < 75": {"c"},
    "sum by (job) (rate(calls_total[5m])) > 3": {"b", "c"},
    'sum by (job) (rate(calls_total{code=~"5.."}[5m])) / sum by (job) (rate(calls_total[5m])) > 0.3': {"b"},
    'sum by (job) (increase(calls_total{code="200"}[5m])) > 1000': {"c"},
    "histogram_quantile(0.9, sum by (le, job) (rate(latency_seconds_bucket[5m]))) > 1": {"b"},
    "sum by (job) (rate(latency_seconds_sum[5m])) / sum by (job) (rate(latency_seconds_count[5m])) > 0.8": {"b"},
    'absent(up{job="nobody"})': {""},
    'absent(up{job="a"})': set(),
}
"""Expressions, and the jobs for which they fire."""


def series() -> Iterator[tuple[str, str, dict[str, str], str, list[Any]]]:
    """Name, job, labels, type and values; a histogram's are counts by bucket, the sum last."""
    for place, job in enumerate("abc"):
        yield "up", job, {}, "gauge", [0.0 if job == "b" else 1.0] * POINTS
        for number, label in enumerate(("x", "y")):
            yield "queue", job, {"lane": label}, "gauge", [float(20 * place + number * 10)] * POINTS
        for code, grows in (("200", 15 * (1 + 4 * (place == 2))), ("500", (1, 45, 2)[place])):
            yield "calls_total", job, {"code": code}, "sum", [float(grows * point) for point in range(POINTS)]
        slow = 4 if job == "b" else 0
        yield "latency_seconds", job, {}, "histogram", [(4 * point, 2 * point, slow * point, 0, (1.2 + 2.5 * slow) * point) for point in range(POINTS)]


def times_s() -> list[int]:
    return [AT_S - (POINTS - 1 - point) * STEP_S - 1 for point in range(POINTS)]


def samples() -> Iterator[Sample]:
    """As Prometheus has them."""

    def sample(name: str, labels: dict[str, str], at_s: int, value: float) -> Sample:
        return Sample(tuple(sorted({**labels, "__name__": name}.items())), at_s * 1000, value)

    for name, job, more, kind, values in series():
        labels = {"job": job, "instance": "i:1", **more}
        for at_s, value in zip(times_s(), values, strict=True):
            if kind != "histogram":
                yield sample(name, labels, at_s, value)
                continue
            *counts, total = value
            for place, bound in enumerate((*map(str, BOUNDS), "+Inf")):
                yield sample(f"{name}_bucket", {**labels, "le": bound}, at_s, float(sum(counts[: place + 1])))
            yield sample(f"{name}_sum", labels, at_s, float(total))
            yield sample(f"{name}_count", labels, at_s, float(sum(counts)))


def rows() -> Iterator[dict[str, Any]]:
    """As they are stored here."""
    for number, (name, job, more, kind, values) in enumerate(series()):
        for at_s, value in zip(times_s(), values, strict=True):
            row = {
                "project_id": "p", "received_at": at_s * 1000, "metric_name": name, "metric_type": kind, "unit": "",
                "temporality": "unspecified" if kind == "gauge" else "cumulative", "is_monotonic": kind != "gauge", "series_id": number,
                "time": at_s * S, "start_time": 0, "service_name": job, "service_instance_id": "i:1", "attributes": more,
            }  # fmt: skip
            if kind == "histogram":
                *counts, total = value
                row |= {"bucket_bounds": list(BOUNDS), "bucket_counts": counts, "count": sum(counts), "sum": float(total)}
            else:
                row["value"] = value
            yield row


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has the points."""
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), "{}", "--web.enable-remote-write-receiver") as running:
        headers = {"content-encoding": "snappy", "content-type": "application/x-protobuf", "x-prometheus-remote-write-version": "0.1.0"}
        body = bytes(cramjam.snappy.compress_raw(write_request(samples())))
        answer = httpx.post(f"{running.url}/api/v1/write", content=body, headers=headers)
        assert answer.status_code in (200, 204), answer.text
        yield running


@needs_prometheus
def test_the_same_series_fire(engine: Engine, prometheus: Prometheus) -> None:
    """Each expression, for the jobs that Prometheus says."""
    insert_rows(engine, "metric_points", list(rows()))
    document = {"groups": [{"name": "g", "rules": [{"alert": f"A{place}", "expr": expr} for place, expr in enumerate(RULES)]}]}
    imported, refused = read_prometheus_rules(yaml.safe_dump(document), "p")
    assert refused == []
    asking = Asking(engine, Reader(engine, 30.0, 10**9), Settings(), AT_S * S)
    for (expr, jobs), it in zip(RULES.items(), imported, strict=True):
        theirs = {found["metric"].get("job", "") for found in prometheus.ask("query", query=expr, time=str(AT_S))["result"]}
        readings = evaluate(it.rule, asking, AT_S * S)
        ours = {reading.labels.get("service_name", "") for reading in readings if reading.is_breached}
        # absent() has the labels that it was asked with
        assert (theirs if not expr.startswith("absent") else {""} if theirs else set()) == jobs, expr
        assert ours == jobs, (expr, readings)
