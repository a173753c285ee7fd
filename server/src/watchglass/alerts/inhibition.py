"""Inhibition: what is not told because something worse, of which it follows, is told already. Pure, as in Alertmanager."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchglass.alerts.matchers import Matcher, match_all
from watchglass.alerts.rule import Rule


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that fits `source` fires, those that fit `target` and have the same values are not told.

    Attributes:
        source: Matchers of the alert that is the reason.
        target: Matchers of the alerts that follow from it.
        equal: Labels whose values both have alike; one that neither has is alike. None for all labels of the series that
            both have.
    """

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires, as inhibition sees it.

    Attributes:
        fingerprint: Names it.
        series: The labels of its series.
        labels: All labels that matchers see.
    """

    fingerprint: str
    series: Mapping[str, str]
    labels: Mapping[str, str]


def of_rule(rule: Rule) -> tuple[Inhibition, ...]:
    """What a rule's own `inhibited_by` says."""
    target = (Matcher("rule", "=", rule.name),)
    return tuple(Inhibition((Matcher("rule", "=", name),), target, None) for name in rule.inhibited_by if name != rule.name)


def inhibitor_of(alert: Firing, firing: Sequence[Firing], inhibitions: Iterable[Inhibition]) -> Firing | None:
    """The alert for which `alert` is not told; None when there is none.

    An alert that fits source and target both is inhibited by none that does so too, so that two cannot silence each other.
    """
    for inhibition in inhibitions:
        if not match_all(inhibition.target, alert.labels):
            continue
        is_both = match_all(inhibition.source, alert.labels)
        for source in firing:
            if source.fingerprint == alert.fingerprint or not match_all(inhibition.source, source.labels):
                continue
            if is_both and match_all(inhibition.target, source.labels):
                continue
            if _is_alike(inhibition.equal, source, alert):
                return source
    return None


def _is_alike(equal: tuple[str, ...] | None, source: Firing, target: Firing) -> bool:
    if equal is None:
        shared = source.series.keys() & target.series.keys()
        return all(source.series[name] == target.series[name] for name in shared)
    return all(source.labels.get(name, "") == target.labels.get(name, "") for name in equal)
