"""Evaluations from rules to incidents and the outbox, on both kinds of control database."""

from alerts.conftest import START_NS, MakeHouse, S, rule
from watchglass.clock import FixedClock
from watchglass.errors import TooExpensive
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.evaluations import list_alerts, list_runs

MINUTE_NS = 60 * S


def test_a_breach_is_told_and_so_is_its_end(make_house: MakeHouse) -> None:
    """Pending, firing, one incident with its timeline, two messages: one that it began and one that it is over."""
    house = make_house(rule(for_s=120, brief="Too many errors"))
    house.go(5, {"gpt-4o": 1})
    assert house.incidents() == []
    house.go(2, {"gpt-4o": 9})
    assert [it["state"] for it in list_alerts(house.control, "default")] == ["pending"]
    house.go(5)
    (incident,) = house.incidents()
    assert (incident.title, incident.severity, incident.resolved_at_ns) == ("Too many errors (model=gpt-4o)", "warning", None)
    assert house.told() == [("firing", "Too many errors (model=gpt-4o)")]
    house.go(5, {"gpt-4o": 1})
    assert [kind for kind, _ in house.told()] == ["firing", "resolved"]
    (incident,) = house.incidents()
    assert incident.resolved_at_ns is not None and incident.is_settled
    assert house.events(incident) == ["opened", "fired", "notified", "resolved", "closed", "notified"]


def test_moments_are_aligned_and_evaluated_once(make_house: MakeHouse) -> None:
    """Each rule is evaluated at multiples of its own time, each moment once, the rules spread."""
    house = make_house(rule("one"), rule("two", every_s=30))
    house.go(10, {"m": 1})
    for name, every_s in (("one", 60), ("two", 30)):
        moments = [at_ns for it, at_ns in house.evaluated if it == name]
        assert all(at_ns % (every_s * S) == 0 for at_ns in moments)
        assert moments == [moments[0] + index * every_s * S for index in range(len(moments))]
        assert len(moments) >= 600 // every_s - 1


def test_one_of_two_servers_evaluates(make_house: MakeHouse, clock: FixedClock) -> None:
    """The second does nothing while the first lives, and goes on where it stopped when it is gone, telling nothing twice."""
    first, second = make_house(rule(for_s=120)), make_house(rule(for_s=120), holder="two")
    first.go(2, {"m": 9})
    for _ in range(12):
        second.evaluator.step()
        second.teller.step()
    assert second.evaluated == []
    first.go(3)
    assert [kind for kind, _ in first.told()] == ["firing"]
    last = first.evaluated[-1][1]
    clock.advance_s(31)  # it died: nobody renews its lease
    second.go(3, {"m": 9})
    assert second.evaluated[0][1] == last + MINUTE_NS
    assert [kind for kind, _ in second.told()] == ["firing"]
    second.go(3, {"m": 1})
    first.go(1, {"m": 9})
    assert [kind for kind, _ in second.told()] == ["firing", "resolved"]
    assert len(second.incidents()) == 1


def test_who_lost_the_lease_keeps_nothing(make_house: MakeHouse, clock: FixedClock) -> None:
    """An evaluation that ends after another server took over is thrown away."""
    first, second = make_house(rule()), make_house(rule(), holder="two")
    first.go(1, {"m": 1})
    slow = first.evaluate

    def overtaken(of: object, at_ns: int) -> object:
        clock.advance_s(40)
        second.go(1, {"m": 1})
        return slow(rule(), at_ns)

    first.evaluator._evaluate = overtaken  # type: ignore[assignment]
    first.go(1, {"m": 9})
    assert first.incidents() == []
    assert "not_kept" in {labels["outcome"] for labels, _ in first.telemetry.read("watchglass_rule_evaluations_total")}


def test_after_a_stop_missed_moments_are_made_up_for(make_house: MakeHouse, clock: FixedClock) -> None:
    """A breach that came and went while nobody evaluated is in the list, and nobody is woken for it."""
    house = make_house(rule())
    house.go(3, {"m": 1})
    house.evaluator.close()
    last = house.evaluated[-1][1]
    clock.advance_s(20 * 60)
    again = make_house(rule())
    again.past = {last + 5 * MINUTE_NS: {"m": 9}}
    again.go(1, {"m": 1})
    moments = [at_ns for _, at_ns in again.evaluated]
    assert moments[0] == last + MINUTE_NS
    assert len(moments) >= 20
    (incident,) = again.incidents()
    assert incident.started_at_ns == last + 5 * MINUTE_NS
    assert incident.resolved_at_ns == last + 6 * MINUTE_NS
    assert again.told() == []


def test_a_long_stop_is_made_up_for_within_bounds(make_house: MakeHouse, clock: FixedClock, control: ControlDatabase) -> None:
    """After a day sixty moments are evaluated, and it is said how many were left out."""
    house = make_house(rule())
    house.go(2, {"m": 1})
    house.evaluator.close()
    (before,) = list_runs(control)
    clock.advance_s(86_400)
    again = make_house(rule())
    again.go(0.5, {"m": 1})
    assert len(again.evaluated) == 60
    (run,) = list_runs(control)
    assert run.skipped_count == (run.evaluated_at_ns - before.evaluated_at_ns) // MINUTE_NS - 60


def test_a_rule_that_fails_is_an_incident(make_house: MakeHouse) -> None:
    """Its error is kept, its alerts stay as they are, and from the third failure on it is told; also that it works again."""
    house = make_house(rule(notify=["pager"]))
    house.go(3, {"m": 9})
    assert [kind for kind, _ in house.told()] == ["firing"]
    house.go(1, TooExpensive("more than 10 s"))
    (run,) = list_runs(house.control)
    assert run.error == "more than 10 s" and run.failing_since_ns is not None
    assert len(house.incidents()) == 1
    house.go(4)
    own, failing = house.incidents()
    assert own.resolved_at_ns is None
    assert (failing.kind, failing.title) == ("failing", "The rule slow cannot be evaluated")
    assert [kind for kind, _ in house.told()] == ["firing", "firing"]
    assert house.evaluator.count(is_failing=True) == 1
    house.go(2, {"m": 9})
    assert [it.resolved_at_ns is None for it in house.incidents()] == [True, False]
    assert [kind for kind, _ in house.told()] == ["firing", "firing", "resolved"]
    assert list_runs(house.control)[0].failing_since_ns is None


def test_a_fault_of_ours_fails_the_rule_alone(make_house: MakeHouse) -> None:
    """An error that nobody expected neither stops the loop nor shows its text."""
    house = make_house(rule())
    house.go(3, ValueError("secret"))
    (run,) = list_runs(house.control)
    assert run.error == "a fault in Watchglass: ValueError"
    house.go(2, {"m": 1})
    assert list_runs(house.control)[0].error == ""


def test_a_rule_that_goes_away_takes_its_alerts_along(make_house: MakeHouse) -> None:
    """Removed or switched off, its alerts are resolved, and the timeline says why."""
    house = make_house(rule())
    house.go(2, {"m": 9})
    house.given = ()
    house.go(1)
    (incident,) = house.incidents()
    assert incident.resolved_at_ns is not None
    assert [kind for kind, _ in house.told()] == ["firing", "resolved"]
    assert list_alerts(house.control, "default") == [] and list_runs(house.control) == []


def test_a_rule_for_all_projects_watches_each(make_house: MakeHouse) -> None:
    """Without a project of its own, a rule has alerts and incidents in each."""
    house = make_house(rule(project=None))
    house.go(2, {"m": 9})
    assert [(it.project_id, it.rule["project"]) for it in house.incidents()] == [("default", "default")]
    assert {it.project_id for it in house.log()} == {"default", "shop"}


def test_late_data_take_back_what_is_pending(make_house: MakeHouse) -> None:
    """A moment that is read again without a breach ends the pending alert before anybody is told."""
    house = make_house(rule(for_s=300), recheck_s=60)
    house.go(2, {"m": 1})
    house.go(2, {"m": 9})
    breached = max(at_ns for _, at_ns in house.evaluated)
    assert [it["state"] for it in list_alerts(house.control, "default")] == ["pending"]
    house.past = {at_ns: {"m": 1.0} for at_ns in range(START_NS, breached + 1, MINUTE_NS)}
    house.go(4)
    assert house.incidents() == []
    house.go(3)
    assert len(house.incidents()) == 1


def test_late_data_correct_what_fires(make_house: MakeHouse) -> None:
    """An incident whose breach is taken away says so, and ends by its readings."""
    house = make_house(rule(), recheck_s=60)
    house.go(2, {"m": 1})
    house.go(1, {"m": 9})
    assert len(house.incidents()) == 1
    house.past = {at_ns: {"m": 1.0} for _, at_ns in house.evaluated}
    house.go(2)
    (incident,) = house.incidents()
    assert "corrected" in house.events(incident)
    assert [it.state for it in house.drawn if it.time_ns == house.evaluated[0][1]][-1:] == ["inactive"]


def test_readings_are_drawn_with_their_state(make_house: MakeHouse) -> None:
    """Each evaluation leaves a reading a series, with its value, its bound and where the alert stood."""
    house = make_house(rule(for_s=60))
    house.go(2, {"m": 1})
    house.go(3, {"m": 9})
    assert [(it.value, it.state) for it in house.drawn][-3:] == [(9, "pending"), (9, "firing"), (9, "firing")]
    assert {it.threshold for it in house.drawn} == {5}
