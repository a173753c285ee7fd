"""Alerts, readings and silences as the control database and the store keep them, and back."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from watchglass.alerts.alert import Alert, AlertState
from watchglass.alerts.inhibition import Inhibition
from watchglass.alerts.matchers import Matcher
from watchglass.alerts.reading import Reading
from watchglass.alerts.silence import Schedule, Silence
from watchglass.store.control.silences import KeptInhibition, KeptSilence
from watchglass.store.readings import KeptReading

_NUMBERS = ("value", "threshold", "lower", "upper", "expected", "score", "p_value")


def reading_document(reading: Reading) -> dict[str, Any]:
    """Write a reading as JSON."""
    return {**asdict(reading), **{name: _finite(getattr(reading, name)) for name in _NUMBERS}}


def read_reading(document: Mapping[str, Any]) -> Reading:
    """Read what `reading_document` wrote."""
    return Reading(**document)


def alert_row(alert: Alert) -> dict[str, Any]:
    """Write an alert as columns of the table `alerts`, but for the project."""
    return {
        **{name: getattr(alert, name) for name in Alert.__slots__},
        "labels": dict(alert.labels),
        "state": alert.state.value,
        "last_reading": reading_document(alert.last_reading),
        "firings_ns": list(alert.firings_ns),
    }


def read_alert(row: Mapping[str, Any]) -> Alert:
    """Read an alert from columns of the table `alerts`."""
    values = {name: row[name] for name in Alert.__slots__}
    values["state"] = AlertState(row["state"])
    values["last_reading"] = read_reading(row["last_reading"])
    values["firings_ns"] = tuple(row["firings_ns"])
    return Alert(**values)


def kept_reading(project_id: str, rule_id: str, fingerprint: str, reading: Reading, state: AlertState) -> KeptReading:
    """Write a reading as a row of the table `readings`."""
    return KeptReading(
        project_id=project_id,
        rule_id=rule_id,
        fingerprint=fingerprint,
        labels=reading.labels,
        time_ns=reading.at_ns,
        is_breached=reading.is_breached,
        state=state.value,
        note=reading.note,
        **{name: _finite(getattr(reading, name)) for name in _NUMBERS},
    )


def matcher_documents(matchers: Iterable[Matcher]) -> list[dict[str, str]]:
    """Write matchers as JSON."""
    return [asdict(matcher) for matcher in matchers]


def read_matchers(documents: Iterable[Mapping[str, Any]]) -> tuple[Matcher, ...]:
    """Read what `matcher_documents` wrote."""
    return tuple(Matcher(**document) for document in documents)


def read_silence(kept: KeptSilence) -> Silence:
    """Read a silence that is kept."""
    schedule = None if kept.schedule is None else Schedule(**{**kept.schedule, "days": tuple(kept.schedule["days"])})
    return Silence(kept.id, read_matchers(kept.matchers), kept.starts_at_ns, kept.ends_at_ns, schedule)


def read_inhibition(kept: KeptInhibition) -> Inhibition:
    """Read an inhibition that is kept."""
    return Inhibition(read_matchers(kept.source), read_matchers(kept.target), tuple(kept.equal))


def _finite(value: float | None) -> float | None:
    """A number that JSON has."""
    return None if value is None or not math.isfinite(value) else float(value)
