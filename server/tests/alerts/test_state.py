"""The step of alerts: when they fire, when they stop, and what does not move them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from watchglass.alerts.alert import Alert, AlertState, fingerprint
from watchglass.alerts.correction import correct
from watchglass.alerts.reading import Reading
from watchglass.alerts.state import FLAP_CALM_S, FLAP_FIRINGS, GONE_S, UNKNOWN_S, Change, S, Step, is_flapping, step

START_NS = 1_800_000_000 * S
LABELS = {"model": "gpt-4o"}


@dataclass(frozen=True)
class Rule:
    """A rule's times, in seconds."""

    every_s: float = 60
    for_s: float = 0
    keep_firing_for_s: float = 0


def reading(at_ns: int, is_breached: bool | None, *, is_recovered: bool | None = None, model: str = "gpt-4o") -> Reading:
    """A reading of one model's series."""
    value = None if is_breached is None else 9.0 if is_breached else 1.0
    recovered = is_breached is False if is_recovered is None else is_recovered
    return Reading({"model": model}, at_ns, value, is_breached, recovered, threshold=5)


class Series:
    """One series stepped on, a reading an evaluation."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.now_ns = START_NS
        self.last = Step({}, ())
        self.changes: list[tuple[int, Change]] = []

    def go(self, *readings: bool | str | None) -> list[Change]:
        """Step once a reading (`held`: neither breached nor recovered, `gone`: none); return what changed."""
        changes = []
        for said in readings:
            self.now_ns += int(self.rule.every_s * S)
            if said == "gone":
                given_readings: list[Reading] = []
            elif said == "held":
                given_readings = [reading(self.now_ns, False, is_recovered=False)]
            else:
                assert said is None or isinstance(said, bool)
                given_readings = [reading(self.now_ns, said)]
            changes += self.take(step(self.rule, "rule", self.last.alerts, given_readings, self.now_ns))
        return changes

    def late(self, back: int, is_breached: bool | None) -> list[Change]:
        """Read again what was evaluated `back` evaluations before the last one."""
        read_at_ns = self.now_ns - int(back * self.rule.every_s * S)
        again = [reading(read_at_ns, is_breached)]
        return self.take(correct(self.rule, "rule", self.last.alerts, again, read_at_ns, self.now_ns + 1))

    def take(self, after: Step) -> list[Change]:
        """Go on from `after`."""
        self.last = after
        self.changes += [(it.at_ns, it.change) for it in after.transitions]
        return [it.change for it in after.transitions]

    @property
    def alert(self) -> Alert:
        """The series's alert."""
        return self.last.alerts[fingerprint("rule", LABELS)]


def test_a_breach_fires_once_it_has_lasted() -> None:
    """Pending for `for_s`, then firing, once; and resolved at the first recovery."""
    series = Series(Rule(for_s=120))
    assert series.go(True) == [Change.PENDING]
    assert series.go(True) == []
    assert series.go(True) == [Change.FIRED]
    assert series.go(True, True) == []
    assert series.alert.started_at_ns == START_NS + 60 * S
    assert series.go(False) == [Change.RESOLVED]
    assert series.alert.resolved_at_ns == series.now_ns


def test_without_a_time_to_last_the_first_breach_fires() -> None:
    """A rule whose `for_s` is 0 is told at once."""
    assert Series(Rule()).go(True) == [Change.FIRED]


def test_a_breach_that_ends_before_its_time_is_forgotten() -> None:
    """A pending alert whose series is well again leaves nothing behind."""
    series = Series(Rule(for_s=120))
    assert series.go(True, True, False) == [Change.PENDING, Change.WITHDRAWN]
    assert series.last.alerts == {}


def test_between_breach_and_recovery_a_firing_alert_stays() -> None:
    """Hysteresis: what is under the threshold and over the recovery threshold changes nothing."""
    series = Series(Rule())
    assert series.go(True, "held", "held", "held") == [Change.FIRED]
    assert series.go(False) == [Change.RESOLVED]
    assert Series(Rule(for_s=60)).go(True, "held") == [Change.PENDING, Change.WITHDRAWN]


def test_it_keeps_firing_for_the_rules_time() -> None:
    """A recovery must last `keep_firing_for_s` in one piece."""
    series = Series(Rule(keep_firing_for_s=120))
    assert series.go(True, False, False, True, False, False) == [Change.FIRED]
    assert series.go(False) == [Change.RESOLVED]


def test_without_enough_data_clocks_stand_still() -> None:
    """What is not known neither fires, nor resolves, nor counts as time of a breach."""
    series = Series(Rule(for_s=120, keep_firing_for_s=120))
    assert series.go(True, None, None, None, True) == [Change.PENDING]
    assert series.go(True) == [Change.FIRED]
    assert series.go(False, None, None, None, False) == []
    assert series.go(False) == [Change.RESOLVED]


def test_not_knowing_ends_after_a_day() -> None:
    """An alert of which nothing is known for a day ends, and says why."""
    series = Series(Rule(every_s=3600))
    series.go(True)
    assert series.go(*[None] * int(UNKNOWN_S / 3600 - 1)) == []
    assert series.go(None) == [Change.RESOLVED]
    assert "not enough data" in series.last.transitions[0].why


def test_a_series_that_is_gone_resolves_after_its_time() -> None:
    """An absent series keeps its alert for GONE_S, or three evaluations where those take longer."""
    series = Series(Rule())
    series.go(True)
    assert series.go(*["gone"] * int(GONE_S / 60 - 1)) == []
    assert series.go("gone") == [Change.RESOLVED]
    slow = Series(Rule(every_s=600))
    slow.go(True)
    assert slow.go("gone", "gone") == []
    assert slow.go("gone") == [Change.RESOLVED]


def test_time_of_absence_does_not_count() -> None:
    """A series that comes back after a gap, or after nobody evaluated, goes on where it was."""
    series = Series(Rule(for_s=180))
    assert series.go(True, True, "gone", "gone", "gone", True) == [Change.PENDING]
    assert series.go(True) == [Change.FIRED]
    down = Series(Rule(for_s=180))
    down.go(True)
    down.now_ns += 3600 * S
    assert down.go(True) == []
    assert down.go(True, True) == [Change.FIRED]


def test_what_comes_and_goes_is_held() -> None:
    """After FLAP_FIRINGS firings within an hour the alert stays firing until it was calm for FLAP_CALM_S."""
    series = Series(Rule())
    assert series.go(*[True, False] * (FLAP_FIRINGS - 1)) == [Change.FIRED, Change.RESOLVED] * (FLAP_FIRINGS - 1)
    assert series.go(*[True, False] * 10) == [Change.FIRED]
    assert is_flapping(series.alert)
    assert series.go(*[False] * int(FLAP_CALM_S / 60)) == [Change.RESOLVED]
    assert "came and went 3 times" in series.last.transitions[0].why
    assert series.go(*[False] * 60) == []
    assert series.last.alerts == {}


def test_series_do_not_touch_each_other() -> None:
    """Each series of a rule has its own alert."""
    rule = Rule()
    first = step(rule, "rule", {}, [reading(1, True, model="a"), reading(1, False, model="b")], 60 * S)
    assert [it.alert.labels["model"] for it in first.transitions] == ["a"]
    second = step(rule, "rule", first.alerts, [reading(2, False, model="a"), reading(2, True, model="b")], 120 * S)
    assert [(it.change, it.alert.labels["model"]) for it in second.transitions] == [
        (Change.RESOLVED, "a"), (Change.FIRED, "b"),
    ]  # fmt: skip


def test_late_data_take_a_pending_breach_back() -> None:
    """A moment that is no breach any more ends the pending alert, or makes it begin after that moment."""
    series = Series(Rule(for_s=180))
    series.go(True)
    assert series.late(0, False) == [Change.WITHDRAWN]
    assert series.last.alerts == {}
    longer = Series(Rule(for_s=180))
    longer.go(True, True, True)
    assert longer.late(1, False) == []
    assert longer.go(True, True) == []
    assert longer.go(True) == [Change.FIRED]


def test_late_data_mark_a_firing_alert() -> None:
    """An alert whose breach is taken away after it fired is marked once, and goes on by its readings."""
    series = Series(Rule(for_s=60))
    series.go(True, True, True)
    assert series.late(1, False) == [Change.CORRECTED]
    assert series.alert.is_corrected
    assert "data that came late say 1" in series.last.transitions[0].why
    assert series.late(1, False) == []
    assert series.go(True) == []
    assert series.go(False) == [Change.RESOLVED]
    series.go(True, True)
    assert not series.alert.is_corrected


def test_late_data_show_a_breach_that_nobody_saw() -> None:
    """Without `for_s` it fires late, once, and is resolved by the next calm reading; a pending alert begins earlier."""
    series = Series(Rule())
    series.go(False, False, False)
    assert series.late(1, True) == [Change.FIRED]
    assert series.last.transitions[0].why == "the data came late"
    assert series.go(False) == [Change.RESOLVED]
    assert series.late(2, True) == []
    pending = Series(Rule(for_s=180))
    pending.go(False, True, True)
    assert pending.late(2, True) == []
    assert pending.go(True) == [Change.FIRED]


def test_reading_again_what_is_as_it_was_changes_nothing() -> None:
    """A moment that fired and resolved is not told a second time."""
    series = Series(Rule())
    series.go(False, True, False)
    assert series.late(1, True) == []
    assert series.late(2, False) == []


SAID = st.lists(st.sampled_from([True, False, None, "held", "gone"]), max_size=80)
RULES = st.builds(
    Rule,
    every_s=st.sampled_from([10.0, 60.0, 600.0]),
    for_s=st.sampled_from([0.0, 60.0, 300.0]),
    keep_firing_for_s=st.sampled_from([0.0, 120.0]),
)


@given(RULES, SAID)
def test_firing_and_resolving_alternate(rule: Rule, said: Sequence[bool | str | None]) -> None:
    """However readings come, nothing fires twice without being resolved, or is resolved without having fired."""
    series = Series(rule)
    series.go(*said)
    told = [change for _, change in series.changes if change in (Change.FIRED, Change.RESOLVED)]
    assert told == [Change.FIRED, Change.RESOLVED] * (len(told) // 2) + [Change.FIRED] * (len(told) % 2)
    is_firing = any(it.state is AlertState.FIRING for it in series.last.alerts.values())
    assert is_firing == bool(len(told) % 2)


@given(RULES, SAID)
def test_nothing_fires_without_breaches_for_its_time(rule: Rule, said: Sequence[bool | str | None]) -> None:
    """When an alert fires, breaches alone were known since its breach began, as many as fill `for_s`."""
    series = Series(rule)
    for index in range(len(said)):
        series.go(said[index])
        if series.last.transitions and series.last.transitions[0].change is Change.FIRED:
            known: list[bool | str] = []
            for one in reversed(said[: index + 1]):
                if one in (False, "held"):
                    break
                if one is True:
                    known.append(one)
            assert said[index] is True
            assert len(known) * rule.every_s >= rule.for_s


@given(RULES, SAID, st.integers(1, 10))
def test_what_is_not_known_changes_nothing(rule: Rule, said: Sequence[bool | str | None], silence: int) -> None:
    """Readings that cannot tell, for less than a day, leave every alert in its state."""
    series = Series(rule)
    series.go(*said)
    before = {name: it.state for name, it in series.last.alerts.items() if it.state is not AlertState.RESOLVED}
    known_at_ns = min((it.known_at_ns for it in series.last.alerts.values()), default=series.now_ns)
    if series.now_ns + silence * rule.every_s * S - known_at_ns >= UNKNOWN_S * S:
        return
    assert series.go(*[None] * silence) == []
    assert {name: it.state for name, it in series.last.alerts.items() if it.state is not AlertState.RESOLVED} == before


@given(RULES, SAID, st.integers(1, 79))
def test_steps_go_on_from_any_moment(rule: Rule, said: Sequence[bool | str | None], cut: int) -> None:
    """The alerts alone are the state: whoever goes on from them comes to the same."""
    whole, begun = Series(rule), Series(rule)
    whole.go(*said)
    begun.go(*said[:cut])
    second = Series(rule)
    second.now_ns, second.last = begun.now_ns, Step({name: replace(it) for name, it in begun.last.alerts.items()}, ())
    second.go(*said[cut:])
    assert begun.changes + second.changes == whole.changes
    assert second.last.alerts == whole.last.alerts
