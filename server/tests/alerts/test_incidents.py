"""Incidents: what is one of them, who is told, and what keeps them from being told."""

from dataclasses import replace

from alerts.conftest import MakeHouse, S, rule
from watchglass.store.control.incident_changes import IncidentChange, change_by_person
from watchglass.store.control.incidents import Incident, read_timeline
from watchglass.store.control.silences import (
    KeptInhibition,
    KeptSilence,
    create_inhibition,
    create_silence,
    end_silence,
)

SILENCE = KeptSilence("", "default", [{"name": "model", "operator": "=", "value": "a"}], 0, None, None, "known", 1, "ann")


def changed(house: object, incident: Incident, change: object, author: str = "ann") -> Incident:
    """An incident after somebody changed it."""
    return change_by_person(house.control, incident.id, "default", author, house.clock.now_ns(), change)  # type: ignore[attr-defined,arg-type]


def test_series_of_a_rule_are_one_incident(make_house: MakeHouse) -> None:
    """What fires while an incident is open joins it, it ends with the last, and what comes after is another one."""
    house = make_house(rule(notify=["pager", "chat"]))
    house.go(2, {"a": 9, "b": 9, "c": 1})
    house.go(2, {"a": 9, "b": 1, "c": 9})
    (incident,) = house.incidents()
    alerts, _ = read_timeline(house.control, incident.id)
    assert {it.labels["model"]: it.resolved_at_ns is None for it in alerts} == {"a": True, "b": False, "c": True}
    house.go(2, {"a": 1, "b": 1, "c": 1})
    house.go(2, {"a": 9, "b": 1, "c": 1})
    first, second = house.incidents()
    assert first.resolved_at_ns is not None and second.resolved_at_ns is None
    assert sorted(it.target_name for it in house.log() if it.incident_id == first.id) == ["chat", "chat", "pager", "pager"]


def test_labels_make_incidents_of_their_own(make_house: MakeHouse) -> None:
    """`group_by_incident` gives each value its incident."""
    house = make_house(rule(group_by_incident=["model"]))
    house.go(2, {"a": 9, "b": 9})
    assert [it.group_labels for it in house.incidents()] in ([{"model": "a"}, {"model": "b"}], [{"model": "b"}, {"model": "a"}])


def test_growth_is_told_after_the_interval(make_house: MakeHouse) -> None:
    """Series that join are told together, five minutes after the last message."""
    house = make_house(rule())
    house.go(2, {"a": 9})
    house.go(1, {"a": 9, "b": 9})
    house.go(1, {"a": 9, "b": 9, "c": 9})
    assert len(house.told()) == 1
    house.go(4)
    assert [kind for kind, _ in house.told()] == ["firing", "firing"]
    house.go(20)
    assert len(house.told()) == 2


def test_it_is_reminded_of_until_somebody_takes_it(make_house: MakeHouse) -> None:
    """Every `remind_every_s`; acknowledged, only the end is told."""
    house = make_house(rule(remind_every_s=600))
    house.go(25, {"a": 9})
    assert [kind for kind, _ in house.told()] == ["firing", "reminder", "reminder"]
    (incident,) = house.incidents()
    taken = changed(house, incident, lambda it: it.acknowledge(is_acknowledged=True))
    assert (taken.acknowledged_by, taken.acknowledged_at_ns) == ("ann", house.clock.now_ns())
    house.go(30, {"a": 9, "b": 9})
    assert len(house.told()) == 3
    house.go(3, {"a": 1, "b": 1})
    assert [kind for kind, _ in house.told()][3:] == ["resolved"]


def test_a_silence_keeps_it_from_being_told(make_house: MakeHouse) -> None:
    """A silenced incident is in the list, and is told once the silence is over and it still fires."""
    house = make_house(rule())
    silence = create_silence(house.control, SILENCE)
    house.go(3, {"a": 9})
    (incident,) = house.incidents()
    assert incident.muted_by == silence.id
    assert house.told() == []
    end_silence(house.control, silence.id, "default", "bob", house.clock.now_ns())
    house.go(1)
    assert [kind for kind, _ in house.told()] == ["firing"]
    (incident,) = house.incidents()
    assert house.events(incident) == ["opened", "fired", "muted", "unmuted", "notified"]


def test_one_series_that_is_not_silenced_is_told(make_house: MakeHouse) -> None:
    """A silence of one series leaves the others of the incident as they are."""
    house = make_house(rule())
    create_silence(house.control, SILENCE)
    house.go(3, {"a": 9, "b": 9})
    assert [kind for kind, _ in house.told()] == ["firing"]


def test_silences_of_other_projects_do_not_matter(make_house: MakeHouse) -> None:
    """A silence is about its project's alerts, or about all."""
    house = make_house(rule(project=None))
    create_silence(house.control, SILENCE)
    house.go(3, {"a": 9})
    assert {it.project_id for it in house.log()} == {"shop"}
    everywhere = make_house(rule("other", project=None, remind_every_s=60), holder="one")
    create_silence(house.control, replace(SILENCE, project_id=None))
    everywhere.go(3, {"a": 9})
    assert {it.title for it in house.log()} == {"slow (model=a)"}


def test_what_was_told_to_begin_is_told_to_end(make_house: MakeHouse) -> None:
    """A silence that begins meanwhile does not leave a pager ringing."""
    house = make_house(rule())
    house.go(2, {"a": 9})
    create_silence(house.control, replace(SILENCE, starts_at_ns=house.clock.now_ns()))
    house.go(2, {"a": 1})
    assert [kind for kind, _ in house.told()] == ["firing", "resolved"]


def test_a_rule_inhibits_another(make_house: MakeHouse) -> None:
    """While the cause fires for the same labels the rule that follows from it is not told; for others it is."""
    house = make_house(rule("down"), rule("slow", inhibited_by=["down"], group_by_incident=["model"]))
    script = house.evaluate

    def evaluate(of: object, at_ns: int) -> object:
        house.values = {"a": 9} if of.name == "down" else {"a": 9, "b": 9}  # type: ignore[attr-defined]
        return script(of, at_ns)  # type: ignore[arg-type]

    house.evaluator._evaluate = evaluate  # type: ignore[assignment]
    house.go(5)
    assert {(it.rule_name, it.group_labels.get("model")): it.muted_by for it in house.incidents()} == {
        ("down", None): "", ("slow", "a"): "rule down", ("slow", "b"): "",
    }  # fmt: skip
    assert len(house.told()) == 2


def test_a_kept_inhibition_works_by_severity(make_house: MakeHouse) -> None:
    """As in Alertmanager: something critical keeps warnings of the same model from being told."""
    house = make_house(rule("down", severity="critical"), rule("slow"))
    source = [{"name": "severity", "operator": "=", "value": "critical"}]
    target = [{"name": "severity", "operator": "=~", "value": "warn.*"}]
    create_inhibition(house.control, KeptInhibition("", None, source, target, ["model"], "", 1, "ann"))
    house.go(5, {"a": 9})
    assert {it.rule_name: it.muted_by for it in house.incidents()} == {"down": "", "slow": "rule down"}


def test_what_ends_before_it_is_told_is_not_told(make_house: MakeHouse) -> None:
    """An incident of a moment that is over within the first wait stays in the list, without a message."""
    house = make_house(rule())
    house.go(1, {"a": 1})
    house.values = {"a": 9}
    while not house.incidents():
        house.clock.advance_s(10)
        house.evaluator.step()
    house.values = {"a": 1}
    for _ in range(12):
        house.clock.advance_s(10)
        house.evaluator.step()
    house.teller.step()
    assert house.told() == []
    assert house.incidents()[0].is_settled


def test_somebody_may_end_it(make_house: MakeHouse) -> None:
    """Resolved by hand its end is told once, and what still fires opens another only when it has recovered and fires anew."""
    house = make_house(rule())
    house.go(2, {"a": 9})
    (incident,) = house.incidents()
    assert changed(house, incident, lambda it: it.resolve()).resolved_by == "ann"
    house.go(10)
    assert [kind for kind, _ in house.told()] == ["firing", "resolved"]
    house.go(2, {"a": 1})
    house.go(2, {"a": 9})
    assert len(house.incidents()) == 2


def test_people_leave_their_marks(make_house: MakeHouse) -> None:
    """Owner, comments and the post-mortem are kept with who and when; doing nothing leaves no mark."""
    house = make_house(rule(owner="core"))
    house.go(2, {"a": 9})
    (incident,) = house.incidents()

    def change(it: IncidentChange) -> None:
        it.give_to("search")
        it.comment("  <b>Looking</b>\r\ninto it ")
        it.write_post_mortem("# What happened")

    after = changed(house, incident, change)
    assert (after.owner, after.post_mortem) == ("search", "# What happened")
    same = changed(house, incident, lambda it: (it.give_to("search"), it.write_post_mortem("# What happened")))
    assert same == after
    _, events = read_timeline(house.control, incident.id)
    by_people = [(it.kind, it.author, it.text, it.at_ns) for it in events if it.author]
    assert by_people == [
        ("owned", "ann", "search", house.clock.now_ns()),
        ("commented", "ann", "<b>Looking</b>\ninto it", house.clock.now_ns()),
        ("post_mortem", "ann", "", house.clock.now_ns()),
    ]


def test_without_targets_it_is_kept_that_nobody_was_told(make_house: MakeHouse) -> None:
    """The timeline says that there is no target, once."""
    house = make_house(rule(notify=[]))
    house.go(10, {"a": 9})
    (incident,) = house.incidents()
    _, events = read_timeline(house.control, incident.id)
    assert [it.text for it in events if it.kind == "notified"] == ["there is no target"]
    assert house.told() == []
    assert incident.started_at_ns % (60 * S) == 0
