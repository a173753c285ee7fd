"""/api/v1/alerts, incidents, silences, inhibitions and readings."""

from collections.abc import Callable, Mapping

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.alerts.commit import LEASE, Evaluated, keep_evaluation
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.watched import Watched
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.keys import create_key
from watchglass.store.control.leases import hold_lease
from watchglass.store.control.projects import create_project
from watchglass.store.engine import Engine
from watchglass.store.readings import keep_readings

MINUTE_NS = 60 * 10**9

Evaluate = Callable[..., None]

RULE = {
    "name": "slow", "brief": "Too slow", "query": {"source": "usage", "measures": ["duration_p95_ns"], "group_by": ["model"]},
    "when": {"kind": "threshold", "above": 5}, "owner": "core",
}  # fmt: skip


@pytest.fixture
def evaluate(control: ControlDatabase, engine: Engine) -> Evaluate:
    """Evaluate a rule as the server does: the value of each model, so many minutes before the present."""
    hold_lease(control, LEASE, "me", 0, 2**62)

    def evaluate_at(minutes_ago: int, values: Mapping[str, float], *, project: str = "default", error: str = "", name: str = "slow") -> None:
        at_ns = NOW_NS - minutes_ago * MINUTE_NS
        readings = [Reading({"model": it}, at_ns, value, value > 5, value <= 5, 5) for it, value in values.items()]
        rule = Rule.model_validate({**RULE, "name": name, "project": project})
        watched = Watched(project, f"rule_{name}", rule)
        kept = keep_evaluation(control, "me", watched, Evaluated(at_ns, readings, error=error), at_ns)
        assert kept is not None
        keep_readings(engine, kept.readings, at_ns)

    return evaluate_at


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """Somebody who may do everything."""
    return make_client()


def open_incident(client: TestClient) -> dict[str, object]:
    """The one open incident in full."""
    (entry,) = client.get("/api/v1/incidents", params={"state": "open"}).json()["incidents"]
    return dict(client.get(f"/api/v1/incidents/{entry['id']}").json())


def test_alerts_are_listed_with_their_incident(client: TestClient, evaluate: Evaluate) -> None:
    """What fires says its value, its bound and its incident; evaluations say how they are."""
    evaluate(2, {"a": 1, "b": 1})
    evaluate(1, {"a": 9, "b": 1})
    answer = client.get("/api/v1/alerts").json()
    (alert,) = answer["alerts"]
    assert (alert["labels"], alert["state"], alert["reading"]["value"], alert["reading"]["threshold"]) == ({"model": "a"}, "firing", 9, 5)
    assert alert["fired_at"] == format_time(NOW_NS - MINUTE_NS)
    assert alert["incident_id"] == open_incident(client)["id"]
    (run,) = answer["evaluations"]
    assert (run["rule_id"], run["series_count"], run["error"]) == ("rule_slow", 2, "")


def test_a_failing_rule_is_told_with_its_error(client: TestClient, evaluate: Evaluate) -> None:
    """The error is with the evaluation, and the incident is of its own kind."""
    for minutes in (3, 2, 1):
        evaluate(minutes, {}, error="more than 5 s")
    answer = client.get("/api/v1/alerts").json()
    assert answer["evaluations"][0]["error"] == "more than 5 s"
    assert answer["evaluations"][0]["failing_since"] == format_time(NOW_NS - 3 * MINUTE_NS)
    incident = open_incident(client)
    assert (incident["kind"], incident["alerts"][0]["reading"]["note"]) == ("failing", "more than 5 s")  # type: ignore[index]


def test_an_incident_is_worked_on(make_client: MakeClient, control: ControlDatabase, evaluate: Evaluate) -> None:
    """Acknowledged, commented, given away, written up, resolved and exported; each change says who and when."""
    evaluate(1, {"a": 9})
    key, _ = create_key(control, "ci", "default", ["edit", "read"], NOW_NS)
    client = make_client(Principal("default", frozenset({KeyScope.READ, KeyScope.EDIT}), key.id))
    path = f"/api/v1/incidents/{open_incident(client)['id']}"
    client.patch(path, json={"is_acknowledged": True, "owner": "search", "author": "Ann"})
    client.post(f"{path}/comments", json={"text": "<script>alert(1)</script> *looking*"})
    whole = client.patch(path, json={"post_mortem": "## Cause\n\nA *rollout*.", "is_resolved": True}).json()
    assert (whole["state"], whole["owner"], whole["resolved_by"]) == ("resolved", "search", "ci")
    assert [(it["kind"], it["author"]) for it in whole["events"]][2:] == [
        ("acknowledged", "Ann (ci)"), ("owned", "Ann (ci)"), ("commented", "ci"), ("post_mortem", "ci"), ("closed", "ci"),
    ]  # fmt: skip
    answer = client.get(f"{path}/post-mortem.md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "## Cause\n\nA *rollout*." in answer.text
    assert "<script>" not in answer.text
    assert "\\<script\\>" in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, ""), ({"author": "x"}, ""), ({"owner": "x" * 300}, "owner"), ({"is_resolved": False}, "is_resolved"),
     ({"post_mortem": "\x00"}, "post_mortem"), ({"severity": "info"}, "severity")],
)  # fmt: skip
def test_changes_that_cannot_be_are_named(client: TestClient, evaluate: Evaluate, body: dict[str, object], field: str) -> None:
    """Nothing to change, too long, unknown; and nothing of it is kept."""
    evaluate(1, {"a": 9})
    before = open_incident(client)
    answer = client.patch(f"/api/v1/incidents/{before['id']}", json=body)
    assert (answer.status_code, answer.json().get("field") or "") == (400, field)
    assert open_incident(client) == before


def test_incidents_come_in_pages_and_by_what_is_asked(client: TestClient, evaluate: Evaluate) -> None:
    """Newest first; by state, rule and time."""
    for minutes, name in ((50, "one"), (40, "two"), (30, "three")):
        evaluate(minutes, {"a": 9}, name=name)
    evaluate(20, {"a": 1}, name="one")
    first = client.get("/api/v1/incidents", params={"limit": 2}).json()
    rest = client.get("/api/v1/incidents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [it["rule_name"] for it in first["incidents"] + rest["incidents"]] == ["three", "two", "one"]
    assert rest["next_cursor"] is None

    def names(**asked: str) -> list[str]:
        return [it["rule_name"] for it in client.get("/api/v1/incidents", params=asked).json()["incidents"]]

    assert names(state="open") == ["three", "two"]
    assert names(state="resolved") == ["one"]
    assert names(rule="rule_two") == ["two"]
    assert names(severity="critical") == []
    assert names(start="-10m") == ["three", "two"]
    assert names(end="-45m") == ["one"]
    assert client.get("/api/v1/incidents", params={"cursor": "x"}).json()["field"] == "cursor"


def test_a_key_of_another_project_sees_and_changes_nothing(make_client: MakeClient, control: ControlDatabase, evaluate: Evaluate) -> None:
    """Incidents, silences and readings of other projects are not there, and reading takes no edit."""
    create_project(control, "shop", "", 1)
    evaluate(1, {"a": 9})
    incident = open_incident(make_client())
    other = make_client(Principal("shop", frozenset({KeyScope.READ, KeyScope.EDIT})))
    assert other.get("/api/v1/incidents").json()["incidents"] == []
    assert other.get("/api/v1/alerts").json() == {"alerts": [], "evaluations": []}
    path = f"/api/v1/incidents/{incident['id']}"
    assert other.get(path).status_code == 404
    assert other.get(f"{path}/post-mortem.md").status_code == 404
    assert other.patch(path, json={"is_acknowledged": True}).status_code == 404
    reader = make_client(Principal("default", frozenset({KeyScope.READ})))
    assert reader.patch(path, json={"is_acknowledged": True}).status_code == 403
    assert reader.post("/api/v1/silences", json={}).status_code == 403


SILENCE = {"matchers": [{"name": "model", "operator": "=~", "value": "gpt.*"}], "ends_at": "2023-11-15T00:00:00Z", "reason": "deploy"}


def test_a_silence_is_made_and_ended(client: TestClient) -> None:
    """It is active from now on, and stays in the list once it is ended, with who ended it."""
    made = client.post("/api/v1/silences", json={**SILENCE, "author": "Ann"}).json()
    assert (made["state"], made["created_by"], made["starts_at"], made["project_id"]) == ("active", "Ann", format_time(NOW_NS), None)
    assert client.get("/api/v1/silences").json()["silences"] == [made]
    assert client.delete(f"/api/v1/silences/{made['id']}", params={"author": "Bob"}).status_code == 204
    (ended,) = client.get("/api/v1/silences").json()["silences"]
    assert (ended["state"], ended["ended_by"], ended["ended_at"]) == ("ended", "Bob", format_time(NOW_NS))
    assert client.delete(f"/api/v1/silences/{made['id']}").status_code == 404


def test_a_maintenance_window_has_a_schedule(client: TestClient) -> None:
    """It needs no end, and is active when it is open."""
    schedule = {"days": ["tue"], "start": "23:00", "duration_s": 3600, "time_zone": "Europe/Berlin"}
    made = client.post("/api/v1/silences", json={**SILENCE, "ends_at": None, "schedule": schedule}).json()
    assert (made["state"], made["schedule"], made["ends_at"]) == ("active", schedule, None)  # NOW_NS is a Tuesday, 23:13 there


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": None}, "ends_at"), ({"ends_at": "2023-11-14T00:00:00Z"}, "ends_at"), ({"ends_at": "soon"}, "ends_at"),
        ({"matchers": [{"name": "a", "operator": "=~", "value": "("}]}, "matchers.0.value"),
        ({"matchers": [{"name": "a", "operator": "!=", "value": "b"}]}, "matchers"), ({"reason": ""}, "reason"),
        ({"schedule": {"days": ["mon"], "start": "1", "duration_s": 60, "time_zone": "UTC"}}, "schedule.start"),
        ({"project_id": "nowhere"}, "project_id"), ({"other": 1}, "other"),
    ],
)  # fmt: skip
def test_silences_that_cannot_be_are_named(client: TestClient, change: dict[str, object], field: str) -> None:
    """No end, no pattern, everything at once, no reason, no time of the day."""
    answer = client.post("/api/v1/silences", json={**SILENCE, **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert client.get("/api/v1/silences").json()["silences"] == []


def test_inhibitions_are_made_and_deleted(client: TestClient) -> None:
    """They come back as they were said."""
    new = {
        "source": [{"name": "severity", "operator": "=", "value": "critical"}],
        "target": [{"name": "severity", "operator": "!=", "value": "critical"}],
        "equal": ["model"], "reason": "follows",
    }  # fmt: skip
    refused = client.post("/api/v1/inhibitions", json=new)
    assert (refused.status_code, refused.json()["field"]) == (400, "target")
    new["target"] = [{"name": "severity", "operator": "=~", "value": "warning|info"}]
    made = client.post("/api/v1/inhibitions", json=new).json()
    assert {name: made[name] for name in new} == new
    assert client.get("/api/v1/inhibitions").json()["inhibitions"] == [made]
    assert client.delete(f"/api/v1/inhibitions/{made['id']}").status_code == 204
    assert client.get("/api/v1/inhibitions").json()["inhibitions"] == []


def test_readings_are_read_by_rule(client: TestClient, evaluate: Evaluate) -> None:
    """Values, bounds and states of each series, aligned to the times."""
    evaluate(3, {"a": 1})
    evaluate(2, {"a": 9})
    (series,) = client.get("/api/v1/readings", params={"rule": "rule_slow", "start": "-1h"}).json()["series"]
    assert (series["labels"], series["value"], series["state"]) == ({"model": "a"}, [1, 9], ["inactive", "firing"])
    assert (series["threshold"], series["times"][1]) == ([5, 5], format_time(NOW_NS - 2 * MINUTE_NS))
    assert client.get("/api/v1/readings", params={"rule": "other"}).json() == {"series": []}
