"""What is evaluated: each rule in each project that it watches, and when."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from watchglass.alerts.rule import Rule

S = 10**9

SPREAD_RATIO = 0.25
MAX_SPREAD_S = 15.0
"""Rules that are due at one moment are spread over this much of the time between evaluations, at most so many seconds."""


class Given(Protocol):
    """A rule as it is given to the evaluator, wherever it comes from."""

    @property
    def id(self) -> str:
        """Names it, in up to 55 characters."""
        ...

    @property
    def rule(self) -> Rule:
        """The rule."""
        ...


class RuleSource(Protocol):
    """Where rules come from."""

    def rules(self) -> Iterable[Given]:
        """Return all rules as they are now; cheap, as it is asked each second. A rule that did not change is the same object."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule in one project.

    Attributes:
        project_id: The project.
        rule_id: The rule.
        rule: The rule, of that project alone.
    """

    project_id: str
    rule_id: str
    rule: Rule

    @property
    def key(self) -> tuple[str, str]:
        """Project and rule."""
        return self.project_id, self.rule_id

    @property
    def every_ns(self) -> int:
        """Time between evaluations."""
        return self.rule.every_s * S

    @property
    def spread_ns(self) -> int:
        """How long after a moment it is evaluated: always the same for one rule, and different among rules."""
        most_ns = int(min(self.rule.every_s * SPREAD_RATIO, MAX_SPREAD_S) * S)
        name = hashlib.sha256("\0".join(self.key).encode()).digest()
        return int.from_bytes(name[:8]) % max(1, most_ns)

    def moment_at(self, now_ns: int) -> int:
        """The newest moment that is evaluated by `now_ns`: a multiple of the time between evaluations."""
        return (now_ns - self.spread_ns) // self.every_ns * self.every_ns

    def due_ns(self, moment_ns: int) -> int:
        """When `moment_ns` is evaluated."""
        return moment_ns + self.spread_ns


def watched_rules(given: Iterable[Given], project_ids: Collection[str]) -> list[Watched]:
    """Return each enabled rule in each project that it watches; one for no project in particular watches all."""
    return [
        Watched(project_id, it.id, it.rule if it.rule.project else it.rule.model_copy(update={"project": project_id}))
        for it in given
        if it.rule.is_enabled
        for project_id in ([it.rule.project] if it.rule.project else sorted(project_ids))
    ]
