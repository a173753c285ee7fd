"""Numbers as people read them, word for word as the screens write them (web/src/lib/format.ts)."""

import math
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "–"
MINUS = "−"

_NS_PER_UNIT = {"ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "min": 60e9, "h": 3600e9}
_COUNTS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def format_amount(value: float | None, unit: str) -> str:
    """Write a number with its unit: 1.28 s, 12.3k tokens, $0.0123, 43.2 tokens/s, 1.5 GiB, 3.4%.

    Args:
        value: The number; None and what is not finite are a dash.
        unit: The API's (ns, tokens, USD, ratio, 1/s) or that of OpenTelemetry's metrics (s, By, %, {request}); empty for none.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if unit in _NS_PER_UNIT:
        return format_duration(value * _NS_PER_UNIT[unit])
    match unit:
        case "usd" | "USD":
            return format_cost(value)
        case "ratio":
            return format_share(value)
        case "%":
            return f"{format_number(value)}%"
        case "bytes" | "By":
            return _format_bytes(value)
        case "1/s":
            return f"{format_number(value)} /s"
    # a unit in braces is a note and not a unit; "1" is none
    word = unit[1:-1] if unit.startswith("{") and unit.endswith("}") else unit
    return format_number(value) if word in ("", "1") else f"{format_number(value)} {word}"


def format_duration(duration_ns: float) -> str:
    """Write a duration in nanoseconds: 420 µs, 35.2 ms, 1.28 s, 2 m 05 s, 3 h 12 m."""
    if duration_ns < 0:
        return f"{MINUS}{format_duration(-duration_ns)}"
    if duration_ns == 0:
        return "0 ms"
    for end_ns, size_ns, unit in ((999.5, 1.0, "ns"), (999.5e3, 1e3, "µs"), (999.5e6, 1e6, "ms"), (59.95e9, 1e9, "s")):
        if duration_ns < end_ns:
            return f"{_three_digits(duration_ns / size_ns)} {unit}"
    seconds = _rounded(duration_ns / 1e9)
    if seconds < 3600:
        return f"{seconds // 60} m {seconds % 60:02} s"
    minutes = _rounded(duration_ns / 60e9)
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} m"
    return f"{_three_digits(minutes / 1440)} d"


def format_cost(cost_usd: float) -> str:
    """Write US dollars, small sums with enough digits to differ: $0.000042, $0.0123, $1.23, $12,345."""
    if cost_usd == 0:
        return "$0"
    size = abs(cost_usd)
    sign = MINUS if cost_usd < 0 else ""
    if size >= 999.995:
        return f"{sign}${_rounded(size):,}"
    if size >= 0.995:
        return f"{sign}${_fixed(size, 2)}"
    if size < 1e-8:
        return f"{sign}<$0.00000001"
    return f"{sign}${_fixed(size, min(9, 2 - math.floor(math.log10(size)))).rstrip('0')}"


def format_share(ratio: float) -> str:
    """Write a ratio of 0 to 1 as a percentage: 0%, 0.12%, 3.4%, 57%."""
    if ratio < 0:
        return f"{MINUS}{format_share(-ratio)}"
    percent = ratio * 100
    if percent == 0:
        return "0%"
    if percent < 0.01:
        return "<0.01%"
    if percent < 0.995:
        return f"{_fixed(percent, 2)}%"
    return f"{_fixed(percent, 1)}%" if percent < 9.95 else f"{_rounded(percent):,}%"


def format_number(value: float) -> str:
    """Write a number in about three digits, of whatever size: 0.00123, 0.5, 12.3, 987, 12.3k."""
    size = abs(value)
    if size >= 999.5:
        for step, unit in _COUNTS:
            # 999,950 would round to 1000k, so the next unit begins a little earlier
            if size >= step * 0.9995:
                return f"{_three_digits(value / step)}{unit}"
    if size >= 1 or size == 0:
        return _three_digits(value)
    return format(Decimal(f"{value:.3g}"), "f")


def _format_bytes(count: float) -> str:
    step = 0
    while abs(count) >= 1023.5 and step < len(_BYTES) - 1:
        count /= 1024
        step += 1
    return f"{_three_digits(count)} {_BYTES[step]}"


def _three_digits(value: float) -> str:
    size = abs(value)
    text = _fixed(value, 2 if size < 9.995 else 1 if size < 99.95 else 0)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(value: float, digits: int) -> str:
    """A number with so many digits after the point, halves rounded up as JavaScript does, not to even as Python does."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)
