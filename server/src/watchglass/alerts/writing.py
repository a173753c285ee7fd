"""What targets are told of an incident: facts from the incident, its alerts and its explanation."""

from collections.abc import Mapping, Sequence
from typing import Any

from watchglass.alerts.grouping import FAILING
from watchglass.alerts.inhibition import Firing
from watchglass.alerts.matchers import known_labels
from watchglass.alerts.notify.message import Chart, Message, MessageKind
from watchglass.alerts.rule import Rule
from watchglass.query.asked import MetricQuery, SqlQuery, UsageQuery
from watchglass.query.readings import ReadSeries
from watchglass.store.control.incidents import Incident, IncidentAlert


def firing_of(incident: Incident, rule: Rule, alert: IncidentAlert) -> Firing:
    """An alert of an incident as matchers and inhibition see it."""
    labels = {**known_labels(rule, alert.labels), "kind": incident.kind, "severity": incident.severity, "owner": incident.owner}
    return Firing(alert.fingerprint, alert.labels, labels)


def message_of(
    incident: Incident,
    rule: Rule,
    alerts: Sequence[IncidentAlert],
    kind: MessageKind,
    now_ns: int,
    series: ReadSeries | None = None,
) -> Message:
    """Write a message about an incident.

    Args:
        incident: What it is about.
        rule: The incident's rule, as it was.
        alerts: Those that fire; when it is over, those that did, oldest first.
        kind: Why it is told.
        now_ns: The present, nanoseconds since 1970 UTC.
        series: The first alert's readings, for the chart; None for none.
    """
    reading: Mapping[str, Any] = alerts[0].reading if alerts else {}
    is_failing = incident.kind == FAILING
    own = alerts[0].labels if len(alerts) == 1 else incident.group_labels
    return Message(
        kind=kind,
        project_id=incident.project_id,
        incident_id=incident.id,
        title=incident.title,
        rule_name=incident.rule_name,
        severity=rule.severity if not is_failing else "warning",
        started_at_ns=incident.started_at_ns,
        at_ns=now_ns,
        owner=incident.owner,
        # of the group, and not of the series that fire just now: the same in every message of the incident
        labels={**incident.group_labels, **rule.labels, "kind": incident.kind},
        measure=measure_words(rule),
        value=reading.get("value"),
        threshold=reading.get("threshold"),
        unit="",
        condition=str(reading.get("note") or "") if is_failing else condition_words(rule, own),
        series_count=max(1, len(alerts)),
        resolved_at_ns=incident.resolved_at_ns,
        explanations=tuple(cause_lines(incident.explanation)),
        example_trace_ids=tuple(example_traces(incident.explanation)),
        runbook_url=rule.runbook,
        chart=None if series is None or is_failing else _chart(series),
    )


def measure_words(rule: Rule) -> str:
    """Say what a rule measures."""
    match rule.query:
        case UsageQuery(measures=[measure, *_], per=per):
            return f"{measure} per {per}" if per else measure
        case MetricQuery(name=name):
            return name
        case SqlQuery():
            return "a query"
    return ""


def condition_words(rule: Rule, labels: Mapping[str, str]) -> str:
    """Say what a rule asks for, and of which series."""
    bounds = [f"{word} {value:g}" for word in ("above", "below") if (value := getattr(rule.when, word, None)) is not None]
    lasting = f" for {rule.for_s} s" if rule.for_s else ""
    where = ", ".join(f"{name}={value}" for name, value in labels.items())
    said = f"{' or '.join(bounds) or rule.when.kind}{lasting}"
    return f"{said}: {where}" if where else said


def cause_lines(explanation: Mapping[str, Any] | None) -> list[str]:
    """Say what explains an incident, a sentence a finding, the causes first."""
    return list((explanation or {}).get("lines", []))


def example_traces(explanation: Mapping[str, Any] | None) -> list[str]:
    """Traces that show it, each once."""
    return list(dict.fromkeys(it["trace_id"] for it in (explanation or {}).get("examples", [])))


def _chart(series: ReadSeries) -> Chart | None:
    if not series.times_ns:
        return None
    columns = series.columns
    has_band = any(value is not None for value in columns["upper"]) or any(value is not None for value in columns["lower"])
    thresholds = [value for value in columns["threshold"] if value is not None]
    return Chart(
        times_ns=tuple(series.times_ns),
        values=tuple(columns["value"]),
        lower=tuple(columns["lower"]) if has_band else (),
        upper=tuple(columns["upper"]) if has_band else (),
        threshold=thresholds[-1] if thresholds else None,
    )
