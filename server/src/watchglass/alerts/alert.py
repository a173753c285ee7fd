"""One series of a rule while something is, may be or just was wrong with it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchglass.alerts.reading import Reading


class AlertState(StrEnum):
    """Where an alert stands.

    Members:
        INACTIVE: Nothing is wrong; such an alert is not kept.
        PENDING: The condition holds, not for long enough yet.
        FIRING: The condition held for long enough.
        RESOLVED: It fired and is over; kept for a while, as it may come back.
    """

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """One series of a rule.

    Attributes:
        rule_id: The rule.
        fingerprint: Names rule and series, see `fingerprint`.
        labels: What tells the series apart.
        state: Where it stands.
        since_ns: Since when it stands there, nanoseconds since 1970 UTC.
        counted_from_ns: What is waited for is counted from here: the breach while pending, the recovery while firing; it
            moves on while nothing is known, as that time does not count. None when nothing is waited for.
        started_at_ns: When the breach began that it is about.
        fired_at_ns: When it fired last; None when it has not.
        resolved_at_ns: When it was resolved last; None when it was not, or fires again.
        seen_at_ns: When the series was last there.
        known_at_ns: When there was last enough data to tell.
        last_reading: The last reading of it that could tell; it is from `known_at_ns`.
        firings_ns: When it fired within the last FLAP_WINDOW_S, oldest first.
        is_corrected: Whether data that came late took away the breach for which it fires.
    """

    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    state: AlertState
    since_ns: int
    counted_from_ns: int | None
    started_at_ns: int
    fired_at_ns: int | None
    resolved_at_ns: int | None
    seen_at_ns: int
    known_at_ns: int
    last_reading: Reading
    firings_ns: tuple[int, ...] = ()
    is_corrected: bool = False


def fingerprint(rule_id: str, labels: Mapping[str, str]) -> str:
    """Name a series of a rule: 32 hexadecimal digits, the same for the same labels in any order.

    >>> fingerprint("rule_1", {"a": "1", "b": "2"}) == fingerprint("rule_1", {"b": "2", "a": "1"})
    True
    """
    said = json.dumps([rule_id, sorted(labels.items())], separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
