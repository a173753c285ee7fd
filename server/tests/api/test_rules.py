"""/api/v1/rules: made, changed one at a time, exported, tried and imported; those of files stay as they are."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, span
from watchglass.alerts.rule_files import RuleFiles
from watchglass.alerts.rule_yaml import parse_rules
from watchglass.model.records import KeyScope, Principal
from watchglass.store.engine import Engine

RULE: dict[str, Any] = {
    "name": "errors", "query": {"source": "usage", "measures": ["error_count"], "per": "span_count", "group_by": ["model"]},
    "when": {"kind": "threshold", "above": 0.5}, "for_s": "5m",
}  # fmt: skip


def make(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/rules", json={**RULE, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_rule_is_made_changed_and_deleted(make_client: MakeClient) -> None:
    """By one at a time, with its version."""
    client = make_client()
    made = make(client)
    assert (made["source"], made["version"], made["rule"]["for_s"], made["rule"]["project"]) == ("api", 1, 300, None)
    address = f"/api/v1/rules/{made['id']}"
    assert client.get(address).json() == made
    changed = client.put(address, json={"rule": {**RULE, "severity": "critical", "project": "default"}, "version": 1}).json()
    assert (changed["version"], changed["rule"]["severity"], changed["rule"]["project"]) == (2, "critical", None)
    assert client.put(address, json={"rule": RULE, "version": 1}).status_code == 409
    assert client.get("/api/v1/rules").json() == {"rules": [changed], "file_error": ""}
    assert client.post("/api/v1/rules", json=RULE).json()["field"] == "name"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/rules").json()["rules"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"query": {"source": "usage", "measures": ["errors"]}}, "query.measures"),
        ({"query": {"source": "usage", "measures": ["span_count"], "filter": "colour:red"}}, "query.filter"),
        ({"query": {"source": "usage", "measures": ["span_count"], "group_by": ["colour"]}}, "query.group_by"),
        ({"query": {"source": "sql", "query": "DROP TABLE spans"}}, "query.query"),
        ({"query": {"source": "sql", "query": "SELECT {x:Int64} AS n"}}, "query.parameters"),
        ({"when": {"kind": "ratio", "above": 1, "over": {"source": "metrics", "name": "m", "filter": "("}}}, "when.over.filter"),
        ({"project": "nowhere"}, "project_id"),
    ],
)  # fmt: skip
def test_a_rule_that_could_never_be_evaluated_is_refused(make_client: MakeClient, change: dict[str, Any], field: str) -> None:
    """The field is named as it stands in the rule."""
    answer = make_client().post("/api/v1/rules", json={**RULE, **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


def test_rules_of_files_stay_as_they_are(make_client: MakeClient, tmp_path: Path) -> None:
    """They are listed with their file, and what is wrong with it is told."""
    path = tmp_path / "team.yml"
    path.write_text(yaml.safe_dump({"rules": [RULE]}))
    files = RuleFiles(path)
    files.load()
    client = make_client(rule_files=files)
    [entry] = client.get("/api/v1/rules").json()["rules"]
    assert (entry["source"], entry["file"]) == ("file", "team.yml")
    address = f"/api/v1/rules/{entry['id']}"
    assert client.delete(address).status_code == 403
    assert client.put(address, json={"rule": RULE, "version": 1}).status_code == 403
    path.write_text("rules: [{name: 1}]")
    answer = client.get("/api/v1/rules").json()
    assert answer["rules"] == [entry]
    assert answer["file_error"].startswith("team.yml: line 1: rules[0].name")


def test_keys_see_and_change_their_own_project(make_client: MakeClient) -> None:
    """A reader changes nothing; an editor makes rules of the own project alone."""
    everybodys = make(make_client())
    reader = make_client(Principal("default", frozenset({KeyScope.READ})))
    assert [it["id"] for it in reader.get("/api/v1/rules").json()["rules"]] == [everybodys["id"]]
    assert reader.post("/api/v1/rules", json=RULE).status_code == 403
    editor = make_client(Principal("default", frozenset({KeyScope.READ, KeyScope.EDIT})))
    mine = make(editor)
    assert mine["rule"]["project"] == "default"
    assert editor.post("/api/v1/rules", json={**RULE, "project": "other"}).status_code == 403
    assert editor.delete(f"/api/v1/rules/{everybodys['id']}").status_code == 404
    other = make_client(Principal("other", frozenset({KeyScope.READ, KeyScope.EDIT})))
    assert other.get(f"/api/v1/rules/{mine['id']}").status_code == 404


def test_rules_are_exported_as_a_file_of_rules(make_client: MakeClient) -> None:
    """All, or those that are named; what was exported is imported."""
    client = make_client()
    first, _ = make(client), make(client, name="slow")
    text = client.get("/api/v1/rules/export").text
    assert [it.name for it in parse_rules(text, "text")] == ["errors", "slow"]
    assert [it.name for it in parse_rules(client.get("/api/v1/rules/export", params={"rule": first["id"]}).text, "text")] == ["errors"]
    for entry in client.get("/api/v1/rules").json()["rules"]:
        client.delete(f"/api/v1/rules/{entry['id']}")
    assert [it["rule"]["name"] for it in client.post("/api/v1/rules/import", json={"text": text}).json()["made"]] == ["errors", "slow"]


def test_rules_of_prometheus_are_imported(make_client: MakeClient) -> None:
    """Those that have a counterpart; a trial makes nothing."""
    client = make_client()
    text = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}, {alert: Odd, expr: 'count(up) > 1'}]}]"
    trial = client.post("/api/v1/rules/import", json={"text": text, "is_trial": True}).json()
    assert ([it["alert"] for it in trial["imported"]], trial["refused"], trial["made"]) == (["Down"], [{"alert": "Odd", "reason": "the aggregation count"}], [])
    assert client.get("/api/v1/rules").json()["rules"] == []
    made = client.post("/api/v1/rules/import", json={"text": text, "project_id": "default"}).json()["made"]
    assert [(it["rule"]["name"], it["rule"]["project"]) for it in made] == [("down", "default")]
    assert client.post("/api/v1/rules/import", json={"text": "a: 1"}).json()["field"] == "text"


def test_a_rule_is_tried_over_the_past(make_client: MakeClient, engine: Engine) -> None:
    """With the series, the bound and when it would have fired; nothing is kept, so reading is enough."""
    insert_rows(engine, "spans", [
        span(number, number, start_time=NOW_NS - number * 60 * 10**9, end_time=NOW_NS - number * 60 * 10**9, project_id="default", model="a",
             status_code="error" if 60 <= number < 90 else "ok")
        for number in range(1, 180)
    ])  # fmt: skip
    client = make_client(Principal("default", frozenset({KeyScope.READ})))
    tried = client.post("/api/v1/rules/try", params={"start": "-3h"}, json={"rule": RULE}).json()
    assert (tried["summary"], tried["firing_count"], tried["step_s"], tried["series_count"]) == ("would have fired once in 2.98 hours", 1, 60, 1)
    [series] = tried["series"]
    assert (series["labels"], len(series["values"]), set(series["thresholds"]) - {None}, series["lower"]) == ({"model": "a"}, len(tried["times"]), {0.5}, [])
    [period] = series["periods"]
    assert period["started_at"] < period["fired_at"] < period["resolved_at"]
    assert client.get("/api/v1/rules").json()["rules"] == []
    wrong = client.post("/api/v1/rules/try", params={"start": "-3h"}, json={"rule": {**RULE, "query": {"source": "usage", "measures": ["x"]}}})
    assert wrong.json()["field"] == "query.measures"
