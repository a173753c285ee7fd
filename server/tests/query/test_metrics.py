"""Metrics over real rows: counters with restarts, gauges, histograms, summaries, each against brute force."""

import random
from typing import Any

import numpy as np
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.filter import parse
from watchglass.query.metric_question import SeriesQuestion, read_quantiles
from watchglass.query.metric_series import MetricSeries, read_series
from watchglass.query.metrics import list_metrics
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_groups import read_groups
from watchglass.store.engine import Engine

START_NS = NOW_NS // (3600 * SECOND_NS) * 3600 * SECOND_NS - 3600 * SECOND_NS
"""A whole hour; ranges of these tests begin there."""

LONG_AGO_NS = START_NS - 30 * 86400 * SECOND_NS


def point(at_s: float, series: int = 1, **columns: Any) -> dict[str, Any]:
    """A point of the series number `series`, `at_s` seconds after START_NS; a gauge unless said otherwise."""
    return {
        "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "m", "metric_type": "gauge", "unit": "s",
        "temporality": "unspecified", "series_id": series, "time": START_NS + round(at_s * SECOND_NS),
        "start_time": LONG_AGO_NS, "service_name": f"s{series % 2}", "attributes": {"series": str(series)}, **columns,
    }  # fmt: skip


def counter(at_s: float, value: float, series: int = 1, **columns: Any) -> dict[str, Any]:
    """A point of a cumulative counter."""
    row = {"metric_type": "sum", "temporality": "cumulative", "is_monotonic": True, "value": value}
    return point(at_s, series, **{**row, **columns})


def ask(engine: Engine, *, interval_s: int = 60, minutes: int = 10, group_by: str | None = None, text: str = "",
        quantiles: tuple[float, ...] = (0.5,), limit: int = 20, **asked: Any) -> MetricSeries:  # fmt: skip
    """Read the metric `m` over the first `minutes` after START_NS."""
    question = SeriesQuestion(
        scope=Scope("p", START_NS, START_NS + minutes * 60 * SECOND_NS), name=asked.get("name", "m"), type=asked.get("type"),
        expr=parse(text), groups=read_groups(group_by, "metric_points"), interval_s=interval_s,
        aggregation=asked.get("aggregation"), quantiles=quantiles, limit=limit,
    )  # fmt: skip
    return read_series(Reader(engine, 30.0, 10**9), question, NOW_NS)


def line(answer: MetricSeries) -> list[float | None]:
    """The only line of an answer."""
    [found] = answer.series
    return found.values


def test_metrics_are_listed_with_their_series(engine: Engine) -> None:
    """A name with two types is two metrics; series are counted, unit and newest time told."""
    insert_rows(engine, "metric_points", [
        point(1, 1), point(2, 2), point(9, 2), counter(3, 1.0, metric_name="n", description="d"), point(4, metric_name="n"),
        point(5, project_id="q", metric_name="secret"),
    ])  # fmt: skip
    scope = Scope("p", START_NS, START_NS + 60 * SECOND_NS)
    found = list_metrics(Reader(engine, 30.0, 10**9), scope, parse(""), 10, NOW_NS)
    assert [(it.name, it.type, it.series_count, it.point_count) for it in found] == [
        ("m", "gauge", 2, 3), ("n", "gauge", 1, 1), ("n", "sum", 1, 1),
    ]  # fmt: skip
    assert (found[0].unit, found[0].last_time_ns) == ("s", START_NS + 9 * SECOND_NS)
    assert (found[2].temporality, found[2].is_monotonic, found[2].description) == ("cumulative", True, "d")
    only = list_metrics(Reader(engine, 30.0, 10**9), scope, parse("metric_name:n*"), 10, NOW_NS)
    assert {it.name for it in only} == {"n"}


@pytest.mark.parametrize(
    ("aggregation", "values"),
    [("avg", [4.0, None, 7.0]), ("sum", [8.0, None, 7.0]), ("min", [1.0, None, 7.0]), ("max", [6.0, None, 7.0]), ("last", [6.0, None, 7.0])],
)
def test_gauges_are_read_per_series_first(engine: Engine, aggregation: str, values: list[float | None]) -> None:
    """A series with many points weighs as much as one with few; gaps stay gaps; NaN and unrecorded points are none."""
    rows = [point(0, 1, value=1.0), point(20, 1, value=3.0), point(30, 2, value=6.0), point(130, 1, value=7.0),
            point(70, 1, value=float("nan")), point(75, 1, value=5.0, marks=["no_recorded_value"])]  # fmt: skip
    insert_rows(engine, "metric_points", rows)
    assert line(ask(engine, minutes=3, aggregation=aggregation)) == values


def test_counter_is_a_rate_with_its_restarts(engine: Engine) -> None:
    """A lower value is a new start from nothing; the point before the range is what the first one is compared with."""
    values = [(-30, 100.0), (30, 160.0), (90, 220.0), (150, 30.0), (210, 90.0)]
    insert_rows(engine, "metric_points", [counter(at_s, value) for at_s, value in values])
    assert line(ask(engine, minutes=5)) == [1.0, 1.0, 0.5, 1.0, None]
    assert line(ask(engine, minutes=5, aggregation="increase")) == [60.0, 60.0, 30.0, 60.0, None]


def test_restarts_are_found_before_series_are_added(engine: Engine) -> None:
    """One series that starts anew while another grows is not hidden by their sum."""
    rows = [counter(at_s, 1000.0 + at_s, 1) for at_s in range(0, 240, 30)]
    rows += [counter(at_s, (500 + at_s if at_s < 120 else at_s - 120), 2) for at_s in range(0, 240, 30)]
    insert_rows(engine, "metric_points", rows)
    found = line(ask(engine, minutes=4, aggregation="increase"))
    assert found == [60.0, 120.0, 90.0, 120.0]


def test_new_start_time_is_a_restart_though_the_value_is_higher(engine: Engine) -> None:
    """A counter that says it began after the point before counts from nothing."""
    restarted_ns = START_NS + 40 * SECOND_NS
    insert_rows(engine, "metric_points", [counter(10, 5.0), counter(70, 50.0, start_time=restarted_ns)])
    assert line(ask(engine, minutes=2, aggregation="increase")) == [None, 50.0]


def test_first_point_counts_only_where_the_series_began_in_the_range(engine: Engine) -> None:
    """A new process' first value was added since it began; what an old one had counted is not known to be new."""
    insert_rows(engine, "metric_points", [counter(30, 40.0, 1), counter(30, 9.0, 2, start_time=START_NS + SECOND_NS)])
    answer = ask(engine, minutes=1, aggregation="increase", group_by="attributes.series")
    assert {it.group["attributes.series"]: it.values for it in answer.series} == {"1": [None], "2": [9.0]}


def test_random_counters_agree_with_brute_force(engine: Engine) -> None:
    """Many series with restarts: the increase by group and bucket is the sum of each series' own growth."""
    pick = random.Random(5)
    rows, growth = [], np.zeros((2, 10))
    for series in range(1, 8):
        value = pick.uniform(0, 1000)
        for index, at_s in enumerate(range(-60 + series, 600, 17)):
            if index:
                is_restart = pick.random() < 0.1
                step = pick.uniform(0, 50)
                value = step if is_restart and step < value else value + step
                if at_s >= 0:
                    growth[series % 2, at_s // 60] += step
            rows.append(counter(at_s, value, series))
    insert_rows(engine, "metric_points", pick.sample(rows, len(rows)))
    answer = ask(engine, aggregation="increase", group_by="service")
    for found in answer.series:
        expected = growth[int(str(found.group["service"])[1])]
        assert found.values == pytest.approx(expected.tolist(), rel=1e-9)


def test_delta_counter_is_added_up(engine: Engine) -> None:
    """Deltas add up; a rate divides by the seconds of the bucket that lie in the range."""
    delta = {"temporality": "delta", "start_time": START_NS}
    insert_rows(engine, "metric_points", [counter(10, 6.0, **delta), counter(50, 6.0, 2, **delta), counter(70, 3.0, **delta)])
    assert line(ask(engine, minutes=2)) == [0.2, 0.05]
    assert line(ask(engine, minutes=1, interval_s=3600, aggregation="rate")) == [0.2]


def test_up_down_counter_is_a_level(engine: Engine) -> None:
    """A cumulative sum that may fall is read as what it stands at, over all series, and never as a rate."""
    rows = [counter(10, 5.0, 1, is_monotonic=False), counter(20, 3.0, 2, is_monotonic=False), counter(70, 1.0, 1, is_monotonic=False)]
    insert_rows(engine, "metric_points", rows)
    answer = ask(engine, minutes=2)
    assert (answer.aggregation, line(answer)) == ("sum", [8.0, 1.0])
    with pytest.raises(InvalidInput, match="cumulative sum can be read as sum") as refusal:
        ask(engine, aggregation="rate")
    assert refusal.value.field == "aggregation"


def histogram(at_s: float, observations: list[float], bounds: list[float], series: int = 1, **columns: Any) -> dict[str, Any]:
    """A point of a histogram that holds `observations`."""
    counts = np.histogram(observations, [-np.inf, *(np.nextafter(bound, np.inf) for bound in bounds), np.inf])[0]
    return point(
        at_s, series,
        **{"metric_type": "histogram", "temporality": "delta", "count": len(observations), "sum": float(sum(observations)),
           "bucket_bounds": bounds, "bucket_counts": counts.tolist(), "value": float("nan"), **columns},
    )  # fmt: skip


def test_histograms_are_quantiles_of_what_was_observed_in_the_bucket(engine: Engine) -> None:
    """Delta and cumulative histograms of the same observations give the same quantiles, means and rates."""
    pick = random.Random(3)
    batches = [[pick.uniform(0, 10) for _ in range(40)] for _ in range(10)]
    bounds = [float(bound) for bound in range(1, 11)]
    rows = []
    for index, batch in enumerate(batches):
        rows.append(histogram(index * 60 + 30, batch, bounds, metric_name="delta"))
        so_far = [value for earlier in batches[: index + 1] for value in earlier]
        rows.append(histogram(index * 60 + 30, so_far, bounds, metric_name="whole", temporality="cumulative", start_time=START_NS))
    insert_rows(engine, "metric_points", rows)
    for name in ("delta", "whole"):
        found = line(ask(engine, name=name))
        assert found == pytest.approx([np.median(batch) for batch in batches], abs=0.6)
        assert line(ask(engine, name=name, aggregation="avg")) == pytest.approx([np.mean(batch) for batch in batches])
        assert line(ask(engine, name=name, aggregation="rate")) == pytest.approx([40 / 60] * 10)
    assert line(ask(engine, name="delta")) == pytest.approx(line(ask(engine, name="whole")))


def test_histogram_that_starts_anew_counts_from_nothing(engine: Engine) -> None:
    """After a restart, and after a change of bounds, all that a point holds was added."""
    row = {"temporality": "cumulative"}
    rows = [histogram(10, [1.0] * 9, [2.0, 4.0], **row), histogram(70, [3.0] * 4, [2.0, 4.0], **row),
            histogram(130, [3.0] * 4 + [30.0] * 6, [20.0, 40.0], **row)]  # fmt: skip
    insert_rows(engine, "metric_points", rows)
    assert line(ask(engine, minutes=3, aggregation="increase")) == [None, 4.0, 6.0]
    assert line(ask(engine, minutes=3, quantiles=(1.0,))) == [None, 4.0, 40.0]


def test_histograms_of_different_bounds_merge(engine: Engine) -> None:
    """Services with other bounds are put together on the bounds of either, and that is said."""
    rows = [histogram(10, [1.0, 1.0], [2.0, 4.0], 1), histogram(10, [9.0, 9.0], [1.5, 4.0, 10.0], 2)]
    insert_rows(engine, "metric_points", rows)
    found = ask(engine, minutes=1, quantiles=(0.5,))
    assert line(found) == [2.0]
    assert found.is_spread
    by_service = ask(engine, minutes=1, quantiles=(1.0,), group_by="service")
    assert {it.group["service"]: it.values for it in by_service.series} == {"s1": [2.0], "s0": [10.0]}


def exponential(at_s: float, observations: list[float], scale: int, series: int = 1, **columns: Any) -> dict[str, Any]:
    """A point of an exponential histogram that holds positive `observations`."""
    indices = [int(np.ceil(np.log2(value) * 2.0**scale)) - 1 for value in observations if value]
    offset = min(indices)
    counts = np.bincount(np.array(indices) - offset)
    return point(
        at_s, series,
        **{"metric_type": "exponential_histogram", "temporality": "delta", "count": len(observations), "sum": float(sum(observations)),
           "scale": scale, "zero_count": observations.count(0.0), "positive_offset": offset, "positive_counts": counts.tolist(),
           "value": float("nan"), **columns},
    )  # fmt: skip


@pytest.mark.parametrize("temporality", ["delta", "cumulative"])
def test_exponential_histograms_change_scale_and_stay_within_its_bound(engine: Engine, temporality: str) -> None:
    """Each bucket's quantiles are of its own observations, also when a later point is coarser than the one before."""
    pick = random.Random(8)
    batches = [[pick.lognormvariate(0, 2) for _ in range(200)] for _ in range(6)]
    scales = [5, 5, 4, 4, 2, 2]
    rows = []
    for index, batch in enumerate(batches):
        held = batch if temporality == "delta" else [value for earlier in batches[: index + 1] for value in earlier]
        rows.append(exponential(index * 60 + 30, held, scales[index], temporality=temporality, start_time=START_NS))
    insert_rows(engine, "metric_points", rows)
    answer = ask(engine, minutes=6, quantiles=(0.5, 0.99))
    for found in answer.series:
        for value, batch, scale in zip(found.values, batches, scales, strict=True):
            base = 2.0 ** (2.0**-scale)
            low, high = np.quantile(batch, [found.quantile - 0.01, min(1.0, found.quantile + 0.01)])  # type: ignore[operator]
            assert low / base <= value <= high * base  # type: ignore[operator]
    assert line(ask(engine, minutes=6, aggregation="increase")) == [200.0] * 6


def test_exponential_zero_and_negative_counts_are_kept(engine: Engine) -> None:
    """The zero bucket and the negative side have their place in the order."""
    row = exponential(10, [4.0, 0.0, 0.0], 0) | {"negative_offset": 1, "negative_counts": [2], "count": 5}
    insert_rows(engine, "metric_points", [row])
    answer = ask(engine, minutes=1, quantiles=(0.0, 0.5, 1.0))
    lowest, middle, highest = (it.values[0] for it in answer.series)
    assert (lowest, middle, highest) == (-4.0, 0.0, 4.0)


def test_summary_quantiles_are_passed_on(engine: Engine) -> None:
    """What the client computed is the answer; several series are averaged, their counts are counters."""
    row = {"metric_type": "summary", "temporality": "cumulative", "quantiles": [0.5, 0.9], "value": float("nan")}
    rows = [point(10, 1, quantile_values=[1.0, 5.0], count=10, sum=20.0, **row),
            point(15, 2, quantile_values=[3.0, 7.0], count=1, sum=1.0, **row),
            point(70, 1, quantile_values=[2.0, float("nan")], count=14, sum=40.0, **row)]  # fmt: skip
    insert_rows(engine, "metric_points", rows)
    answer = ask(engine, minutes=2)
    assert [(it.quantile, it.values) for it in answer.series] == [(0.5, [2.0, 2.0]), (0.9, [6.0, None])]
    assert line(ask(engine, minutes=2, aggregation="avg")) == [None, 5.0]


def test_mean_is_unknown_where_no_sum_was_sent(engine: Engine) -> None:
    """A histogram without sums has no mean, and still has its quantiles."""
    insert_rows(engine, "metric_points", [histogram(10, [1.0], [2.0], sum=None)])
    assert line(ask(engine, minutes=1, aggregation="avg")) == [None]
    assert line(ask(engine, minutes=1, quantiles=(1.0,))) == [2.0]


def test_exemplars_lead_to_traces(engine: Engine) -> None:
    """Exemplars of the range that name a trace come newest first, with their group; the others do not."""
    exemplars = {
        "exemplar_times": [START_NS + n * SECOND_NS for n in (1, 2, 3, 900)], "exemplar_values": [1.0, 2.0, 3.0, 4.0],
        "exemplar_trace_ids": ["a" * 32, "", "b" * 32, "c" * 32], "exemplar_span_ids": ["1" * 16, "", "", ""],
        "exemplar_attributes": ["{}"] * 4,
    }  # fmt: skip
    insert_rows(engine, "metric_points", [histogram(10, [1.0], [2.0], **exemplars)])
    found = ask(engine, minutes=1, group_by="service").exemplars
    assert [(it.trace_id[0], it.span_id, it.value, it.group) for it in found] == [
        ("b", "", 3.0, {"service": "s1"}), ("a", "1" * 16, 1.0, {"service": "s1"}),
    ]  # fmt: skip


def test_groups_with_few_points_are_left_out_and_said(engine: Engine) -> None:
    """Over the limit the groups with the most points stay."""
    rows = [point(n, series, value=1.0) for series in (1, 2, 3) for n in range(series)]
    insert_rows(engine, "metric_points", rows)
    answer = ask(engine, minutes=1, group_by="attributes.series", limit=2)
    assert [it.group for it in answer.series] == [{"attributes.series": "3"}, {"attributes.series": "2"}]
    assert answer.is_truncated
    assert not ask(engine, minutes=1, group_by="attributes.series", limit=3).is_truncated


def test_filter_and_project_bound_what_is_read(engine: Engine) -> None:
    """A filter takes attributes of the points; another project's points are never read."""
    insert_rows(engine, "metric_points", [point(1, 1, value=1.0), point(1, 2, value=2.0), point(1, 3, value=9.0, project_id="q")])
    assert line(ask(engine, minutes=1, text="attributes.series:2")) == [2.0]
    assert line(ask(engine, minutes=1, aggregation="max")) == [2.0]


def test_newest_type_is_read_unless_one_is_asked_for(engine: Engine) -> None:
    """A name that became a counter is read as one; the gauge can still be asked for."""
    insert_rows(engine, "metric_points", [point(1, value=4.0), counter(9, 1.0), counter(30, 7.0)])
    assert ask(engine, minutes=1).metric.type == "sum"
    assert line(ask(engine, minutes=1, type="gauge")) == [4.0]


def test_unknown_metric_is_not_found(engine: Engine) -> None:
    """A name without points in the range is said to be unknown there."""
    insert_rows(engine, "metric_points", [point(-500, value=4.0)])
    with pytest.raises(NotFound):
        ask(engine, minutes=1)


@pytest.mark.parametrize("text", ["", "a", "2", "-0.1", "nan", ",".join(["0.5"] * 11)])
def test_odd_quantiles_are_refused(text: str) -> None:
    """Only a few numbers from 0 to 1 are quantiles."""
    with pytest.raises(InvalidInput) as refusal:
        read_quantiles(text)
    assert refusal.value.field == "quantiles"
