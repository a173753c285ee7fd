"""What a name in a filter stands for: a column, a short alias of one, or a key of the attributes."""

import difflib
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from watchglass.conventions.registry import load_conventions, load_resource_rules
from watchglass.model.fields import Field, fields_of
from watchglass.query.filter import invalid

Kind = Literal["text", "number", "bool", "time", "map", "measure"]


@dataclass(frozen=True, slots=True)
class Column:
    """Something in a row that can be compared.

    Attributes:
        sql: Expression that reads it.
        kind: What its values, or the items of its arrays, are.
        is_nullable: Whether it can be null.
        is_array: Whether it is an array; a comparison then asks for any item.
        is_duration: Whether it counts nanoseconds, and so may be compared with `2s`.
        needs_unit: Whether a plain number would leave its unit to guess.
    """

    sql: str
    kind: Kind
    is_nullable: bool = False
    is_array: bool = False
    is_duration: bool = False
    needs_unit: bool = False


@dataclass(frozen=True, slots=True)
class AttributeKey:
    """A key of the row's own attributes or of its resource's.

    Attributes:
        key: Name of the attribute.
        text_map: The map that holds it as text.
        typed_maps: Maps that hold what is not text, by `int`, `double` and `bool`; without them that is JSON in text_map.
    """

    key: str
    text_map: str
    typed_maps: dict[str, str]


ALIASES = {
    "agent": "agent_name",
    "cost": "cost_usd",
    "duration": "duration_ns",
    "env": "environment",
    "event": "event_name",
    "events": "event_names",
    "finish_reason": "finish_reasons",
    "host": "host_name",
    "operation": "operation_name",
    "parent": "parent_span_id",
    "prompt": "prompt_name",
    "provider": "provider_name",
    "scope": "scope_name",
    "service": "service_name",
    "session": "session_id",
    "span": "span_id",
    "status": "status_code",
    "tag": "tags",
    "tool": "tool_name",
    "trace": "trace_id",
    "ttft": "time_to_first_token_ns",
    "user": "user_id",
    "workflow": "workflow_name",
}
"""Short names of columns, where the table has the column."""

COMPUTED = {
    "spans": {
        "error": Column("spans.status_code = 'error'", "bool"),
        "tokens": Column(
            "if(spans.input_tokens IS NULL AND spans.output_tokens IS NULL, NULL, "
            "ifNull(spans.input_tokens, 0) + ifNull(spans.output_tokens, 0))",
            "number",
            is_nullable=True,
        ),
    },
    "logs": {
        "error": Column("logs.severity_number >= 17", "bool"),
        "level": Column(
            "multiIf(logs.severity_number = 0, lowerUTF8(logs.severity_text), logs.severity_number < 5, 'trace', "
            "logs.severity_number < 9, 'debug', logs.severity_number < 13, 'info', logs.severity_number < 17, 'warn', "
            "logs.severity_number < 21, 'error', 'fatal')",
            "text",
        ),
    },
}
"""Names that stand for an expression; `level` is OpenTelemetry's range of the severity number, in lower case."""


_MAPS = {"attributes": "attributes", "resource": "resource_attributes"}
"""The map that `PREFIX.KEY` looks in."""


def resolve(name: str, table: str, position: int) -> Column | AttributeKey:
    """Return what `name` stands for in `table`.

    Raises:
        InvalidInput: Nothing of that name, with the nearest names; the field is `filter`.
    """
    known = columns_of(table)
    if name in known:
        return known[name]
    prefix, dot, key = name.partition(".")
    if dot and _MAPS.get(prefix) in known:
        if not key:
            raise invalid(position, f"{name} needs the name of an attribute: {name}KEY")
        typed = {kind: f"{prefix}_{kind}" for kind in ("int", "double", "bool")}
        maps = {kind: known[column].sql for kind, column in typed.items() if column in known}
        return AttributeKey(key, known[_MAPS[prefix]].sql, maps)
    raise invalid(position, f"unknown field {name[:60]!r}{_nearest(name, known)}")


@cache
def columns_of(table: str) -> dict[str, Column]:
    """Return every name that a filter over `table` may use, but for the keys of attributes."""
    columns = {field.name: _column(table, field) for field in fields_of(table).values()}
    aliases = {alias: columns[name] for alias, name in ALIASES.items() if name in columns and alias not in columns}
    aliases = {name: replace(column, needs_unit=column.is_duration) for name, column in aliases.items()}
    return {**columns, **aliases, **COMPUTED.get(table, {})}


def short_names(table: str) -> list[str]:
    """Return the names beside the columns' own that a filter over `table` may use, in order of the alphabet."""
    return sorted(columns_of(table).keys() - fields_of(table).keys())


def _column(table: str, field: Field) -> Column:
    wrapped = re.fullmatch(r"(Array|Nullable|LowCardinality)\((.*)\)", field.type)
    base = field.type
    while wrapped:
        base = wrapped.group(2)
        wrapped = re.fullmatch(r"(Array|Nullable|LowCardinality)\((.*)\)", base)
    return Column(
        f"{table}.{field.name}",
        _kind(base),
        is_nullable=field.is_nullable,
        is_array=field.type.startswith("Array("),
        is_duration=field.unit == "ns",
    )


def _kind(base: str) -> Kind:
    if base == "String":
        return "text"
    if base == "Bool":
        return "bool"
    if base.startswith("DateTime"):
        return "time"
    if base.startswith("Map("):
        return "map"
    return "measure" if base.startswith(("SimpleAggregateFunction", "AggregateFunction")) else "number"


def _nearest(name: str, known: dict[str, Column]) -> str:
    taken = _columns_of_attributes().get(name)
    near = [taken] if taken in known else difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    if taken is None and "." in name and "attributes" in known:
        near.append(f"attributes.{name[:60]}")
    return f"; did you mean {' or '.join(near)}?" if near else "; an attribute is written attributes.KEY"


@cache
def _columns_of_attributes() -> dict[str, str]:
    """The column that each convention's attribute fills: people know `gen_ai.request.model` from elsewhere."""
    rules = [*(convention.fields for convention in load_conventions()), load_resource_rules()]
    return {source: column for fields in reversed(rules) for column, rule in fields.items() for source in rule.sources}
