"""Resource attributes in, the columns that say who reported out; the same for spans, logs and metrics."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.attributes import FlatAttributes
from watchglass.conventions.columns import overlay, read_values
from watchglass.conventions.registry import load_resource_rules


def resource_columns(attributes: FlatAttributes) -> dict[str, pa.Array]:
    """Fill service_name, service_instance_id, release, environment and host_name.

    Args:
        attributes: The attributes of n resources.

    Returns:
        Each column, length n, empty text where the resource does not say.
    """
    columns: dict[str, pa.Array] = {}
    for name, rule in load_resource_rules().items():
        column: pa.Array | None = None
        for key in reversed(rule.sources):
            if key not in attributes.keys:
                continue
            entries = np.flatnonzero(attributes.code == attributes.keys.index(key))
            values, is_read = read_values(name, attributes, entries, rule)
            rows = attributes.row[entries][is_read]
            rows, first = np.unique(rows, return_index=True)
            chosen = values.filter(pa.array(is_read)).take(pa.array(first))
            column = overlay(column, name, rows, chosen, attributes.row_count)
        columns[name] = pa.repeat("", attributes.row_count) if column is None else pc.fill_null(column, "")
    return columns
