"""A series id is the same for the same series and differs for any other."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from doubles.otlp import decode, decoded_rows, key_values, metric_request
from watchglass.model.records import Signal


def series_id(attributes: Mapping[str, Any], *, name: str = "m", **request: Any) -> int:
    """The id of one point."""
    point = NumberDataPoint(as_int=1, attributes=key_values(attributes))
    request_of = metric_request([Metric(name=name, gauge=Gauge(data_points=[point]))], **request)
    return int(decoded_rows(Signal.METRICS, request_of)[0]["series_id"])


def test_series_id_is_fixed() -> None:
    """The id is part of what is stored, so it may not change from one version to the next."""
    identifier = series_id({"model": "m", "gpu": 1}, name="mem", scope="s", version="1", resource={"service.name": "x"})
    assert identifier == 18063184470728578675


def test_everything_that_identifies_counts() -> None:
    """Name, each attribute's key, value and type, resource, scope and version each give another series."""
    ids = [
        series_id({}),
        series_id({}, name="n"),
        series_id({"a": "1"}),
        series_id({"a": 1}),
        series_id({"a": 1.0}),
        series_id({"a": True}),
        series_id({"b": "1"}),
        series_id({"1": "a"}),
        series_id({"a": "1", "b": "1"}),
        series_id({}, resource={"a": "1"}),
        series_id({}, scope="a"),
        series_id({}, version="a"),
    ]
    assert len(set(ids)) == len(ids)


@given(
    attributes=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(-5, 5) | st.booleans(), max_size=5),
    data=st.data(),
)
def test_order_of_attributes_does_not_matter(attributes: dict[str, Any], data: st.DataObject) -> None:
    """The same attributes in another order, and among other points, are the same series."""
    shuffled = dict(data.draw(st.permutations(list(attributes.items()))))
    assert series_id(attributes) == series_id(shuffled)
    points = [NumberDataPoint(attributes=key_values(a)) for a in ({"other": 1}, shuffled, {})]
    request = metric_request([Metric(name="m", gauge=Gauge(data_points=points))])
    assert decoded_rows(Signal.METRICS, request)[1]["series_id"] == series_id(attributes)


def test_many_series_do_not_collide() -> None:
    """Fifty thousand sets of attributes that differ in little have as many ids."""
    points = [NumberDataPoint(attributes=key_values({"a": a, "b": b})) for a in range(223) for b in range(224)]
    request = metric_request([Metric(name="m", gauge=Gauge(data_points=points))])
    assert len(decode(Signal.METRICS, request).batch.column("series_id").unique()) == len(points)
