"""A process that evaluates a scripted rule as fast as it can, to be killed at any moment: python -m, its arguments below."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from watchglass.alerts.evaluator import Evaluator
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.teller import Teller
from watchglass.clock import FixedClock
from watchglass.store.control.database import ControlDatabase
from watchglass.telemetry import Telemetry

S = 10**9
EVERY_S = 60
PERIOD = 40
BREACHED = 5
"""Of PERIOD evaluations the first BREACHED are a breach."""

RULE = Rule.model_validate(
    {
        "name": "scripted", "project": "default", "every_s": EVERY_S, "for_s": EVERY_S, "delay_s": 0,
        "query": {"source": "usage", "measures": ["error_count"]}, "when": {"kind": "threshold", "above": 5},
        "notify": ["pager", "chat"], "remind_every_s": 0,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """The rule under its id."""

    id: str
    rule: Rule


def is_breach(at_ns: int) -> bool:
    """What the script says of a moment."""
    return at_ns // (EVERY_S * S) % PERIOD < BREACHED


def evaluate(rule: Rule, at_ns: int) -> Sequence[Reading]:
    """The script's reading."""
    breach = is_breach(at_ns)
    return [Reading({}, at_ns, 9.0 if breach else 1.0, breach, not breach, 5)]


class Rules:
    """One rule."""

    def rules(self) -> list[Given]:
        """Itself."""
        return [Given("rule_scripted", RULE)]


def main(control_url: str, start_ns: str, holder: str) -> None:
    """Evaluate and tell for ever from a moment on, each step being twenty seconds."""
    from alerts.conftest import AtOnce

    control = ControlDatabase(control_url)
    clock = FixedClock(int(start_ns))
    evaluator = Evaluator(
        Rules(), lambda: ["default"], evaluate, control, clock, Telemetry(),
        holder=holder, draw=lambda readings: None, on_change=lambda project: None, recheck_s=120, pool=AtOnce(),
    )  # fmt: skip
    teller = Teller(
        control, clock, holder=holder, targets_of=lambda rule: rule.notify, draw=lambda incident, name: None,
        on_change=lambda project: None,
    )  # fmt: skip
    print("ready", flush=True)
    while True:
        clock.advance_s(20)
        evaluator.step()
        teller.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
