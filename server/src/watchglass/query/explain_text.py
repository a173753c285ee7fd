"""An explanation in words, for messages, post-mortems and screens."""

from watchglass.query.explanation import Cause, Explanation

MOST_LINES = 8

_SHORT_NAMES = {
    "service_name": "service", "provider_name": "provider", "prompt_name": "prompt", "prompt_version": "prompt version",
    "tool_name": "tool", "agent_name": "agent", "operation_name": "operation", "host_name": "host", "user_id": "user",
    "resource.cloud.region": "region", "error_type": "error type",
}  # fmt: skip


def explanation_lines(found: Explanation) -> list[str]:
    """Return one sentence a finding, the causes first; values of dimensions stand as they were sent."""
    lines = [*_verdict(found), *(_cause(it, found) for it in found.causes)]
    if found.verdict == "causes" and found.everywhere_ratio >= 0.25:
        lines.append(f"{_percent(found.everywhere_ratio)} of the change is not explained by these.")
    if found.symptoms and not any("error_type" in it.dimensions for it in found.causes):
        first = found.symptoms[0]
        lines.append(f"{_percent(first.share)} of the additional errors are {first.error_type}: {first.count:,}, {first.before_count:,} before.")
    for release in found.releases[:2]:
        new = "new: its first span was" if release.is_new else f"{_percent(release.before_share)} before, grown since"
        lines.append(f"Release {release.release} of {release.service_name} has {_percent(release.share)} of its spans ({new} within this time).")
    for metric in found.metrics[:2]:
        of = ", ".join(metric.labels.values())
        lines.append(f"{metric.name} of {of or 'all'} moved from {_number(metric.before)} to {_number(metric.value)} {metric.unit}".rstrip() + ".")
    return lines[:MOST_LINES]


def named(dimensions: dict[str, str]) -> str:
    """Write names and values for people.

    >>> named({"service_name": "search", "release": "2.1"})
    'service search, release 2.1'
    """
    return ", ".join(f"{_SHORT_NAMES.get(name, name)} {value}" for name, value in dimensions.items())


def _verdict(found: Explanation) -> list[str]:
    match found.verdict:
        case "everywhere":
            return ["No model, release, host, user or other dimension explains it: it changed everywhere alike."]
        case "unchanged":
            return ["The measure differs from the baseline by no more than chance would."]
        case "too_little":
            return ["There are too few spans in this time or in the baseline to tell why."]
        case "causes":
            return []


def _cause(cause: Cause, found: Explanation) -> str:
    what = {"behaviour": "changed", "amount": "came more or less often", "mix": "became another part of all calls"}[cause.kind]
    if cause.is_new:
        what = "is new"
    # the few spans of what is new that came before the range say nothing of how it was
    before = "" if cause.before is None or cause.is_new else f", {_value(cause.before, found)} before"
    times = "" if cause.risk_ratio is None else f", {cause.risk_ratio:.3g} times what was to be expected"
    also = f" (the same calls: {'; '.join(named(it) for it in cause.also[:2])})" if cause.also else ""
    text = named(cause.dimensions)
    return f"{text[:1].upper()}{text[1:]}{also} {what}: {_value(cause.value, found)}{before}{times}; explains {_percent(cause.contribution_ratio)} of the change."


def _value(value: float | None, found: Explanation) -> str:
    """A cause's value in words; of a percentile it is a share."""
    if value is None:
        return "unknown"
    if found.threshold is not None:
        return f"{_percent(value)} slower than {_seconds(found.threshold)}"
    if found.measure == "error_count" and found.per is not None:
        return f"{_percent(value)} fail"
    if found.unit == "ns":
        return _seconds(value)
    return f"{_number(value)} {found.unit}".rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _seconds(time_ns: float) -> str:
    return f"{time_ns / 1e6:.0f} ms" if time_ns < 1e9 else f"{time_ns / 1e9:.3g} s"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
