"""When an incident is told, and as what. Pure: what was told before, how it stands, and the time decide."""

from collections.abc import Set
from dataclasses import dataclass

from watchglass.alerts.notify.message import MessageKind

S = 10**9

GROUP_WAIT_S = 5.0
"""How long an incident is held before it is first told, in seconds: for more of the same, and for what explains it."""

GROUP_INTERVAL_S = 300.0
"""Shortest time from one message of an incident to one that says that more series joined it, in seconds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an incident stands.

    Attributes:
        opened_at_ns: When it was opened, by the clock, nanoseconds since 1970 UTC.
        is_open: Whether it goes on.
        is_acknowledged: Whether somebody said that they look after it.
        is_ready: Whether what explains it is known, or never will be.
        firing: Fingerprints of its alerts that fire and are neither silenced nor inhibited.
        told: Fingerprints of the alerts that it was told of; empty when it was not told.
        told_at_ns: When it was last told; None when it was not.
        is_end_told: Whether its end was told.
        remind_every_s: Time between reminders, in seconds; 0 for none.
    """

    opened_at_ns: int
    is_open: bool
    is_acknowledged: bool
    is_ready: bool
    firing: Set[str]
    told: Set[str]
    told_at_ns: int | None
    is_end_told: bool
    remind_every_s: float


def due(standing: Standing, now_ns: int) -> MessageKind | None:
    """What is to be told now; None for nothing.

    What is over before it was told is not told. What was told to begin is told to end, also when it is silenced meanwhile: a
    pager that rings must learn that it may stop. Who acknowledged is told of nothing but the end.
    """
    if not standing.is_open:
        return MessageKind.RESOLVED if standing.told_at_ns is not None and not standing.is_end_told else None
    if not standing.firing or standing.is_acknowledged:
        return None
    if standing.told_at_ns is None:
        is_time = standing.is_ready or now_ns - standing.opened_at_ns >= GROUP_WAIT_S * S
        return MessageKind.FIRING if is_time else None
    since_ns = now_ns - standing.told_at_ns
    if standing.firing - standing.told and since_ns >= GROUP_INTERVAL_S * S:
        return MessageKind.FIRING
    if standing.remind_every_s and since_ns >= standing.remind_every_s * S:
        return MessageKind.REMINDER
    return None
