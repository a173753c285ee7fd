"""Rows for tests that say only the columns they are about."""

import json
from typing import Any

import pyarrow as pa

from watchglass.model.arrow import arrow_type, default_column
from watchglass.model.fields import load_fields
from watchglass.store.engine import Engine

NOW_NS = 1_780_000_000_000_000_000
"""The present of these tests, in 2026."""

SECOND_NS = 1_000_000_000


def span(trace: int, number: int, *, parent: int | None = None, at_s: float = -60.0, **columns: Any) -> dict[str, Any]:
    """One span of project `p`.

    Args:
        trace: The trace's id as a number.
        number: The span's id as a number.
        parent: The parent's id as a number; None for a root.
        at_s: Start, in seconds from NOW_NS.
        columns: Any other columns, which win over these.
    """
    start_ns = NOW_NS + round(at_s * SECOND_NS)
    duration_ns = int(columns.get("duration_ns", SECOND_NS))
    return {
        "project_id": "p",
        "received_at": NOW_NS // 1_000_000,
        "trace_id": f"{trace:032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": "" if parent is None else f"{parent:016x}",
        "name": f"span {number}",
        "start_time": start_ns,
        "end_time": start_ns + duration_ns,
        "duration_ns": duration_ns,
        "status_code": "unset",
        **columns,
    }


def log(at_s: float = -60.0, **columns: Any) -> dict[str, Any]:
    """One log record of project `p`, `at_s` seconds from NOW_NS."""
    time_ns = NOW_NS + round(at_s * SECOND_NS)
    return {"project_id": "p", "received_at": NOW_NS // 1_000_000, "time": time_ns, "observed_time": time_ns, **columns}


def insert_rows(engine: Engine, table: str, rows: list[dict[str, Any]]) -> None:
    """Store `rows` as one block; columns that a row does not say take their default, times are integers."""
    arrays = {}
    for field in load_fields()[table]:
        kind = arrow_type(field.type)
        default = default_column(table, field.name, 1).to_pylist()[0] if not pa.types.is_timestamp(kind) else 0
        values = [row.get(field.name, default) for row in rows]
        arrays[field.name] = pa.array([list(v.items()) if isinstance(v, dict) else v for v in values], kind)
    engine.insert(table, pa.RecordBatch.from_pydict(arrays))


def messages(*said: tuple[str, str]) -> str:
    """Canonical JSON of messages, each a role and a text."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said])
