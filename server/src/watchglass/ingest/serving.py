"""Canonical points beside those of model servers and machines: the original series stays as it is."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.serving.registry import SERVER, SOURCE_METRIC, ServingRule, load_serving
from watchglass.ingest.host_names import UNAME, HostNames
from watchglass.ingest.series import text_hashes

SCALED = ("value", "sum", "min", "max")
SCALED_LISTS = ("bucket_bounds", "quantile_values", "exemplar_values")


def with_serving(batch: pa.RecordBatch, hosts: HostNames) -> pa.RecordBatch:
    """Add to a batch of metric_points a canonical point for each that a rule knows, with its machine where `hosts` knows it."""
    rules = load_serving()
    names = batch.column("metric_name").dictionary_encode()
    listed = names.dictionary.to_pylist()
    known = [(code, rules[name]) for code, name in enumerate(listed) if name in rules]
    codes = names.indices.to_numpy(zero_copy_only=False)
    if UNAME in listed:
        hosts.learn(batch.take(pa.array(np.flatnonzero(codes == listed.index(UNAME)))))
    if not known:
        return batch
    parts = [_canonical(batch.take(pa.array(np.flatnonzero(codes == code))), rule, hosts) for code, rule in known]
    return pa.Table.from_batches([batch, *parts], batch.schema).combine_chunks().to_batches()[0]


def _canonical(points: pa.RecordBatch, rule: ServingRule, hosts: HostNames) -> pa.RecordBatch:
    """The points, all of the rule's source, as those of its canonical metric."""
    if rule.factor != 1:
        # the buckets of an exponential histogram cannot be moved by any factor
        points = points.filter(pc.not_equal(points.column("metric_type"), "exponential_histogram"))
    added = {**rule.attributes, SOURCE_METRIC: rule.source, SERVER: rule.server}
    renamed = [
        {**{rule.labels.get(key, key): value for key, value in pairs}, **added} for pairs in points.column("attributes").to_pylist()
    ]
    count = points.num_rows
    name = pa.repeat(rule.name, count)
    series = points.column("series_id").to_numpy() ^ text_hashes(name)
    changed = {
        "metric_name": name,
        "unit": pa.repeat(rule.unit, count),
        "attributes": pa.array([list(one.items()) for one in renamed], points.schema.field("attributes").type),
        "host_name": hosts.fill(points, renamed),
        "series_id": pa.array(series, pa.uint64()),
    }
    if rule.factor != 1:
        changed |= {column: pc.multiply(points.column(column), rule.factor) for column in SCALED}
        changed |= {column: _scaled(points.column(column), rule.factor) for column in SCALED_LISTS}
    columns = [changed[field.name].cast(field.type) if field.name in changed else points.column(field.name) for field in points.schema]
    return pa.RecordBatch.from_arrays(columns, schema=points.schema)


def _scaled(lists: pa.ListArray, factor: float) -> pa.ListArray:
    """Lists with each value times `factor`."""
    lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, pc.multiply(lists.flatten(), factor))
