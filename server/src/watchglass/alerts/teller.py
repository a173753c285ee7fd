"""Tells incidents: looks at those that go on, and puts what is due into the outbox, in the transaction that keeps that it did."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from watchglass.alerts.commit import LEASE
from watchglass.alerts.inhibition import Firing, Inhibition, inhibitor_of, of_rule
from watchglass.alerts.kept import read_inhibition, read_silence
from watchglass.alerts.notify.message import MessageKind, message_document
from watchglass.alerts.rule import Rule
from watchglass.alerts.silence import Silence, silence_of
from watchglass.alerts.telling import Standing, due
from watchglass.alerts.writing import firing_of, message_of
from watchglass.clock import Clock
from watchglass.outgoing.repeating import repeat
from watchglass.query.readings import ReadSeries
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.incidents import (
    EventKind,
    Incident,
    IncidentAlert,
    add_event,
    change_incident,
    firing_alerts,
    found_incident,
    read_timeline,
    unsettled_incidents,
)
from watchglass.store.control.leases import holds
from watchglass.store.control.notifications import enqueue
from watchglass.store.control.silences import KeptInhibition, KeptSilence, all_inhibitions, live_silences

LOOK_S = 1.0
AFTER_FAILURE_S = 5.0


class Draw(Protocol):
    """Reads what a message's chart is drawn from."""

    def __call__(self, incident: Incident, fingerprint: str) -> ReadSeries | None:
        """Return the readings of a series; None where they cannot be read now. Quick, and never raises."""
        ...


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that decides who is told.

    Attributes:
        incidents: Those of which something may be told.
        firing: Their alerts that fire.
        silences: With the projects that they are about, None for all.
        inhibitions: The same of inhibitions.
    """

    incidents: Sequence[Incident]
    firing: Mapping[str, Sequence[IncidentAlert]]
    silences: Sequence[tuple[str | None, Silence]]
    inhibitions: Sequence[tuple[str | None, Inhibition]]


class Teller:
    """Tells incidents. `step` tells what is due; `start` calls it on a thread of its own."""

    def __init__(
        self,
        control: ControlDatabase,
        clock: Clock,
        *,
        holder: str,
        targets_of: Callable[[Rule], Sequence[str]],
        draw: Draw,
        on_change: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            control: Where incidents and the outbox are kept.
            clock: The time.
            holder: Names this server; it tells while it has the lease on evaluating.
            targets_of: Says whom a rule's incidents are told.
            draw: Reads what charts are drawn from.
            on_change: Is told the project of an incident that changed.
        """
        self._control = control
        self._clock = clock
        self._holder = holder
        self._targets_of = targets_of
        self._draw = draw
        self._on_change = on_change
        self._rules: dict[str, Rule] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts-teller", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def close(self) -> None:
        """Tell no more; what is due is told after the next start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> int:
        """Tell what is due, and return how many incidents that are.

        Raises:
            Unavailable: The control database does not answer.
        """
        now_ns = self._clock.now_ns()
        scene = self._look(now_ns)
        by_project: dict[str, list[Firing]] = {}
        for incident in scene.incidents:
            rule = self._rule(incident)
            for alert in scene.firing.get(incident.id, ()):
                by_project.setdefault(incident.project_id, []).append(firing_of(incident, rule, alert))
        told = 0
        for incident in scene.incidents:
            muted = self._muted(scene, incident, by_project.get(incident.project_id, ()), now_ns)
            told += self._tell(incident.id, muted, now_ns)
        self._rules = {it.id: self._rules[it.id] for it in scene.incidents if it.id in self._rules}
        return told

    def _run(self) -> None:
        repeat(self._stop, self._step_and_rest, AFTER_FAILURE_S, "incidents are not told")

    def _step_and_rest(self) -> float:
        self.step()
        return LOOK_S

    def _look(self, now_ns: int) -> _Scene:
        with self._control.read() as connection:
            incidents = unsettled_incidents(connection)
            if not incidents:
                return _Scene((), {}, (), ())
            firing = firing_alerts(connection, [it.id for it in incidents])
            silences, inhibitions = live_silences(connection, now_ns), all_inhibitions(connection)
        return _Scene(incidents, firing, _read_silences(silences), _read_inhibitions(inhibitions))

    def _rule(self, incident: Incident) -> Rule:
        """The rule as it was when the incident was opened."""
        if incident.id not in self._rules:
            try:
                self._rules[incident.id] = Rule.model_validate(incident.rule)
            except ValidationError:  # another version wrote it: what matters of it is with the incident
                self._rules[incident.id] = _stand_in(incident)
        return self._rules[incident.id]

    def _muted(self, scene: _Scene, incident: Incident, firing: Sequence[Firing], now_ns: int) -> dict[str, str]:
        """What keeps each alert of an incident that fires from being told: a silence's id, or the inhibiting rule."""
        rule = self._rule(incident)
        silences = [it for project_id, it in scene.silences if project_id in (None, incident.project_id)]
        kept = [it for project_id, it in scene.inhibitions if project_id in (None, incident.project_id)]
        inhibitions = (*of_rule(rule), *kept)
        muted: dict[str, str] = {}
        for alert in scene.firing.get(incident.id, ()):
            it = firing_of(incident, rule, alert)
            silence = silence_of(silences, it.labels, now_ns)
            source = inhibitor_of(it, firing, inhibitions) if silence is None else None
            if silence is not None or source is not None:
                muted[it.fingerprint] = silence.id if silence is not None else f"rule {source.labels['rule']}" if source else ""
        return muted

    def _tell(self, incident_id: str, muted: Mapping[str, str], now_ns: int) -> bool:
        """Tell one incident where that is due."""
        before = self._standing(incident_id, muted)
        incident, alerts, standing = before
        kind = due(standing, now_ns)
        why_muted = "" if standing.firing or not muted else next(iter(muted.values()))
        if kind is None and why_muted == incident.muted_by:
            return False
        shown = alerts or self._ended_alerts(incident)
        series = None if kind is None or not shown else self._draw(incident, shown[0].fingerprint)
        with self._control.write() as connection:
            if not holds(connection, LEASE, self._holder):
                return False
            # somebody may have taken it while the chart was read
            incident = found_incident(connection, incident_id, None, is_locked=True)
            alerts = firing_alerts(connection, [incident_id]).get(incident_id, [])
            standing = _standing(incident, self._rule(incident), alerts, muted)
            self._keep_muted(connection, incident, why_muted, now_ns)
            if due(standing, now_ns) != kind or kind is None:
                return False
            self._put(connection, incident, alerts or shown, kind, standing, series, now_ns)
        self._on_change(incident.project_id)
        return True

    def _standing(self, incident_id: str, muted: Mapping[str, str]) -> tuple[Incident, Sequence[IncidentAlert], Standing]:
        with self._control.read() as connection:
            incident = found_incident(connection, incident_id, None)
            alerts = firing_alerts(connection, [incident_id]).get(incident_id, [])
        return incident, alerts, _standing(incident, self._rule(incident), alerts, muted)

    def _ended_alerts(self, incident: Incident) -> Sequence[IncidentAlert]:
        alerts, _ = read_timeline(self._control, incident.id)
        return alerts

    def _keep_muted(self, connection: Connection, incident: Incident, why: str, now_ns: int) -> None:
        if why == incident.muted_by or incident.resolved_at_ns is not None:
            return
        add_event(connection, incident.id, EventKind.MUTED if why else EventKind.UNMUTED, now_ns, text=why or incident.muted_by)
        change_incident(connection, incident.id, now_ns, muted_by=why)

    def _put(
        self,
        connection: Connection,
        incident: Incident,
        alerts: Sequence[IncidentAlert],
        kind: MessageKind,
        standing: Standing,
        series: ReadSeries | None,
        now_ns: int,
    ) -> None:
        """Put the message into the outbox for each target, and keep that it was told."""
        rule = self._rule(incident)
        is_end = kind is MessageKind.RESOLVED
        targets = incident.told_targets if is_end else list(self._targets_of(rule))
        document = message_document(message_of(incident, rule, alerts, kind, now_ns, series))
        for target in targets:
            enqueue(connection, target, document, f"{incident.id}/{incident.told_count}/{kind.value}", now_ns)
        what = {"message": kind.value, "targets": targets}
        add_event(connection, incident.id, EventKind.NOTIFIED, now_ns, text="" if targets else "there is no target", document=what)
        values = {"told_at_ns": now_ns, "told_count": incident.told_count + 1}
        if is_end:
            change_incident(connection, incident.id, now_ns, **values, is_end_told=True, is_settled=True)
        else:
            told = sorted(standing.told | standing.firing)
            all_targets = list(dict.fromkeys([*incident.told_targets, *targets]))
            change_incident(connection, incident.id, now_ns, **values, told=told, told_targets=all_targets)


def _standing(incident: Incident, rule: Rule, alerts: Sequence[IncidentAlert], muted: Mapping[str, str]) -> Standing:
    return Standing(
        opened_at_ns=incident.opened_at_ns,
        is_open=incident.resolved_at_ns is None,
        is_acknowledged=incident.acknowledged_at_ns is not None,
        is_ready=incident.is_explained,
        firing={it.fingerprint for it in alerts if it.fingerprint not in muted},
        told=set(incident.told),
        told_at_ns=incident.told_at_ns,
        is_end_told=incident.is_end_told,
        remind_every_s=rule.remind_every_s,
    )


def _stand_in(incident: Incident) -> Rule:
    """A rule that says what an incident itself still knows of its own."""
    return Rule.model_validate(
        {
            "name": incident.rule_name,
            "project": incident.project_id,
            "query": {"source": "usage", "measures": ["span_count"]},
            "when": {"kind": "threshold", "above": 0},
            "severity": incident.severity,
            "owner": incident.owner,
            "notify": [it for it in incident.rule.get("notify", []) if isinstance(it, str)][:20],
        }
    )


def _read_silences(kept: Sequence[KeptSilence]) -> list[tuple[str | None, Silence]]:
    return [(it.project_id, read_silence(it)) for it in kept]


def _read_inhibitions(kept: Sequence[KeptInhibition]) -> list[tuple[str | None, Inhibition]]:
    return [(it.project_id, read_inhibition(it)) for it in kept]
