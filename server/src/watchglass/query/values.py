"""What a value in a filter says: a number, a duration, a time, a pattern."""

import math
import re

from watchglass.errors import InvalidInput
from watchglass.query.filter import invalid
from watchglass.query.scope import UNITS_NS, parse_time

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{0,9})?)(ns|us|µs|ms|s|m|h|d|w)", re.ASCII)


def number(text: str) -> float | None:
    """Read a finite number, or None when `text` is none; an integer stays exact.

    >>> number("1e3"), number("0.5"), number("two")
    (1000.0, 0.5, None)
    """
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def duration_ns(text: str) -> int | None:
    """Read a duration with its unit as nanoseconds, or None when `text` is none.

    >>> duration_ns("1.5s")
    1500000000
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    whole, _, fraction = match.group(1).partition(".")
    unit_ns = UNITS_NS[match.group(2)]
    return int(whole) * unit_ns + int(fraction or 0) * unit_ns // int(10 ** len(fraction))


def truth(text: str) -> bool | None:
    """Read `true` or `false` in whatever case, or None when `text` is neither."""
    return {"true": True, "false": False}.get(text.lower())


def time_ns(name: str, text: str, now_ns: int | None, position: int) -> int:
    """Read a time as `scope.parse_time` does, as nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: It is no time; the field is `filter`.
    """
    try:
        return parse_time(name, text, now_ns)
    except InvalidInput as error:
        raise invalid(position, f"{name}: {error.detail}") from error


def like(pattern: str) -> str:
    r"""Write a pattern, in which each `*` is any text, as the right side of LIKE.

    >>> like("50%_*")
    '50\\%\\_%'
    """
    return re.sub(r"[\\%_]", r"\\\g<0>", pattern).replace("*", "%")
