"""What evaluates rules, tells incidents and explains them, wired."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import structlog

from watchglass.alerts.drawing import ReadingWriter
from watchglass.alerts.evaluation import evaluate, rule_asking
from watchglass.alerts.evaluator import Evaluator
from watchglass.alerts.explaining import Explainer
from watchglass.alerts.notify.configuration import targets_for
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.teller import Teller
from watchglass.alerts.watched import RuleSource
from watchglass.app.delivering import EMBEDDED
from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.query.explain import explain
from watchglass.query.explanation import ExplainQuestion, Explanation
from watchglass.query.reader import Reader
from watchglass.query.readings import ReadSeries, read_readings
from watchglass.query.scope import Scope, format_time
from watchglass.query.usage_source import kept_since
from watchglass.settings import Settings
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.detector_states import KeptDetectorStates
from watchglass.store.control.incidents import Incident
from watchglass.store.control.markers import list_markers
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

log = structlog.get_logger(__name__)

S = 10**9
CHART_BEFORE_S = 3600
"""How much time before an incident its message's chart shows, in seconds."""

MOST_MARKERS = 20


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation of rules of one server, and what follows from it."""

    evaluator: Evaluator
    teller: Teller
    explainer: Explainer
    writer: ReadingWriter

    def start(self) -> None:
        """Begin."""
        self.writer.start()
        self.evaluator.start()
        self.explainer.start()
        self.teller.start()

    def close(self) -> None:
        """End: what runs is kept, and another server may go on at once."""
        self.teller.close()
        self.explainer.close()
        self.evaluator.close()
        self.writer.close()


def build_evaluation(
    settings: Settings,
    clock: Clock,
    engine: Engine,
    control: ControlDatabase,
    telemetry: Telemetry,
    *,
    rules: RuleSource,
    targets: Sequence[ConfiguredTarget],
    project_ids: Callable[[], Collection[str]],
    tell: Callable[[str], None],
) -> Evaluation:
    """Wire the evaluation of `rules`; nothing runs yet. `tell` is called with the project of what changed."""
    holder = EMBEDDED if settings.store == "embedded" else token_hex(16)
    reader = Reader(engine, min(settings.rule_max_time_s, settings.query_max_time_s), settings.query_max_memory_bytes)
    writer = ReadingWriter(engine, clock)
    states = KeptDetectorStates(control, clock)

    def evaluate_rule(rule: Rule, at_ns: int) -> Sequence[Reading]:
        return evaluate(rule, rule_asking(engine, settings, clock.now_ns()), at_ns, states)

    def explain_change(question: ExplainQuestion) -> Explanation:
        now_ns = clock.now_ns()
        return explain(reader, question, kept_since(settings, now_ns), now_ns)

    def draw(incident: Incident, fingerprint: str) -> ReadSeries | None:
        writer.flush()
        return _series(reader, incident, fingerprint, clock.now_ns())

    evaluator = Evaluator(
        rules, project_ids, evaluate_rule, control, clock, telemetry,
        holder=holder, draw=writer.add, on_change=tell, recheck_s=settings.rule_recheck_s,
    )  # fmt: skip
    teller = Teller(
        control, clock, holder=holder, targets_of=lambda rule: targets_for(targets, rule.notify, rule.project), draw=draw, on_change=tell
    )
    explainer = Explainer(control, clock, explain_change, lambda scope: _markers(control, scope), holder=holder, on_change=tell)
    telemetry.watch("watchglass_rules", "Rules that this server evaluates, a project each", lambda: evaluator.count(is_failing=False))
    telemetry.watch("watchglass_rules_failing", "Rules whose last evaluation failed", lambda: evaluator.count(is_failing=True))
    telemetry.watch("watchglass_rule_lag_seconds", "How long the evaluation that waits longest is overdue", evaluator.lag_s)
    return Evaluation(evaluator, teller, explainer, writer)


def _series(reader: Reader, incident: Incident, fingerprint: str, now_ns: int) -> ReadSeries | None:
    """What a message's chart shows; None where it cannot be read, as a message must not wait for its chart."""
    scope = Scope(incident.project_id, max(0, incident.started_at_ns - CHART_BEFORE_S * S), now_ns + 1)
    try:
        found = read_readings(reader, scope, incident.rule_id)
    except WatchglassError as error:
        log.warning("a message goes without its chart", incident=incident.id, error=str(error)[:300])
        return None
    return next((it for it in found if it.fingerprint == fingerprint), None)


def _markers(control: ControlDatabase, scope: Scope) -> list[dict[str, Any]]:
    """What was deployed near an incident, for its timeline."""
    found = list_markers(control, scope.project_id, scope.start_ns, scope.end_ns, MOST_MARKERS)
    return [{"id": it.id, "title": it.title, "at": format_time(it.time_ns)} for it in found]
