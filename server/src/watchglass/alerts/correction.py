"""What data that came late change: an earlier moment is read again, and the alerts are set right. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from watchglass.alerts.alert import Alert, AlertState, fingerprint
from watchglass.alerts.reading import Reading
from watchglass.alerts.state import Change, S, Step, Timing, Transition, begun, fired, withdrawn


def correct(
    rule: Timing, rule_id: str, alerts: Mapping[str, Alert], readings: Iterable[Reading], read_at_ns: int, now_ns: int
) -> Step:
    """Set alerts right by what an earlier evaluation says now.

    A breach that is not one any more is taken back while the alert is pending; when it fires already the alert is marked
    corrected, goes on by its readings as ever, and the incident says so. A breach that nobody saw makes the pending alert
    begin earlier; where the rule has no `for_s` it fires, late.

    Args:
        rule: How alerts go on.
        rule_id: Names the rule.
        alerts: The rule's alerts, by fingerprint.
        readings: What the moment says when it is read again.
        read_at_ns: That moment, nanoseconds since 1970 UTC.
        now_ns: The moment whose `step` comes next.
    """
    after = dict(alerts)
    transitions: list[Transition] = []
    for reading in readings:
        name = fingerprint(rule_id, reading.labels)
        before = alerts.get(name) or begun(rule_id, name, reading, read_at_ns)
        found = _took_back(rule, before, reading, read_at_ns, now_ns) if reading.is_breached is False else None
        if reading.is_breached:
            found = _missed(rule, before, reading, read_at_ns, now_ns)
        if found is None:
            continue
        alert, transition = found
        after[name] = alert
        if transition is not None:
            transitions.append(transition)
    return Step({name: alert for name, alert in after.items() if alert.state is not AlertState.INACTIVE}, tuple(transitions))


_Found = tuple[Alert, Transition | None]


def _took_back(rule: Timing, alert: Alert, reading: Reading, read_at_ns: int, now_ns: int) -> _Found | None:
    """A moment that is no breach now."""
    why = f"data that came late say {_value(reading)}, which is no breach"
    if alert.state is AlertState.PENDING and alert.started_at_ns <= read_at_ns:
        begins_ns = read_at_ns + int(rule.every_s * S)
        if begins_ns > alert.known_at_ns:
            gone = withdrawn(alert, now_ns)
            return gone, Transition(Change.WITHDRAWN, gone, now_ns, why)
        assert alert.counted_from_ns is not None
        return replace(alert, started_at_ns=begins_ns, counted_from_ns=max(alert.counted_from_ns, begins_ns)), None
    is_about = alert.fired_at_ns is not None and alert.started_at_ns <= read_at_ns <= alert.fired_at_ns
    if alert.state is AlertState.FIRING and is_about and not alert.is_corrected:
        marked = replace(alert, is_corrected=True)
        return marked, Transition(Change.CORRECTED, marked, now_ns, why)
    return None


def _missed(rule: Timing, alert: Alert, reading: Reading, read_at_ns: int, now_ns: int) -> _Found | None:
    """A moment that is a breach now."""
    if alert.state is AlertState.PENDING:
        if alert.started_at_ns != read_at_ns + int(rule.every_s * S) or alert.counted_from_ns is None:
            return None
        earlier_ns = alert.started_at_ns - read_at_ns
        return replace(alert, started_at_ns=read_at_ns, counted_from_ns=alert.counted_from_ns - earlier_ns), None
    is_over = alert.resolved_at_ns is None or read_at_ns > alert.resolved_at_ns
    if alert.state is AlertState.FIRING or rule.for_s or not is_over:
        return None
    late = replace(fired(alert, now_ns), started_at_ns=read_at_ns, last_reading=reading, is_corrected=False)
    return late, Transition(Change.FIRED, late, now_ns, "the data came late")


def _value(reading: Reading) -> str:
    return "nothing" if reading.value is None else f"{reading.value:g}"
