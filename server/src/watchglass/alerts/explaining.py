"""Explains incidents after they were opened, beside their being told: what is known within seconds goes with the first message."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import structlog
from pydantic import ValidationError

from watchglass.alerts.commit import LEASE
from watchglass.alerts.rule import Rule
from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.outgoing.repeating import repeat
from watchglass.query.asked import UsageQuery
from watchglass.query.explain_text import explanation_lines
from watchglass.query.explanation import Baseline, ExplainQuestion, Explanation
from watchglass.query.expr import And, Compare, Expr, Value
from watchglass.query.filter import parse
from watchglass.query.scope import Scope
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.incidents import (
    EventKind,
    Incident,
    IncidentAlert,
    add_event,
    change_incident,
    firing_alerts,
    unsettled_incidents,
)
from watchglass.store.control.leases import holds

log = structlog.get_logger(__name__)

S = 10**9
LOOK_S = 1.0
AFTER_FAILURE_S = 5.0
MAX_RANGE_S = 6 * 3600
"""Longest stretch of an incident that is looked at, in seconds."""


class Explain(Protocol):
    """Explains a change; see query.explain.explain."""

    def __call__(self, question: ExplainQuestion) -> Explanation:
        """Return why a measure changed."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What explains an incident.

    Attributes:
        explanation: The explanation as JSON; None when there is none.
        markers: What was deployed near it, as JSON.
    """

    explanation: dict[str, Any] | None
    markers: Sequence[dict[str, Any]]


class Explainer:
    """Explains incidents, one at a time. `step` explains what is open; `start` calls it on a thread of its own."""

    def __init__(
        self,
        control: ControlDatabase,
        clock: Clock,
        explain: Explain,
        markers: Callable[[Scope], Sequence[dict[str, Any]]],
        *,
        holder: str,
        on_change: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            control: Where incidents are kept.
            clock: The time.
            explain: Explains a change, within the limits of one query.
            markers: Lists what was deployed near a stretch of time.
            holder: Names this server; it explains while it has the lease on evaluating.
            on_change: Is told the project of an incident that changed.
        """
        self._control = control
        self._clock = clock
        self._explain = explain
        self._markers = markers
        self._holder = holder
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts-explainer", daemon=True)

    def start(self) -> None:
        """Begin to explain."""
        self._thread.start()

    def close(self) -> None:
        """Explain no more; what runs ends within the limits of one query."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> int:
        """Explain the incidents that wait for it, newest first; return how many.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._control.read() as connection:
            waiting = [it for it in unsettled_incidents(connection) if not it.is_explained]
            firing = firing_alerts(connection, [it.id for it in waiting]) if waiting else {}
        for incident in reversed(waiting):
            if self._stop.is_set():
                break
            self._keep(incident, self._find(incident, firing.get(incident.id, ())))
        return len(waiting)

    def _run(self) -> None:
        repeat(self._stop, self._step_and_rest, AFTER_FAILURE_S, "incidents are not explained")

    def _step_and_rest(self) -> float:
        self.step()
        return LOOK_S

    def _find(self, incident: Incident, alerts: Sequence[IncidentAlert]) -> Found:
        """Look for what explains an incident; nothing where it cannot be asked."""
        try:
            question = question_of(incident, alerts, self._clock.now_ns())
            explanation = None if question is None else self._explain(question)
            markers = self._markers(Scope(incident.project_id, max(0, incident.started_at_ns - 3600 * S), self._clock.now_ns() + 1))
        except WatchglassError as error:
            log.info("an incident has no explanation", incident=incident.id, error=str(error)[:300])
            return Found(None, ())
        except Exception:
            log.exception("an incident cannot be explained", incident=incident.id)
            return Found(None, ())
        document = None if explanation is None else {**asdict(explanation), "lines": explanation_lines(explanation)}
        return Found(document, markers)

    def _keep(self, incident: Incident, found: Found) -> None:
        now_ns = self._clock.now_ns()
        with self._control.write() as connection:
            if not holds(connection, LEASE, self._holder):
                return
            change_incident(connection, incident.id, now_ns, is_explained=True, explanation=found.explanation)
            lines = (found.explanation or {}).get("lines", [])
            if lines or found.markers:
                add_event(
                    connection, incident.id, EventKind.EXPLAINED, now_ns, text="\n".join(lines),
                    document={"markers": list(found.markers)},
                )  # fmt: skip
        self._on_change(incident.project_id)


def question_of(incident: Incident, alerts: Sequence[IncidentAlert], now_ns: int) -> ExplainQuestion | None:
    """What is asked about an incident; None for a rule that does not watch usage.

    It looks at the time from the first window that was breached, at the series that fires where that is one alone.
    """
    try:
        rule = Rule.model_validate(incident.rule)
    except ValidationError:
        return None
    if not isinstance(rule.query, UsageQuery):
        return None
    end_ns = max(incident.started_at_ns, max((int(it.reading["at_ns"]) for it in alerts), default=0))
    end_ns = min(end_ns, now_ns)
    start_ns = max(end_ns - MAX_RANGE_S * S, min(incident.started_at_ns, end_ns) - (rule.window_s + rule.delay_s) * S)
    labels = alerts[0].labels if len(alerts) == 1 else incident.group_labels
    return ExplainQuestion(
        scope=Scope(incident.project_id, start_ns, end_ns),
        expr=_expr(rule.query, labels),
        measure=rule.query.measures[0],
        per=rule.query.per,
        baseline=_baseline(rule),
    )


def _expr(query: UsageQuery, labels: dict[str, str]) -> Expr:
    asked: list[Expr] = [Compare(name, "=", (Value(value),)) for name, value in labels.items() if name in query.group_by and value]
    kept = parse(query.filter)
    return And((kept, *asked)) if asked else kept


def _baseline(rule: Rule) -> Baseline:
    against: Baseline = getattr(rule.when, "against", "before")
    return against
