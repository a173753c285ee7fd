"""Real clients under real instrumentations, over real OTLP, against the stub: the rows that come out.

The golden files are written anew by `WRITE_GOLDEN=1 make test AREA=clients`; read the difference before you keep it.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import Rows
from clients.running import Program, model_calls_of
from watchglass.store.engine import Engine

pytestmark = pytest.mark.real

GOLDEN = Path(__file__).parent / "golden"
WRITE_GOLDEN = bool(os.environ.get("WRITE_GOLDEN"))
PROGRAMS = [
    Program("openai", "openllmetry"),
    Program("openai", "openllmetry", protocol="grpc"),
    Program("openai", "openinference"),
    Program("openai", "otel_genai"),
    Program("anthropic", "openllmetry"),
    Program("anthropic", "openinference"),
    Program("anthropic", "otel_genai"),
    Program("anthropic", "native"),
    Program("langchain", "openinference"),
    Program("langchain", "openllmetry"),
]
PARTIAL_COUNTS = {("anthropic", "openllmetry", name) for name in ("stream", "raw stream", "async stream")}
"""Calls whose output tokens OpenLLMetry reports as one too many: it adds those of the stream's first event."""

each_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.project)


@each_program
def test_rows_are_those_of_the_golden_file(program: Program, spans: Rows) -> None:
    """Every canonical column of every span is what the golden file says."""
    got = spans(program)
    golden = GOLDEN / f"{program.golden}.json"
    if WRITE_GOLDEN and program.protocol == "http":
        golden.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert got == json.loads(golden.read_text("utf-8"))


@each_program
def test_each_real_call_is_one_model_call(program: Program, spans: Rows) -> None:
    """A call is counted once, however many instrumentations tell of it."""
    entries = spans(program)
    counted = Counter(entry["scenario"] for entry in entries if entry.get("is_model_call"))
    several = model_calls_of(program.client)
    expected = {name: several.get(name, 1) for name in {entry["scenario"] for entry in entries}}
    assert {name: counted[name] for name in expected} == expected


@pytest.mark.parametrize("client", ["openai", "anthropic", "langchain"])
def test_instrumentations_agree_on_what_a_call_was(client: str, spans: Rows) -> None:
    """Models, tokens and the answer's text are the same, whoever told of the call."""
    programs = [program for program in PROGRAMS if program.client == client and program.protocol == "http"]
    told: dict[str, dict[str, Any]] = {}
    for program in programs:
        for name, call in answered_calls(program, spans(program)).items():
            told.setdefault(name, {})[program.instrumentation] = call
    differing = {name: calls for name, calls in told.items() if len(set(calls.values())) != 1}
    assert differing == {}
    assert all(len(calls) == len(programs) for calls in told.values())


def answered_calls(program: Program, entries: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What a program's rows say of each answered call: the part on which all instrumentations can agree."""
    calls: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        if entry.get("is_model_call") and entry["status_code"] != "error":
            name = entry["scenario"]
            output_tokens = entry.get("output_tokens", 0) - ((program.client, program.instrumentation, name) in PARTIAL_COUNTS)
            calls[f"{name} {sum(key.startswith(name) for key in calls)}"] = (
                entry["request_model"], entry["input_tokens"], output_tokens, entry.get("cost_usd"),
            )  # fmt: skip
    return calls


def test_messages_that_came_as_log_events_are_those_of_the_spans(
    ran: Callable[[Program], None], spans: Rows, store: Engine
) -> None:
    """OpenTelemetry's own packages can put what was said into log events instead of the spans."""
    as_events = Program("openai", "otel_genai", content="EVENT_ONLY")
    ran(as_events)
    rows = store.query(
        "SELECT input_messages, output_messages, trace_id, span_id FROM logs WHERE project_id = {project:String}",
        {"project": as_events.project},
    ).to_pylist()
    assert all(row["trace_id"] and row["span_id"] for row in rows)
    for column in ("input_messages", "output_messages"):
        in_logs = Counter(said(json.loads(row[column])) for row in rows if row[column])
        in_spans = Counter(
            said(entry[column]) for entry in spans(Program("openai", "otel_genai")) if column in entry
        )
        assert in_logs == in_spans


def said(messages: Any) -> str:
    """Messages to compare: what is null in the one is absent in the other."""
    return json.dumps(without_nulls(messages), sort_keys=True)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
