"""Control databases of both kinds, and servers that evaluate scripted rules over them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import pytest

from doubles.control_databases import control, control_url, open_control, postgres
from watchglass.alerts.evaluator import Evaluator
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.teller import Teller
from watchglass.clock import FixedClock
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.incidents import Asked, Incident, list_incidents, read_timeline
from watchglass.store.control.notifications import Logged, list_notifications
from watchglass.store.readings import KeptReading
from watchglass.telemetry import Telemetry

__all__ = ["control", "control_url", "open_control", "postgres"]

S = 10**9
START_NS = 1_800_000_000 * S


@dataclass(frozen=True)
class Given:
    """A rule under its id."""

    id: str
    rule: Rule



def rule(name: str = "slow", **changes: Any) -> Rule:
    """A rule of the project `default`."""
    said: dict[str, Any] = {
        "name": name,
        "project": "default",
        "query": {"source": "usage", "measures": ["error_count"], "group_by": ["model"]},
        "when": {"kind": "threshold", "above": 5},
        "notify": ["pager"],
        "delay_s": 0,
    }
    return Rule.model_validate({**said, **changes})


class AtOnce(Executor):
    """Runs what is submitted before it returns."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(work(*arguments, **named))
        return future


class House:
    """A server that evaluates scripted rules: the values of each series at each moment.

    Attributes:
        values: The value of each series by model, or what is raised, from now on.
        evaluated: The moments that were evaluated, with the rule's name.
    """

    def __init__(self, control: ControlDatabase, clock: FixedClock, given: Iterable[Given], holder: str, recheck_s: float) -> None:
        self.control = control
        self.clock = clock
        self.given: Iterable[Given] = tuple(given)
        self.values: Mapping[str, float | None] | Exception = {}
        self.past: dict[int, Mapping[str, float | None]] = {}
        self.evaluated: list[tuple[str, int]] = []
        self.drawn: list[KeptReading] = []
        self.telemetry = Telemetry()
        self.evaluator = Evaluator(
            self, lambda: ["default", "shop"], self.evaluate, control, clock, self.telemetry,
            holder=holder, draw=self.drawn.extend, on_change=lambda project: None, recheck_s=recheck_s, pool=AtOnce(),
        )  # fmt: skip
        self.teller = Teller(
            control, clock, holder=holder, targets_of=lambda rule: rule.notify, draw=lambda incident, name: None,
            on_change=lambda project: None,
        )  # fmt: skip

    def rules(self) -> Iterable[Given]:
        """The rules."""
        return self.given

    def evaluate(self, rule: Rule, at_ns: int) -> list[Reading]:
        """A reading a series."""
        self.evaluated.append((rule.name, at_ns))
        values = self.past.get(at_ns, self.values)
        if isinstance(values, Exception):
            raise values
        above = float(getattr(rule.when, "above", 5) or 5)
        return [
            Reading({"model": model}, at_ns, value, None if value is None else value > above, value is not None and value <= above, above)
            for model, value in values.items()
        ]

    def go(self, minutes: float, values: Mapping[str, float | None] | Exception | None = None) -> None:
        """Let time pass, evaluating and telling as a server does, each ten seconds."""
        if values is not None:
            self.values = values
        for _ in range(round(minutes * 6)):
            self.clock.advance_s(10)
            self.evaluator.step()
            self.teller.step()

    def told(self) -> list[tuple[str, str]]:
        """Kind and title of all messages, oldest first."""
        return [(it.kind, it.title) for it in self.log()]

    def log(self) -> list[Logged]:
        """All messages, oldest first."""
        return list_notifications(self.control, None, limit=1000)[::-1]

    def incidents(self) -> list[Incident]:
        """All incidents of the project `default`, oldest first."""
        return [it for it, _ in list_incidents(self.control, "default", Asked(), 100)][::-1]

    def events(self, incident: Incident) -> list[str]:
        """The kinds of an incident's events, oldest first."""
        return [it.kind for it in read_timeline(self.control, incident.id)[1]]


MakeHouse = Callable[..., House]


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at START_NS."""
    return FixedClock(START_NS)


@pytest.fixture
def make_house(open_control: Callable[[], ControlDatabase], clock: FixedClock) -> Iterator[MakeHouse]:
    """Build servers that share one control database."""

    def make(*rules: Rule, holder: str = "one", recheck_s: float = 0) -> House:
        given = [Given(f"rule_{it.name}", it) for it in rules]
        return House(open_control(), clock, given, holder, recheck_s)

    yield make
