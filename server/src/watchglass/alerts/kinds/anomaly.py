"""The kind `anomaly`: a value outside of what is usual for its series."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from watchglass.alerts.fields import DAY_S, HOUR_S
from watchglass.alerts.kinds.condition import Condition, known
from watchglass.alerts.learning_windows import SeriesOf, read_series_of
from watchglass.alerts.learnt import Learnt, load_learnt, save_learnt
from watchglass.alerts.reading import Reading
from watchglass.alerts.watch import AnyQuery, Watch
from watchglass.alerts.windows import S
from watchglass.analysis.anomaly.budget import threshold
from watchglass.analysis.anomaly.detector import Scores
from watchglass.analysis.anomaly.detectors import DEFAULT, DETECTORS, detector
from watchglass.query.asked import Finite, SqlQuery

LATE_WINDOWS = 3
"""What is remembered ends so many windows before the newest: data that came late, and evaluations of these once more, count."""

KEEP_WINDOWS = 10
"""What is remembered is taken on by so many windows at once."""

REFIT_S = DAY_S
REFIT_COLD_S = HOUR_S
"""How soon is learnt anew: each day, and each hour while a series has too little history, or is new."""


class AnomalyCondition(Condition):
    """A value outside of the band in which its series usually is at that time; nothing has to be set."""

    kind: Literal["anomaly"] = Field(description="A value outside of what is usual for its series")
    detector: str = Field(DEFAULT, pattern="^[a-z][a-z0-9_]{0,30}$", description="Name of the detector")
    direction: Literal["both", "up", "down"] = Field("both", description="Which side of what was expected matters")
    false_alarms_a_week: Finite = Field(1.0, gt=0, le=10_000, description="Most false alarms a week over all series of the rule together; the threshold follows")
    history_days: int = Field(28, ge=1, le=60, description="How much history is learnt from, in days")

    @property
    def is_of_whole_windows(self) -> bool:
        """Detectors see each value once."""
        return True

    def refusal(self, query: AnyQuery, window_s: int) -> str | None:
        """Refuse detectors that there are not, windows that do not make up days, and statements that give no series."""
        if self.detector not in DETECTORS:
            return f"when.detector must be one of {', '.join(DETECTORS)}"
        if DAY_S % window_s or window_s > HOUR_S:
            return "window_s must divide an hour or a day, and be an hour at most, for an anomaly"
        if isinstance(query, SqlQuery) and "interval_s" not in query.query:
            return "a statement needs a row each {interval_s:UInt32} for its series to be learnt"
        return None

    def read(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """Say how unusual each value is."""
        if len(ends_ns) == 1:
            return [self._live(watch, ends_ns[0])]
        return self._tried(watch, ends_ns)

    def _live(self, watch: Watch, end_ns: int) -> list[Reading]:
        """The newest window, with what is remembered."""
        step_ns = watch.window_s * S
        late_ns = end_ns - LATE_WINDOWS * step_ns
        learnt = load_learnt(watch.states, watch.state_key, self.detector)
        # a moment before what is remembered is read once more without being remembered
        is_newer = learnt is None or learnt.state.next_ns <= end_ns - step_ns
        recent = None if learnt is None or not is_newer else read_series_of(watch, learnt.state.next_ns, end_ns, learnt.labels)
        if learnt is None or recent is None or self._is_old(learnt, end_ns, has_new=len(recent.labels) > len(learnt.labels)):
            learnt = self._learn(watch, late_ns)
            if learnt is None:
                return self._readings(read_series_of(watch, end_ns - step_ns, end_ns, ()), None, -1, end_ns, watch)
            if is_newer:
                save_learnt(watch.states, watch.state_key, learnt)
            recent = read_series_of(watch, learnt.state.next_ns, end_ns, learnt.labels)
        if late_ns - learnt.state.next_ns >= KEEP_WINDOWS * step_ns:
            older = recent.until(late_ns).known(len(learnt.labels))
            learnt = Learnt(learnt.labels, detector(self.detector).score(learnt.state, older)[1])
            save_learnt(watch.states, watch.state_key, learnt)
            recent = recent.since(late_ns)
        alpha = self._alpha(len(learnt.labels), watch.window_s)
        scores, _ = detector(self.detector).score(learnt.state, recent.known(len(learnt.labels)), alpha)
        return self._readings(recent, scores, -1, end_ns, watch)

    def _is_old(self, learnt: Learnt, end_ns: int, *, has_new: bool) -> bool:
        is_warm = learnt.is_warm_for(detector(self.detector).needed_s) and not has_new
        most_s = REFIT_S if is_warm else REFIT_COLD_S
        return end_ns - learnt.state.fitted_ns > most_s * S

    def _learn(self, watch: Watch, until_ns: int) -> Learnt | None:
        """What the history says; None where there is none."""
        step_ns = watch.window_s * S
        start_ns = max(step_ns, (until_ns - self.history_days * DAY_S * S) // step_ns * step_ns)
        history = read_series_of(watch, start_ns, until_ns, ())
        return Learnt(history.labels, detector(self.detector).fit(history.series)) if history.labels else None

    def _tried(self, watch: Watch, ends_ns: Sequence[int]) -> list[list[Reading]]:
        """The past, learnt anew each day as it is live, all read at once."""
        step_ns = watch.window_s * S
        spacing = (ends_ns[1] - ends_ns[0]) // step_ns
        first_ns = ends_ns[0] - step_ns
        begin_ns = max(0, first_ns - self.history_days * DAY_S * S)
        everything = read_series_of(watch, begin_ns, ends_ns[-1], ())
        alpha = self._alpha(max(1, len(everything.labels)), watch.window_s)
        found: list[list[Reading]] = []
        for day_ns in range(first_ns, ends_ns[-1], REFIT_S * S):
            until_ns = min(day_ns + REFIT_S * S, ends_ns[-1])
            history = everything.since(max(begin_ns, day_ns - self.history_days * DAY_S * S)).until(day_ns)
            recent = everything.since(day_ns).until(until_ns)
            scores = None
            if everything.labels:
                scores, _ = detector(self.detector).score(detector(self.detector).fit(history.series), recent.series, alpha)
            for column in range(recent.series.values.shape[1]):
                at_ns = day_ns + (column + 1) * step_ns
                if (at_ns - ends_ns[0]) % (spacing * step_ns) == 0 and at_ns >= ends_ns[0]:
                    found.append(self._readings(recent, scores, column, at_ns, watch))
        return found

    def _alpha(self, series_count: int, window_s: int) -> float:
        """The p-value under which a value is told."""
        return threshold(self.false_alarms_a_week, series_count, window_s)

    def _readings(self, recent: SeriesOf, scores: Scores | None, column: int, end_ns: int, watch: Watch) -> list[Reading]:
        """A reading a series; those that are new have no scores yet."""
        scored = 0 if scores is None else len(scores.is_warm)
        alpha = self._alpha(max(1, scored), watch.window_s)
        found: list[Reading] = []
        for row, labels in enumerate(recent.labels):
            value = known(recent.series.values[row, column])
            if scores is None or row >= scored:
                found.append(Reading(dict(labels), end_ns, value, None, False, note="a new series: its history is learnt within the hour"))
                continue
            lower, upper, expected = (known(it[row, column]) for it in (scores.lower, scores.upper, scores.expected))
            p_value, score = known(scores.p_value[row, column]), known(scores.score[row, column])
            is_breached = None if p_value is None else p_value < alpha and self._is_on_side(value, expected)
            note = scores.note(row) or ("no value in the window" if value is None else "")
            found.append(
                Reading(dict(labels), end_ns, value, is_breached, is_breached is False, None, lower, upper, expected, score, p_value, note)
            )
        return found

    def _is_on_side(self, value: float | None, expected: float | None) -> bool:
        if self.direction == "both" or value is None or expected is None:
            return True
        return value > expected if self.direction == "up" else value < expected
