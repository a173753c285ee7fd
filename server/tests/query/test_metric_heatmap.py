"""Histograms over time, as a heat map draws them: every observation in one row of one bucket of time."""

from typing import Any

import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.filter import parse
from watchglass.query.metric_heatmap import MAX_ROWS, HeatMap, read_heatmap
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.store.engine import Engine

START_NS = NOW_NS // (3600 * SECOND_NS) * 3600 * SECOND_NS - 3600 * SECOND_NS


def point(minute: int, **columns: Any) -> dict[str, Any]:
    """A delta histogram's point in the minute `minute` after START_NS."""
    return {
        "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "m", "metric_type": "histogram", "unit": "s",
        "temporality": "delta", "series_id": 1, "time": START_NS + (60 * minute + 30) * SECOND_NS, "start_time": START_NS,
        "service_name": "bot", **columns,
    }  # fmt: skip


def ask(engine: Engine, text: str = "", name: str = "m") -> HeatMap:
    """Read the first three minutes."""
    scope = Scope("p", START_NS, START_NS + 180 * SECOND_NS)
    question = SeriesQuestion(scope, name, None, parse(text), (), 60, None, (), 1)
    return read_heatmap(Reader(engine, 30.0, 10**9), question, NOW_NS)


def test_each_minute_has_its_counts_on_all_bounds(engine: Engine) -> None:
    """A series with other bounds is spread over all of them, which is said; a minute without points is empty; filters hold."""
    rows = [
        point(0, bucket_bounds=[1.0, 2.0, 4.0], bucket_counts=[1, 2, 3, 4], count=10),
        point(2, bucket_bounds=[1.0, 4.0], bucket_counts=[5, 6, 6], count=17, series_id=2, service_name="shop"),
    ]
    insert_rows(engine, "metric_points", rows)
    found = ask(engine)
    assert (found.upper[:-1], found.lower[1:]) == ([1.0, 2.0, 4.0], [1.0, 2.0, 4.0])
    assert found.counts == [[1, 2, 3, 4], [0] * 4, [5, 2, 4, 6]]
    assert found.is_spread
    assert ask(engine, "service:bot").counts == [[1, 2, 3, 4], [0] * 4, [0] * 4]
    assert not ask(engine, "service:bot").is_spread


def test_series_without_buckets_are_left_out_and_counted(engine: Engine) -> None:
    """What reports no buckets is in no row, and how much that is is said."""
    rows = [
        point(0, bucket_bounds=[0.1, 0.2], bucket_counts=[1, 2, 3], count=6),
        point(1, bucket_bounds=[], bucket_counts=[7], count=7, series_id=2, service_name="shop"),
    ]
    insert_rows(engine, "metric_points", rows)
    found = ask(engine)
    assert (found.upper[:-1], found.left_out_count) == ([0.1, 0.2], 7)
    assert found.counts == [[1, 2, 3], [0] * 3, [0] * 3]


def test_cumulative_counts_are_told_apart_by_minute(engine: Engine) -> None:
    """What a point holds more than the one before it is what its minute has."""
    kept = [[1, 0], [4, 2], [4, 7]]
    rows = [
        point(minute, temporality="cumulative", bucket_bounds=[1.0], bucket_counts=counts, count=sum(counts))
        for minute, counts in enumerate(kept)
    ]
    insert_rows(engine, "metric_points", rows)
    assert ask(engine).counts == [[1, 0], [3, 2], [0, 5]]


def test_exponential_buckets_are_put_together_and_stay_in_place(engine: Engine) -> None:
    """Points of different scales, with negative values and zeros, share one layout of few rows, and none is lost."""
    fine = {"metric_type": "exponential_histogram", "scale": 5, "positive_offset": -100, "positive_counts": [1] * 300, "count": 300}
    coarse = {"metric_type": "exponential_histogram", "scale": 0, "positive_offset": 3, "positive_counts": [7], "zero_count": 2,
              "negative_offset": 1, "negative_counts": [4], "count": 13}  # fmt: skip
    insert_rows(engine, "metric_points", [point(0, **fine), point(2, **coarse)])
    found = ask(engine)
    assert [sum(counts) for counts in found.counts] == [300, 0, 13]
    assert 3 < len(found.upper) <= MAX_ROWS + 1
    assert found.lower == sorted(found.lower)
    row = next(index for index, upper in enumerate(found.upper) if upper >= 16.0)
    assert found.counts[2][row] == 7
    below = next(index for index, lower in enumerate(found.lower) if lower <= -4.0)
    assert found.counts[2][below] == 4


def test_what_has_no_buckets_is_refused(engine: Engine) -> None:
    """A gauge is named as what it is; a metric that is not there is not found."""
    insert_rows(engine, "metric_points", [point(0, metric_type="gauge", metric_name="g", value=1.0)])
    with pytest.raises(InvalidInput, match="a gauge has no buckets"):
        ask(engine, name="g")
    with pytest.raises(NotFound):
        ask(engine)
