"""Evaluates rules, each at its moments, on the one server that has the lease; goes on where it, or another server, stopped."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import structlog

from watchglass.alerts.commit import LEASE, Evaluated, Kept, end_rule, failing_id, keep_evaluation
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.watched import RuleSource, S, Watched, watched_rules
from watchglass.clock import Clock
from watchglass.errors import WatchglassError
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.evaluations import read_run, rules_with_alerts
from watchglass.store.control.leases import Lease
from watchglass.store.readings import KeptReading

log = structlog.get_logger(__name__)

THREADS = 4
"""Evaluations at once; the store does the work, and serves people at the same time."""

LEASE_S = 30.0
"""How long another server waits before it takes over from one that died, in seconds."""

LEASE_LOOK_S = 5.0
LOOK_S = 1.0
"""How soon rules and the time are looked at again, in seconds."""

AFTER_FAILURE_S = 5.0

CATCH_UP_S = 3600.0
CATCH_UP_MOMENTS = 60
"""How far back, and how many moments at most, are made up for after nobody evaluated. What is older is left out, and counted."""


class Evaluate(Protocol):
    """Evaluates a rule; see evaluation.evaluate."""

    def __call__(self, rule: Rule, at_ns: int) -> Sequence[Reading]:
        """Return what a rule of one project says at a moment."""
        ...


class EvaluationObserver(Protocol):
    """What the evaluator reports of itself."""

    def rule_evaluated(self, outcome: str, seconds: float) -> None:
        """A rule was evaluated: `ok`, `failed`, or `not_kept` by this server."""
        ...


@dataclass(slots=True)
class _Plan:
    """When one rule is evaluated next.

    Attributes:
        watched: The rule.
        next_ns: The moment that is evaluated next.
        first_ns: The first moment that this server evaluated; moments before it are not read again.
        not_before_ns: Not tried before, after the control database failed.
        is_making_up: Whether moments that passed are made up for: after a start and an outage, but not when it is too slow.
        is_running: Whether a thread works on it.
        is_failing: Whether the last evaluation failed.
    """

    watched: Watched
    next_ns: int
    first_ns: int
    not_before_ns: int = 0
    is_making_up: bool = True
    is_running: bool = False
    is_failing: bool = False


class Evaluator:
    """The evaluation of all rules. `step` does what is due; `start` calls it on a thread of its own."""

    def __init__(
        self,
        source: RuleSource,
        project_ids: Callable[[], Collection[str]],
        evaluate: Evaluate,
        control: ControlDatabase,
        clock: Clock,
        observer: EvaluationObserver,
        *,
        holder: str,
        draw: Callable[[Iterable[KeptReading]], None],
        on_change: Callable[[str], None],
        recheck_s: float,
        pool: Executor | None = None,
    ) -> None:
        """Prepare.

        Args:
            source: The rules.
            project_ids: All projects, for rules that watch each of them.
            evaluate: What evaluates one.
            control: Where states and incidents are kept.
            clock: The time.
            observer: Is told of evaluations.
            holder: Names this server among those that share the control database.
            draw: Takes the readings that are kept.
            on_change: Is told the project in which an alert changed.
            recheck_s: How long after a moment it is read again for late data, in seconds; 0 for never.
            pool: Runs evaluations; None for THREADS threads.
        """
        self._source = source
        self._project_ids = project_ids
        self._evaluate = evaluate
        self._control = control
        self._clock = clock
        self._observer = observer
        self._draw = draw
        self._on_change = on_change
        self._recheck_s = recheck_s
        self._pool = pool or ThreadPoolExecutor(THREADS, thread_name_prefix="alerts")
        self._lease = Lease(control, LEASE, holder, clock, lease_s=LEASE_S)
        self._lock = threading.Lock()
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._given: tuple[list[tuple[str, Rule]], Collection[str]] | None = None
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin to evaluate."""
        self._thread.start()

    def close(self) -> None:
        """Evaluate no more: what runs is kept, and another server may go on at once."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
        try:
            self._lease.release()
        except WatchglassError as error:
            log.warning("rules are not given up; another server takes them after a while", error=str(error))

    def count(self, *, is_failing: bool) -> float:
        """How many rules this server evaluates, or how many of them fail."""
        with self._lock:
            return float(sum(it.is_failing or not is_failing for it in self._plans.values()))

    def lag_s(self) -> float:
        """How long the moment that waits longest is overdue, in seconds; 0 when none is, or another server evaluates."""
        now_ns = self._clock.now_ns()
        with self._lock:
            due_ns = [it.watched.due_ns(it.next_ns) for it in self._plans.values()]
        return max(0.0, (now_ns - min(due_ns)) / S) if due_ns else 0.0

    def step(self) -> float:
        """Begin what is due, and return the seconds to wait before the next look.

        Raises:
            Unavailable: The control database does not answer.
        """
        if not self._lease.is_held():
            with self._lock:
                self._plans.clear()
            self._given = None
            return LEASE_LOOK_S
        rules, project_ids = list(self._source.rules()), self._project_ids()
        given = ([(it.id, it.rule) for it in rules], project_ids)
        if given != self._given:
            self._take(watched_rules(rules, project_ids))
            self._given = given
        now_ns = self._clock.now_ns()
        wait_ns = int(LOOK_S * S)
        for plan in self._begin_due(now_ns):
            self._pool.submit(self._work, plan)
        with self._lock:
            waits = [self._due_ns(it) - now_ns for it in self._plans.values() if not it.is_running]
        return max(0.0, min([wait_ns, *waits]) / S)

    def _run(self) -> None:
        wait_s = 0.0
        is_broken = False
        while not self._stop.is_set():
            self._wake.wait(wait_s)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                wait_s = self.step()
                is_broken = False
            except Exception as error:  # alerts must not end because something failed once
                if not is_broken:
                    log.warning("rules are not evaluated", error=str(error)[:500], exc_info=not isinstance(error, WatchglassError))
                is_broken, wait_s = True, AFTER_FAILURE_S

    def _take(self, rules: Iterable[Watched]) -> None:
        """Follow the rules: plan new ones, let changed ones go on, and end those that are gone."""
        watched = {it.key: it for it in rules}
        with self._lock:
            known = {key: plan.watched.rule for key, plan in self._plans.items()}
        plans = {key: self._first_plan(it) for key, it in watched.items() if known.get(key) != it.rule}
        with self._lock:
            self._plans = {key: plan for key, plan in self._plans.items() if key in watched} | plans
        self._end_others(watched.keys())

    def _first_plan(self, watched: Watched) -> _Plan:
        """Go on after the last moment that was evaluated, whoever did; begin with the present where that is long ago."""
        with self._control.read() as connection:
            run = read_run(connection, *watched.key)
        now_ns = self._clock.now_ns()
        newest_ns = watched.moment_at(now_ns)
        every_ns = watched.every_ns
        next_ns = newest_ns if run is None else min(run.evaluated_at_ns // every_ns + 1, newest_ns // every_ns + 1) * every_ns
        return _Plan(watched, next_ns, next_ns)

    def _end_others(self, watched: Collection[tuple[str, str]]) -> None:
        """End the alerts of rules that are not watched any more."""
        with self._control.read() as connection:
            known = {(project_id, rule_id.removeprefix(failing_id(""))) for project_id, rule_id in rules_with_alerts(connection)}
        for project_id, rule_id in known - set(watched):
            kept = end_rule(self._control, self._lease.holder, project_id, rule_id, self._clock.now_ns())
            if kept is not None and kept.transitions:
                self._on_change(project_id)

    def _due_ns(self, plan: _Plan) -> int:
        return max(plan.watched.due_ns(plan.next_ns), plan.not_before_ns)

    def _begin_due(self, now_ns: int) -> list[_Plan]:
        with self._lock:
            due = [it for it in self._plans.values() if not it.is_running and self._due_ns(it) <= now_ns]
            for plan in due:
                plan.is_running = True
        return sorted(due, key=self._due_ns)

    def _work(self, plan: _Plan) -> None:
        """Evaluate the moments of a rule that are due, oldest first: all that are made up for, else the newest alone."""
        try:
            left = CATCH_UP_MOMENTS
            while not self._stop.is_set() and self._due_ns(plan) <= self._clock.now_ns():
                is_kept = self._evaluate_one(plan, self._skip(plan))
                left -= 1
                with self._lock:
                    plan.next_ns += plan.watched.every_ns
                    if not is_kept or not left or not plan.is_making_up or self._plans.get(plan.watched.key) is not plan:
                        break
            plan.is_making_up = False
        except WatchglassError as error:
            log.warning("an evaluation was not kept; it is tried again", rule=plan.watched.rule.name, error=str(error)[:500])
            plan.not_before_ns, plan.is_making_up = self._clock.now_ns() + int(AFTER_FAILURE_S * S), True
        except Exception:
            log.exception("an evaluation ended by a fault", rule=plan.watched.rule.name)
            plan.not_before_ns = self._clock.now_ns() + int(AFTER_FAILURE_S * S)
        finally:
            plan.is_running = False
            self._wake.set()

    def _skip(self, plan: _Plan) -> int:
        """Leave out what is too old to be made up for; return how many moments that are."""
        every_ns = plan.watched.every_ns
        newest_ns = plan.watched.moment_at(self._clock.now_ns())
        most = min(CATCH_UP_MOMENTS, max(1, int(CATCH_UP_S * S) // every_ns)) if plan.is_making_up else 1
        skipped = max(0, (newest_ns - plan.next_ns) // every_ns + 1 - most)
        plan.next_ns += skipped * every_ns
        if skipped:
            log.warning("moments of a rule are left out", rule=plan.watched.rule.name, moments=skipped)
        return int(skipped)

    def _evaluate_one(self, plan: _Plan, skipped: int) -> bool:
        """Evaluate one moment; False when it was not kept, as another server has it."""
        watched, at_ns = plan.watched, plan.next_ns
        began_s = self._clock.monotonic_s()
        readings: Sequence[Reading] = ()
        again: list[tuple[int, Sequence[Reading]]] = []
        error = ""
        try:
            readings = self._evaluate(watched.rule, at_ns)
            again = [(it, self._evaluate(watched.rule, it)) for it in self._moments_again(plan)]
        except WatchglassError as raised:
            error = str(raised) or type(raised).__name__
        except Exception as raised:
            log.exception("a rule cannot be evaluated", rule=watched.rule.name)
            error = f"a fault in Watchglass: {type(raised).__name__}"
        took_s = self._clock.monotonic_s() - began_s
        evaluated = Evaluated(at_ns, readings, again, error, int(took_s * S), skipped)
        kept = keep_evaluation(self._control, self._lease.holder, watched, evaluated, self._clock.now_ns())
        plan.is_failing = bool(error)
        self._observer.rule_evaluated("not_kept" if kept is None else "failed" if error else "ok", took_s)
        if kept is not None:
            self._told(watched, kept)
        return kept is not None

    def _moments_again(self, plan: _Plan) -> list[int]:
        """The earlier moment that is read again, for data that came late."""
        every_ns = plan.watched.every_ns
        back_ns = -(-int(self._recheck_s * S) // every_ns) * every_ns
        earlier_ns = plan.next_ns - back_ns
        return [earlier_ns] if back_ns and earlier_ns >= plan.first_ns else []

    def _told(self, watched: Watched, kept: Kept) -> None:
        self._draw(kept.readings)
        for transition in kept.transitions:
            log.info("alert", change=transition.change.value, rule=watched.rule.name, project=watched.project_id,
                     series=dict(transition.alert.labels), why=transition.why)  # fmt: skip
        if kept.transitions:
            self._on_change(watched.project_id)
