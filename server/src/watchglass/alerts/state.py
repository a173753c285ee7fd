"""The step of alerts from one evaluation to the next: pure, so that live, catching up and trying out are one thing.

As in Prometheus a breach is pending until it has lasted (`for_s`), and a firing alert stays so for a while after it has
recovered (`keep_firing_for_s`). Beyond it: recovery may have a threshold of its own (hysteresis), a series without enough
data keeps its state while its clocks stand still, a series that is gone resolves after a stated time, an alert that comes
and goes is held (flap damping), and what data that came late change is corrected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from watchglass.alerts.alert import Alert, AlertState, fingerprint
from watchglass.alerts.reading import Reading

S = 10**9

GONE_S = 300.0
"""How long a series may be absent before its alert ends, in seconds; three evaluations where those take longer."""

UNKNOWN_S = 86_400.0
"""How long an alert keeps its state without enough data to tell, in seconds."""

FLAP_WINDOW_S = 3600.0
FLAP_FIRINGS = 3
"""An alert that fired so many times within FLAP_WINDOW_S flaps."""

FLAP_CALM_S = 900.0
"""How long a flapping alert must have recovered before it is resolved, in seconds."""


class Timing(Protocol):
    """What of a rule says how its alerts go on; all in seconds."""

    @property
    def every_s(self) -> float:
        """Time from one evaluation to the next."""
        ...

    @property
    def for_s(self) -> float:
        """How long a breach must last before it fires."""
        ...

    @property
    def keep_firing_for_s(self) -> float:
        """How long a firing alert must have recovered before it is resolved."""
        ...


class Change(StrEnum):
    """What happened to an alert."""

    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    FIRED = "fired"
    RESOLVED = "resolved"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of one alert.

    Attributes:
        change: What happened.
        alert: The alert after it.
        at_ns: When, by the evaluation, nanoseconds since 1970 UTC.
        why: In words, what is not plain from the change itself; empty when it is.
    """

    change: Change
    alert: Alert
    at_ns: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What an evaluation makes of alerts.

    Attributes:
        alerts: All that are not inactive, by fingerprint; resolved ones for FLAP_WINDOW_S.
        transitions: What changed, in the order of the readings.
    """

    alerts: Mapping[str, Alert]
    transitions: tuple[Transition, ...]


def step(rule: Timing, rule_id: str, alerts: Mapping[str, Alert], readings: Iterable[Reading], now_ns: int) -> Step:
    """Take alerts on by one evaluation.

    Args:
        rule: How they go on.
        rule_id: Names the rule.
        alerts: The rule's alerts before, by fingerprint.
        readings: What the evaluation says, one a series.
        now_ns: When it was evaluated, later than the evaluation before; nanoseconds since 1970 UTC.
    """
    after: dict[str, Alert] = {}
    transitions: list[Transition] = []
    for reading in readings:
        name = fingerprint(rule_id, reading.labels)
        alert, change, why = _read(rule, alerts.get(name) or begun(rule_id, name, reading, now_ns), reading, now_ns)
        after[name] = alert
        if change is not None:
            transitions.append(Transition(change, alert, now_ns, why))
    for name, before in alerts.items():
        if name not in after:
            alert, change, why = _absent(rule, before, now_ns)
            after[name] = alert
            if change is not None:
                transitions.append(Transition(change, alert, now_ns, why))
    return Step({name: alert for name, alert in after.items() if _is_kept(alert, now_ns)}, tuple(transitions))


def is_flapping(alert: Alert) -> bool:
    """Whether an alert came and went so often that it is held."""
    return len(alert.firings_ns) >= FLAP_FIRINGS


def begun(rule_id: str, name: str, reading: Reading, now_ns: int) -> Alert:
    """An alert of a series that had none: inactive."""
    return Alert(
        rule_id=rule_id,
        fingerprint=name,
        labels=dict(reading.labels),
        state=AlertState.INACTIVE,
        since_ns=now_ns,
        counted_from_ns=None,
        started_at_ns=now_ns,
        fired_at_ns=None,
        resolved_at_ns=None,
        seen_at_ns=now_ns,
        known_at_ns=now_ns,
        last_reading=reading,
    )


_Read = tuple[Alert, Change | None, str]


def _read(rule: Timing, before: Alert, reading: Reading, now_ns: int) -> _Read:
    """One alert whose series is there."""
    seen = replace(before, seen_at_ns=now_ns, firings_ns=_recent(before.firings_ns, now_ns))
    if reading.is_breached is None:
        return _unknown(seen, before, now_ns)
    known = _standing_still(seen, _missed_ns(rule, before, now_ns))
    known = replace(known, known_at_ns=now_ns, last_reading=reading)
    if before.state is AlertState.FIRING:
        return _firing(rule, known, reading, now_ns)
    if not reading.is_breached:
        return _calm(known, now_ns)
    if before.state is not AlertState.PENDING:
        known = replace(
            known, state=AlertState.PENDING, since_ns=now_ns, counted_from_ns=now_ns, started_at_ns=now_ns, is_corrected=False
        )
    assert known.counted_from_ns is not None
    if now_ns - known.counted_from_ns >= rule.for_s * S:
        return fired(known, now_ns), Change.FIRED, ""
    return known, Change.PENDING if before.state is not AlertState.PENDING else None, ""


def _firing(rule: Timing, alert: Alert, reading: Reading, now_ns: int) -> _Read:
    """One that fires, with a reading that can tell."""
    if reading.is_breached or not reading.is_recovered:
        return replace(alert, counted_from_ns=None), None, ""
    counted_from_ns = now_ns if alert.counted_from_ns is None else alert.counted_from_ns
    is_held = is_flapping(alert)
    wait_s = max(rule.keep_firing_for_s, FLAP_CALM_S) if is_held else rule.keep_firing_for_s
    if now_ns - counted_from_ns < wait_s * S:
        return replace(alert, counted_from_ns=counted_from_ns), None, ""
    why = f"it came and went {len(alert.firings_ns)} times and was calm for {wait_s:g} s" if is_held else ""
    return resolved(alert, now_ns), Change.RESOLVED, why


def _calm(alert: Alert, now_ns: int) -> _Read:
    """One that does not fire, with a reading that is not a breach."""
    if alert.state is not AlertState.PENDING:
        return alert, None, ""
    return withdrawn(alert, now_ns), Change.WITHDRAWN, ""


def _unknown(seen: Alert, before: Alert, now_ns: int) -> _Read:
    """One without enough data to tell: it stays as it is, and its clock stands still."""
    if seen.state not in (AlertState.PENDING, AlertState.FIRING):
        return seen, None, ""
    if now_ns - seen.known_at_ns >= UNKNOWN_S * S:
        return _end(seen, now_ns, f"there was not enough data to tell for {UNKNOWN_S / 3600:g} h")
    return _standing_still(seen, now_ns - before.seen_at_ns), None, ""


def _absent(rule: Timing, before: Alert, now_ns: int) -> _Read:
    """One whose series is not among the readings."""
    alert = replace(before, firings_ns=_recent(before.firings_ns, now_ns))
    if alert.state not in (AlertState.PENDING, AlertState.FIRING):
        return alert, None, ""
    gone_s = max(GONE_S, 3 * rule.every_s)
    if now_ns - alert.seen_at_ns >= gone_s * S:
        return _end(alert, now_ns, f"the series is gone for {gone_s:g} s")
    return alert, None, ""


def _standing_still(alert: Alert, unknown_ns: int) -> Alert:
    """Move what is counted from on by the time of which nothing is known."""
    if alert.counted_from_ns is None or not unknown_ns:
        return alert
    return replace(alert, counted_from_ns=alert.counted_from_ns + unknown_ns)


def _missed_ns(rule: Timing, before: Alert, now_ns: int) -> int:
    """The time since the series was there before, less one evaluation: it was gone, or nobody evaluated."""
    return max(0, now_ns - before.seen_at_ns - int(rule.every_s * S))


def _end(alert: Alert, now_ns: int, why: str) -> _Read:
    if alert.state is AlertState.FIRING:
        return resolved(alert, now_ns), Change.RESOLVED, why
    return withdrawn(alert, now_ns), Change.WITHDRAWN, why


def fired(alert: Alert, now_ns: int) -> Alert:
    """The alert as it is once it fires."""
    return replace(
        alert,
        state=AlertState.FIRING,
        since_ns=now_ns,
        counted_from_ns=None,
        fired_at_ns=now_ns,
        resolved_at_ns=None,
        firings_ns=(*alert.firings_ns, now_ns),
    )


def resolved(alert: Alert, now_ns: int) -> Alert:
    """A firing alert as it is once it is over."""
    return replace(alert, state=AlertState.RESOLVED, since_ns=now_ns, counted_from_ns=None, resolved_at_ns=now_ns)


def withdrawn(alert: Alert, now_ns: int) -> Alert:
    """A pending alert as it is once its breach is over."""
    state = AlertState.RESOLVED if alert.firings_ns else AlertState.INACTIVE
    return replace(alert, state=state, since_ns=now_ns, counted_from_ns=None)


def _recent(moments_ns: tuple[int, ...], now_ns: int) -> tuple[int, ...]:
    return tuple(moment for moment in moments_ns if now_ns - moment < FLAP_WINDOW_S * S)


def _is_kept(alert: Alert, now_ns: int) -> bool:
    if alert.state is AlertState.RESOLVED:
        return now_ns - alert.since_ns < FLAP_WINDOW_S * S
    return alert.state is not AlertState.INACTIVE
