"""One evaluation kept: alerts, incidents and the moment that was evaluated, in one transaction, by the server that may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from watchglass.alerts.alert import Alert, AlertState, fingerprint
from watchglass.alerts.correction import correct
from watchglass.alerts.grouping import FAILING, RULE, join_fired, leave_ended
from watchglass.alerts.kept import alert_row, kept_reading, read_alert
from watchglass.alerts.reading import Reading
from watchglass.alerts.state import Change, Step, Transition, resolved, step
from watchglass.alerts.watched import Watched
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.evaluations import RuleRun, forget_run, read_alerts, read_run, save_alerts, save_run
from watchglass.store.control.leases import holds
from watchglass.store.readings import KeptReading

LEASE = "alerts"
"""The lease on evaluating all rules."""

FAILING_EVALUATIONS = 2
"""How many evaluations a rule must fail on, after the first, before that is an alert itself."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation came to.

    Attributes:
        at_ns: The moment that was evaluated, nanoseconds since 1970 UTC.
        readings: What it says; nothing when it failed.
        again: Earlier moments that were read again, each with what it says now.
        error: Why it failed; empty when it did not.
        duration_ns: How long it took.
        skipped_count: Moments before it that were left out.
    """

    at_ns: int
    readings: Sequence[Reading] = ()
    again: Sequence[tuple[int, Sequence[Reading]]] = ()
    error: str = ""
    duration_ns: int = 0
    skipped_count: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept.

    Attributes:
        opened: Ids of incidents that it opened.
        closed: Ids of incidents that are over by it.
        readings: What is to be drawn.
        transitions: What changed.
    """

    opened: Sequence[str]
    closed: Sequence[str]
    readings: Sequence[KeptReading]
    transitions: Sequence[Transition]


@dataclass(frozen=True, slots=True)
class _FailingTiming:
    """How the alert goes on that tells that a rule fails."""

    every_s: float

    @property
    def for_s(self) -> float:
        return FAILING_EVALUATIONS * self.every_s

    @property
    def keep_firing_for_s(self) -> float:
        return 0


def failing_id(rule_id: str) -> str:
    """The rule id of the alert that tells that a rule fails."""
    return f"{FAILING}/{rule_id}"


def keep_evaluation(
    control: ControlDatabase, holder: str, watched: Watched, evaluated: Evaluated, now_ns: int
) -> Kept | None:
    """Take the alerts of a rule on by one evaluation, with all that follows from it; all is kept, or nothing.

    Args:
        control: Where it is kept.
        holder: This server, which must have the lease.
        watched: The rule.
        evaluated: What the evaluation came to.
        now_ns: The present, nanoseconds since 1970 UTC.

    Returns:
        What was kept; None when this server may not any more, or the moment was evaluated before.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        if not holds(connection, LEASE, holder):
            return None
        run = read_run(connection, *watched.key)
        if run is not None and run.evaluated_at_ns >= evaluated.at_ns:
            return None
        before = {alert.fingerprint: alert for alert in _alerts(connection, *watched.key)}
        own = {name: alert for name, alert in before.items() if alert.rule_id == watched.rule_id}
        failing = {name: alert for name, alert in before.items() if alert.rule_id != watched.rule_id}
        after = _stepped(watched, own, evaluated)
        about_failing = _failing(watched, failing, evaluated)
        _save(connection, watched, before, {**after.alerts, **about_failing.alerts})
        transitions = (*after.transitions, *about_failing.transitions)
        opened = join_fired(connection, watched, RULE, after.transitions, now_ns)
        opened += join_fired(connection, watched, FAILING, about_failing.transitions, now_ns)
        closed = leave_ended(connection, watched.project_id, transitions, now_ns)
        save_run(connection, _run(watched, run, evaluated, now_ns))
    return Kept(opened, closed, _drawn(watched, {**own, **after.alerts}, evaluated), transitions)


def end_rule(control: ControlDatabase, holder: str, project_id: str, rule_id: str, now_ns: int) -> Kept | None:
    """End all alerts of a rule that is not evaluated any more.

    Returns:
        What was kept; None when this server may not.

    Raises:
        Unavailable: The control database does not answer.
    """
    why = "the rule was removed or switched off"
    with control.write() as connection:
        if not holds(connection, LEASE, holder):
            return None
        before = {alert.fingerprint: alert for alert in _alerts(connection, project_id, rule_id)}
        transitions = [
            Transition(Change.RESOLVED, resolved(alert, now_ns), now_ns, why)
            for alert in before.values()
            if alert.state is AlertState.FIRING
        ]
        save_alerts(connection, project_id, [], before.keys())
        closed = leave_ended(connection, project_id, transitions, now_ns)
        forget_run(connection, project_id, rule_id)
    return Kept((), closed, (), transitions)


def _alerts(connection: Connection, project_id: str, rule_id: str) -> list[Alert]:
    return [read_alert(row) for row in read_alerts(connection, project_id, [rule_id, failing_id(rule_id)])]


def _stepped(watched: Watched, alerts: Mapping[str, Alert], evaluated: Evaluated) -> Step:
    """The rule's own alerts after the evaluation; one that failed says nothing of them."""
    if evaluated.error:
        return Step(alerts, ())
    transitions: list[Transition] = []
    for read_at_ns, readings in evaluated.again:
        corrected = correct(watched.rule, watched.rule_id, alerts, readings, read_at_ns, evaluated.at_ns)
        alerts = corrected.alerts
        transitions += corrected.transitions
    after = step(watched.rule, watched.rule_id, alerts, evaluated.readings, evaluated.at_ns)
    return Step(after.alerts, (*transitions, *after.transitions))


def _failing(watched: Watched, alerts: Mapping[str, Alert], evaluated: Evaluated) -> Step:
    """The alert that tells that the rule fails."""
    if not evaluated.error and not alerts:
        return Step({}, ())
    is_failing = bool(evaluated.error)
    reading = Reading({}, evaluated.at_ns, None, is_failing, not is_failing, note=evaluated.error[:500])
    timing = _FailingTiming(watched.rule.every_s)
    return step(timing, failing_id(watched.rule_id), alerts, [reading], evaluated.at_ns)


def _save(
    connection: Connection, watched: Watched, before: Mapping[str, Alert], after: Mapping[str, Alert]
) -> None:
    changed = [alert_row(alert) for name, alert in after.items() if before.get(name) != alert]
    save_alerts(connection, watched.project_id, changed, before.keys() - after.keys())


def _run(watched: Watched, before: RuleRun | None, evaluated: Evaluated, now_ns: int) -> RuleRun:
    failing_since_ns = before.failing_since_ns if before is not None else None
    return RuleRun(
        project_id=watched.project_id,
        rule_id=watched.rule_id,
        evaluated_at_ns=evaluated.at_ns,
        ran_at_ns=now_ns,
        duration_ns=evaluated.duration_ns,
        series_count=len(evaluated.readings),
        skipped_count=(before.skipped_count if before is not None else 0) + evaluated.skipped_count,
        failing_since_ns=(failing_since_ns or evaluated.at_ns) if evaluated.error else None,
        error=evaluated.error,
    )


def _drawn(watched: Watched, alerts: Mapping[str, Alert], evaluated: Evaluated) -> list[KeptReading]:
    """Readings, those that were read again too, with the state that each series was in."""
    drawn = []
    for at_ns, readings in [*evaluated.again, (evaluated.at_ns, evaluated.readings)]:
        for reading in readings:
            name = fingerprint(watched.rule_id, reading.labels)
            drawn.append(kept_reading(watched.project_id, watched.rule_id, name, reading, _state_at(alerts.get(name), at_ns)))
    return drawn


def _state_at(alert: Alert | None, at_ns: int) -> AlertState:
    """The state of an alert at a moment, as far as is known of it."""
    if alert is None or at_ns < alert.started_at_ns:
        return AlertState.INACTIVE
    has_fired = alert.fired_at_ns is not None and alert.started_at_ns <= alert.fired_at_ns <= at_ns
    if alert.state is AlertState.FIRING:
        return AlertState.FIRING if has_fired else AlertState.PENDING
    if alert.state is AlertState.PENDING:
        return AlertState.PENDING
    if has_fired and alert.resolved_at_ns is not None:
        return AlertState.FIRING if at_ns < alert.resolved_at_ns else AlertState.RESOLVED
    return AlertState.INACTIVE
