"""What a user says a model costs: which calls an override is for, and which override wins."""

from watchglass.ingest.price_formula import build_formula, prices_of
from watchglass.ingest.price_schedule import Period, Step
from watchglass.store.control.prices import PriceOverride

SOURCE = "override"


def matches(override: PriceOverride, project_id: str, provider_name: str, model: str) -> bool:
    """Whether an override is for calls of this project, provider and model, at whatever time."""
    if override.project_id not in (None, project_id):
        return False
    if override.provider_name and override.provider_name.lower() != provider_name.lower():
        return False
    return matches_pattern(override.model.lower(), model.lower())


def matches_pattern(pattern: str, text: str) -> bool:
    """Whether `text` is `pattern`, in which each `*` stands for any text; in time that grows with the length alone.

    >>> matches_pattern("gpt-*-mini", "gpt-4o-mini")
    True
    """
    first, *others = pattern.split("*")
    if not others:
        return pattern == text
    *middle, last = others
    at = len(first)
    if not text.startswith(first):
        return False
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - len(last) >= at and text.endswith(last)


def precedence(override: PriceOverride) -> tuple[bool, bool, bool, int, int, int, str]:
    """Sort key of overrides, the one that wins last.

    One project before all, an exact model before a pattern, one provider before any, a longer pattern before a shorter;
    then the one that began to hold last, then the newest.
    """
    return (
        override.project_id is not None,
        "*" not in override.model,
        override.provider_name != "",
        len(override.model.replace("*", "")),
        override.valid_from_ns,
        override.created_at_ns,
        override.id,
    )


def step(override: PriceOverride) -> Step:
    """Return an override as a step of a schedule."""
    rates = {"input_mtok": override.input_usd_per_mtok, "output_mtok": override.output_usd_per_mtok}
    if override.cache_read_usd_per_mtok is not None:
        rates["cache_read_mtok"] = override.cache_read_usd_per_mtok
    if override.cache_creation_usd_per_mtok is not None:
        rates["cache_write_mtok"] = override.cache_creation_usd_per_mtok
    return Step(Period(from_ns=override.valid_from_ns), build_formula(prices_of(rates)), SOURCE)
