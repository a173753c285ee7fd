"""A rule tried over the past: one statement a query where the kind allows it, then the step that alerts take live."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from watchglass.alerts.alert import Alert, fingerprint
from watchglass.alerts.detector_states import ForgottenStates
from watchglass.alerts.evaluation import grid_s, watch
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.sql_windows import MAX_RUNS, is_by_time
from watchglass.alerts.state import Change, Transition, step
from watchglass.alerts.usage_windows import adds_up
from watchglass.alerts.watch import AnyQuery
from watchglass.alerts.windows import S
from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking, SqlQuery, UsageQuery
from watchglass.query.frames import span_words
from watchglass.query.usage_source import NICE_INTERVALS_S

MAX_EVALUATIONS = 12_000
"""Most evaluations of a rule with one series: a week of minutes, and a little more."""

MAX_GROUPED_EVALUATIONS = 2_100
"""The same of a rule that groups: a week of five minutes."""

MAX_SHOWN = 20
"""Most series whose values are given back, those that fired first."""

RULE_ID = "tried"


@dataclass(slots=True)
class Period:
    """A stretch in which an alert would have fired; times are nanoseconds since 1970 UTC.

    Attributes:
        started_at_ns: When the breach began.
        fired_at_ns: When it would have fired.
        resolved_at_ns: When it would have been resolved; None when it still fired at the end.
    """

    started_at_ns: int
    fired_at_ns: int
    resolved_at_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One series.

    Attributes:
        labels: What tells it apart.
        readings: What each evaluation said, aligned to the times; None where the series was not there.
        periods: When it would have fired, oldest first.
    """

    labels: dict[str, str]
    readings: list[Reading | None]
    periods: list[Period] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TryOut:
    """What a rule would have done.

    Attributes:
        step_s: Time between evaluations, in seconds: the rule's own, or a longer one where that would be very many.
        times_ns: End of the window of each evaluation, nanoseconds since 1970 UTC.
        series: All series, those that fired most first.
        firing_count: How often any of them would have fired.
        summary: That in words.
    """

    step_s: int
    times_ns: list[int]
    series: list[Tried]
    firing_count: int
    summary: str


def try_out(rule: Rule, asking: Asking, start_ns: int, end_ns: int) -> TryOut:
    """Try a rule over a range.

    Args:
        rule: The rule, of one project.
        asking: The store.
        start_ns: First nanosecond since 1970 UTC.
        end_ns: First nanosecond after the range; what is after the present is left out.

    Raises:
        InvalidInput: The rule cannot be evaluated as it is, or the range is empty or too long; the field is named.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    end_ns = min(end_ns, asking.now_ns - rule.delay_s * S)
    step_s = step_for(rule, (end_ns - start_ns) // S)
    step_ns = step_s * S
    times_ns = list(range((start_ns // step_ns + 1) * step_ns, end_ns + 1, step_ns))
    if not times_ns:
        raise InvalidInput("start", f"leaves no evaluation before end: they are {span_words(step_s)} apart, and {span_words(rule.delay_s) if rule.delay_s else 'nothing'} is waited for late data")
    readings = rule.when.read(watch(rule, asking, ForgottenStates()), times_ns)
    series = _series(readings)
    for transition in _transitions(rule, step_s, times_ns, readings):
        _note(series[transition.alert.fingerprint], transition)
    ordered = sorted(series.values(), key=lambda it: (-len(it.periods), -_most(it), sorted(it.labels.items())))
    count = sum(len(it.periods) for it in ordered)
    return TryOut(step_s, times_ns, ordered, count, _in_words(ordered, count, times_ns, step_s))


def step_for(rule: Rule, range_s: int) -> int:
    """Time between the evaluations of a try-out, in seconds.

    What does not add up, such as a percentile, is read in whole windows, so that one statement is enough.
    """
    step_s = -(-rule.every_s // grid_s(rule)) * grid_s(rule)
    queries = rule.when.queries(rule.query)
    if rule.when.is_of_whole_windows or not all(_slides(query) for query in queries):
        step_s = -(-step_s // rule.window_s) * rule.window_s
    most = MAX_GROUPED_EVALUATIONS if any(isinstance(it, SqlQuery) or it.group_by for it in queries) else MAX_EVALUATIONS
    if any(isinstance(it, SqlQuery) and not is_by_time(it) for it in queries):
        most = MAX_RUNS // len(queries)
    if range_s <= step_s * most:
        return step_s
    least_s = -(-range_s // most)
    return next((it for it in NICE_INTERVALS_S if it >= least_s and it % step_s == 0), -(-least_s // step_s) * step_s)


def _slides(query: AnyQuery) -> bool:
    """Whether windows of it that overlap can be read at once, or are read one by one."""
    return (isinstance(query, UsageQuery) and adds_up(query)) or (isinstance(query, SqlQuery) and not is_by_time(query))


def _series(readings: Sequence[Sequence[Reading]]) -> dict[str, Tried]:
    found: dict[str, Tried] = {}
    for place, listed in enumerate(readings):
        for reading in listed:
            name = fingerprint(RULE_ID, reading.labels)
            if name not in found:
                found[name] = Tried(dict(reading.labels), [None] * len(readings))
            found[name].readings[place] = reading
    return found


def _transitions(rule: Rule, step_s: int, times_ns: Sequence[int], readings: Sequence[Sequence[Reading]]) -> list[Transition]:
    timing = rule.model_copy(update={"every_s": step_s})
    found: list[Transition] = []
    alerts: dict[str, Alert] = {}
    for at_ns, listed in zip(times_ns, readings, strict=True):
        after = step(timing, RULE_ID, alerts, listed, at_ns + rule.delay_s * S)
        alerts = dict(after.alerts)
        found += after.transitions
    return found


def _note(tried: Tried, transition: Transition) -> None:
    if transition.change is Change.FIRED:
        tried.periods.append(Period(transition.alert.started_at_ns, transition.at_ns))
    elif transition.change is Change.RESOLVED and tried.periods:
        tried.periods[-1].resolved_at_ns = transition.at_ns


def _most(tried: Tried) -> float:
    values = [it.value for it in tried.readings if it is not None and it.value is not None]
    return float(np.max(np.abs(values))) if values else 0.0


def _in_words(series: Sequence[Tried], count: int, times_ns: Sequence[int], step_s: int) -> str:
    over = _length_words((times_ns[-1] - times_ns[0]) // S + step_s)
    untold = sum(it is not None and it.is_breached is None for tried in series for it in tried.readings)
    known = sum(it is not None for tried in series for it in tried.readings)
    doubt = f"; {untold / known:.0%} of the readings had too little data to tell" if untold else ""
    if not count:
        return f"would not have fired in {over}{doubt}" if known else f"there was nothing to read in {over}"
    times = "once" if count == 1 else f"{count} times"
    fired = sum(bool(it.periods) for it in series)
    which = f", for {fired} of {len(series)} series" if len(series) > 1 else ""
    return f"would have fired {times} in {over}{which}{doubt}"


def _length_words(length_s: int) -> str:
    for size_s, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if length_s >= 2 * size_s:
            return f"{length_s / size_s:.3g} {word}"
    return f"{length_s} seconds"
