"""Turns on the OpenTelemetry instrumentations that are installed, and names those that fail."""

import logging
import re
import sys
from collections.abc import Collection, Iterable
from importlib.metadata import EntryPoint, entry_points

log = logging.getLogger("watchglass_probe")

GROUP = "opentelemetry_instrumentor"
PREFERENCE = ("opentelemetry-instrumentation-genai-", "openinference-instrumentation-", "opentelemetry-instrumentation-")
"""Of several for one library the one whose distribution begins so: two would make two spans of each call."""


def turn_on(wanted: Collection[str] | None, silenced: Collection[str]) -> list[str]:
    """Turn on what is installed.

    Args:
        wanted: Entry points by name; None for all.
        silenced: Names left out.

    Returns:
        The distributions whose instrumentation is on.
    """
    found = [
        point for point in entry_points(group=GROUP) if point.name not in silenced and (wanted is None or point.name in wanted)
    ]
    for name in sorted(set(wanted or ()) - {point.name for point in found} - set(silenced)):
        log.warning("no instrumentation is installed under the name %s", name)
    return [distribution(point) for point in chosen(found) if _turn_on(point)]


def chosen(points: Iterable[EntryPoint]) -> list[EntryPoint]:
    """One entry point a name, the preferred one, and none where the application has turned one on; the others are said."""
    by_name: dict[str, list[EntryPoint]] = {}
    for point in points:
        by_name.setdefault(point.name, []).append(point)
    kept = []
    for name, rivals in sorted(by_name.items()):
        if any(_is_on(point) for point in rivals):
            continue
        first, *others = sorted(rivals, key=_rank)
        kept.append(first)
        if others:
            log.info("%s: %s is used, not %s", name, distribution(first), ", ".join(map(distribution, others)))
    return kept


def distribution(point: EntryPoint) -> str:
    """The name of the package that an entry point comes from, normalised."""
    return re.sub(r"[-_.]+", "-", point.dist.name).lower() if point.dist is not None else point.value


def _rank(point: EntryPoint) -> tuple[int, str]:
    name = distribution(point)
    place = next((place for place, prefix in enumerate(PREFERENCE) if name.startswith(prefix)), len(PREFERENCE))
    return place, name


def _is_on(point: EntryPoint) -> bool:
    """Whether the application has turned it on itself; only what is imported already can be."""
    if point.module not in sys.modules:
        return False
    return bool(getattr(point.load()(), "is_instrumented_by_opentelemetry", False))


def _turn_on(point: EntryPoint) -> bool:
    """Whether it is on now; what it raises is its own fault and never the application's."""
    try:
        point.load()().instrument(raise_exception_on_conflict=True)
    except Exception as error:
        if type(error).__name__ == "DependencyConflictError":
            log.info("instrumentation %s (%s) stays off: %s", point.name, distribution(point), error)
        else:
            log.warning(
                "instrumentation %s (%s) failed: %s: %s", point.name, distribution(point), type(error).__name__, error
            )
        return False
    return True
