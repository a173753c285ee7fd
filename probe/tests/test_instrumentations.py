"""Installed instrumentations are found and turned on; one that fails is named and breaks nothing."""

import logging
import sys
import types
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from stand_ins.running import ran_well
from watchglass_probe import instrumentations


class Instrumentor:
    """One that works."""

    is_instrumented_by_opentelemetry = False

    def instrument(self, **options: Any) -> None:
        type(self).is_instrumented_by_opentelemetry = True


class Broken(Instrumentor):
    """One that fails."""

    def instrument(self, **options: Any) -> None:
        raise RuntimeError("no such method")


class DependencyConflictError(Exception):
    """As OpenTelemetry's own is called."""


class Unmet(Instrumentor):
    """One whose library is absent."""

    def instrument(self, **options: Any) -> None:
        assert options == {"raise_exception_on_conflict": True}
        raise DependencyConflictError("requested: openai >= 1 but found: None")


def installed(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, str, type | None]) -> None:
    """Let entry points be found: name, distribution, class (None: its module cannot be imported)."""
    points = []
    for number, (name, distribution, kind) in enumerate(found):
        module = types.ModuleType(f"instrumentor_{number}")
        if kind is not None:
            module.Instrumentor = type("Instrumentor", (kind,), {})  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, module.__name__, module)
        point = EntryPoint(name, f"{module.__name__}:Instrumentor", instrumentations.GROUP)
        vars(point).update(dist=SimpleNamespace(name=distribution))
        points.append(point)
    monkeypatch.setattr(instrumentations, "entry_points", lambda group: points if group == instrumentations.GROUP else [])


def test_one_that_fails_is_named_and_the_others_are_on(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """At import, or when it is turned on; an absent library is no failure."""
    installed(
        monkeypatch, ("a", "good-a", Instrumentor), ("b", "bad_b", Broken), ("c", "gone-c", None), ("d", "unmet-d", Unmet),
        ("e", "good-e", Instrumentor),
    )  # fmt: skip
    with caplog.at_level(logging.WARNING):
        assert instrumentations.turn_on(None, ()) == ["good-a", "good-e"]
    assert [record.message for record in caplog.records] == [
        "instrumentation b (bad-b) failed: RuntimeError: no such method",
        "instrumentation c (gone-c) failed: ModuleNotFoundError: No module named 'instrumentor_2'",
    ]


def test_of_several_for_one_library_one_is_chosen(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """OpenTelemetry's own for GenAI first; the others are said."""
    names = ("opentelemetry-instrumentation-openai", "openinference_instrumentation_openai", "opentelemetry-instrumentation-genai-openai")
    installed(monkeypatch, *[("openai", name, Instrumentor) for name in names])
    with caplog.at_level(logging.INFO):
        assert instrumentations.turn_on(None, ()) == ["opentelemetry-instrumentation-genai-openai"]
    assert "opentelemetry-instrumentation-genai-openai is used, not openinference-instrumentation-openai" in caplog.text


def test_a_library_that_the_application_instruments_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two instrumentations would make two spans of each call."""
    installed(monkeypatch, ("openai", "openinference-instrumentation-openai", Instrumentor), ("openai", "opentelemetry-instrumentation-genai-openai", Instrumentor))
    sys.modules["instrumentor_0"].Instrumentor.is_instrumented_by_opentelemetry = True
    assert instrumentations.turn_on(None, ()) == []


def test_names_choose_and_silence(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A wanted one that is not installed is said; the variable of OpenTelemetry wins."""
    installed(monkeypatch, ("a", "good-a", Instrumentor), ("b", "good-b", Instrumentor), ("c", "good-c", Instrumentor))
    assert instrumentations.turn_on(["a", "b", "z"], {"b"}) == ["good-a"]
    assert "no instrumentation is installed under the name z" in caplog.text


def test_the_installed_ones_are_turned_on() -> None:
    """Those of this environment: one for each library that is there."""
    program = """
import watchglass_probe
probe = watchglass_probe.init(endpoint="http://127.0.0.1:9", logs=False, host=False)
print(sorted(probe.instrumented))
"""
    said = ran_well(program, OTEL_TRACES_EXPORTER="none", OTEL_METRICS_EXPORTER="none", OTEL_LOGS_EXPORTER="none")
    assert "opentelemetry-instrumentation-genai-openai" in said and "opentelemetry-instrumentation-genai-anthropic" in said
    assert "'opentelemetry-instrumentation-openai'" not in said and "'openinference-instrumentation-openai'" not in said
