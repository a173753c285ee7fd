"""What one series came to at one evaluation of a rule."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One series at one evaluation.

    Attributes:
        labels: What tells the series apart from others of the rule; empty where nothing is grouped by.
        at_ns: End of the window that was read, nanoseconds since 1970 UTC; the delay lies between it and the evaluation.
        value: The value, in the query's unit; None where nothing is known.
        is_breached: Whether it is outside of what is allowed; None where there is not enough data to tell (too little
            traffic, no history), which neither fires nor resolves.
        is_recovered: Whether it is back within the recovery threshold; without one: whether it is not breached.
        threshold: What the value was compared with, in its unit; None where that is a band or nothing.
        lower: Lower end of the band; None without one.
        upper: Upper end of the band; None without one.
        expected: What was expected: the forecast, or the value of yesterday; None without one.
        score: How unusual it is, larger is more; None where that is not measured.
        p_value: How likely it is by chance, 0 to 1; None where that is not known.
        note: For people: why it cannot be told, or what else matters ("3 of 14 days of history"); may be empty.
    """

    labels: Mapping[str, str]
    at_ns: int
    value: float | None
    is_breached: bool | None
    is_recovered: bool
    threshold: float | None = None
    lower: float | None = None
    upper: float | None = None
    expected: float | None = None
    score: float | None = None
    p_value: float | None = None
    note: str = ""
