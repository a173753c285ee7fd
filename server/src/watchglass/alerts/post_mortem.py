"""What a team wrote about an incident, with what Watchglass knows of it, as one Markdown text."""

from collections.abc import Sequence

from watchglass.alerts.writing import cause_lines, example_traces
from watchglass.query.scope import format_time
from watchglass.store.control.incidents import Event, EventKind, Incident, IncidentAlert

_SPECIAL = frozenset("\\`*_{}[]<>()#+-!|~&$")


def post_mortem_text(incident: Incident, alerts: Sequence[IncidentAlert], events: Sequence[Event]) -> str:
    """Write an incident as Markdown: facts, what explains it, the timeline, and the team's own text as it was written.

    What comes from telemetry is escaped, as models and users may have written it.
    """
    over = "goes on" if incident.resolved_at_ns is None else format_time(incident.resolved_at_ns)
    lines = [
        f"# {plain(incident.title)}",
        "",
        f"- Incident: {incident.id}, project {plain(incident.project_id)}",
        f"- Rule: {plain(incident.rule_name)} ({incident.severity})",
        f"- Owner: {plain(incident.owner) or 'nobody'}",
        f"- Began: {format_time(incident.started_at_ns)}",
        f"- Over: {over}",
        f"- Acknowledged: {_acknowledged(incident)}",
        "",
        "## Series",
        "",
        *[f"- {_labels(it)}: {_span(it)}" for it in alerts],
    ]
    causes = cause_lines(incident.explanation)
    if causes:
        lines += ["", "## What explains it", "", *[f"- {plain(line)}" for line in causes]]
        lines += [f"- Trace {plain(trace_id)}" for trace_id in example_traces(incident.explanation)]
    lines += ["", "## Timeline", "", *[_event(event) for event in events]]
    if incident.post_mortem:
        lines += ["", "## Post-mortem", "", incident.post_mortem]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in line)


def _acknowledged(incident: Incident) -> str:
    if incident.acknowledged_at_ns is None:
        return "by nobody"
    by = plain(incident.acknowledged_by or "") or "somebody"
    return f"{format_time(incident.acknowledged_at_ns)} by {by}"


def _labels(alert: IncidentAlert) -> str:
    return ", ".join(f"{plain(name)} = {plain(value)}" for name, value in alert.labels.items()) or "all"


def _span(alert: IncidentAlert) -> str:
    until = "still fires" if alert.resolved_at_ns is None else f"until {format_time(alert.resolved_at_ns)}"
    late = ", corrected by data that came late" if alert.is_corrected else ""
    return f"fired {format_time(alert.fired_at_ns)}, {until}{late}"


def _event(event: Event) -> str:
    by = f" by {plain(event.author)}" if event.author else ""
    text = f": {plain(event.text)}" if event.text and event.kind != EventKind.OPENED else ""
    return f"- {format_time(event.at_ns)} {plain(event.kind.replace('_', ' '))}{by}{text}"
