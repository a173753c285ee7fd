"""Rows of the table `spans` as a golden file keeps them: what differs from run to run is named, not shown."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from watchglass.model.fields import fields_of

Row = Mapping[str, Any]

VOLATILE = {
    "project_id", "received_at", "batch_id", "trace_id", "span_id", "parent_span_id", "start_time", "end_time",
    "duration_ns", "host_name", "service_instance_id", "resource_attributes", "scope_version", "event_times",
    "event_attributes", "name",
}  # fmt: skip
"""Columns that are left out: ids, times, machines, versions; the name stands first in each entry."""
MAPS = ("attributes", "attributes_int", "attributes_double", "attributes_bool")
AS_JSON = {"input_messages", "output_messages", "system_instructions", "tool_definitions", "retrieval_documents",
           "tool_call_arguments", "tool_call_result", "links"}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CREATED = re.compile(r'("created(?:_at)?": ?)\d+(?:\.\d+)?')
DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
LONGEST_MESSAGE = 160
"""Characters of a status message that are kept; stack traces name files of this machine."""


def canonical(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the spans below each scenario, scenario by scenario, each with what it filled."""
    by_id = {row["span_id"]: row for row in rows}

    def path(row: Row) -> list[Row]:
        above: list[Row] = []
        while (parent := by_id.get(row["parent_span_id"])) is not None:
            above.insert(0, parent)
            row = parent
        return above

    entries = []
    for row in by_id.values():
        above = path(row)
        if above:
            # by name first: what runs in threads starts in any order
            order = (above[0]["start_time"], [step["name"] for step in above] + [row["name"]], row["start_time"])
            entries.append((order, {"scenario": scenario(above[0]), "name": row["name"], "parent": above[-1]["name"],
                                    **_shown(row)}))  # fmt: skip
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def scenario(root: Row) -> str:
    """What a scenario's root is called, without the word."""
    return str(root["name"]).removeprefix("scenario ")


def _shown(row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in fields_of("spans"):
        value = row[name]
        if name in VOLATILE or name in MAPS or value in ("", None, [], {}, False):
            continue
        shown[name] = _value(name, value, row)
    shown["other_attributes"] = sorted(key for name in MAPS for key in dict(row[name]))
    return shown


def _value(name: str, value: Any, row: Row) -> Any:
    if name == "time_to_first_token_ns":
        return "within the call" if 0 < value <= row["duration_ns"] else value
    if name == "time_per_output_token_ns":
        return "within the call" if 0 <= value <= row["duration_ns"] else value
    if name.endswith("cost_usd"):
        return "known" if value > 0 else value
    if name == "status_message":
        return _steady(str(value).split("Traceback")[0].strip()[:LONGEST_MESSAGE])
    if name == "event_names":
        return list(dict.fromkeys(value))
    if isinstance(value, str):
        return _parsed(_steady(value)) if name in AS_JSON else _steady(value)
    return value


def _steady(text: str) -> str:
    text = ADDRESS.sub("<address>", CREATED.sub(r"\g<1>0", UUID.sub("<uuid>", text)))
    return DATE.sub("<date>", text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
