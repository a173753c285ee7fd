"""Spans of model calls as the committer stores them, for what counts them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from watchglass.model.arrow import default_column, table_schema

RECEIVED_AT_MS = 1_700_000_000_000


def call_batch(calls: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Rows of `spans`; what a call does not say is as a call of one second by `m` in project `default` would be."""
    usual: dict[str, Any] = {
        "project_id": "default", "service_name": "shop", "operation_name": "chat", "model": "m", "is_model_call": True,
        "duration_ns": 10**9, "status_code": "unset", "received_at": RECEIVED_AT_MS,
    }  # fmt: skip
    columns = []
    for field in table_schema("spans"):
        if field.name in usual or any(field.name in call for call in calls):
            values = [call.get(field.name, usual.get(field.name)) for call in calls]
            column = pa.array(values, field.type)
            columns.append(column if field.nullable or not column.null_count else column.fill_null(""))
        elif field.name == "trace_id":
            columns.append(pa.array([f"{number:032x}" for number in range(1, len(calls) + 1)]))
        else:
            columns.append(default_column("spans", field.name, len(calls)))
    return pa.RecordBatch.from_arrays(columns, schema=table_schema("spans"))
