"""Exemplars of metric points: as list columns, with the trace and span that each was measured in."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import row_offsets
from watchglass.ingest.any_value import json_text
from watchglass.ingest.flatten import children, flatten_attributes, struct_fields
from watchglass.ingest.ids import optional_ids
from watchglass.ingest.plain import plain_attributes
from watchglass.ingest.rows import Columns
from watchglass.ingest.times import LATEST_NS, timestamps


def exemplar_columns(exemplars: pa.ListArray) -> Columns:
    """The exemplar_ columns of n points, of which `exemplars` is the protocol's list; absent when no point has any.

    An exemplar's time that the store cannot hold is cut to the latest that it can; one without a value has NaN.
    """
    items, row = children(exemplars)
    if not len(row):
        return {}
    fields = struct_fields(items)
    offsets = pa.array(row_offsets(row, len(exemplars)).astype(np.int32))
    times = np.minimum(fields["time_unix_nano"].to_numpy(zero_copy_only=False), LATEST_NS).astype(np.int64)
    attributes = [json_text(plain) for plain in plain_attributes(flatten_attributes(fields["filtered_attributes"]))]
    lists = {
        "exemplar_times": timestamps(times),
        "exemplar_values": number_values(fields),
        "exemplar_trace_ids": optional_ids(fields["trace_id"], 16),
        "exemplar_span_ids": optional_ids(fields["span_id"], 8),
        "exemplar_attributes": pa.array(attributes, pa.string()),
    }
    return {name: pa.ListArray.from_arrays(offsets, values) for name, values in lists.items()}


def number_values(fields: Mapping[str, pa.Array]) -> pa.DoubleArray:
    """The value of points or exemplars, sent as a double or an integer; NaN where neither was."""
    integers = fields["as_int"].cast(pa.float64(), safe=False)  # beyond 2^53 the nearest double
    return pc.coalesce(fields["as_double"], integers, pa.scalar(np.nan))
