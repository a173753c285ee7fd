"""/api/v1/spans, /logs, /sessions, /users and /fields through the real application."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from doubles.rows import NOW_NS, insert_rows, log, messages, span
from watchglass.clock import FixedClock
from watchglass.model.fields import load_fields
from watchglass.query.cursor import begin
from watchglass.query.scope import Scope
from watchglass.store.engine import Engine

SCOPE = Scope("default", NOW_NS - 10**16, NOW_NS)
SESSION = "a/b c?d#e%'é"


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at the rows' present."""
    return FixedClock(NOW_NS)


def walked(client: TestClient, path: str, name: str, **query: str) -> list[dict[str, object]]:
    """The rows of all pages of two."""
    found: list[dict[str, object]] = []
    asked = {"limit": "2", **query}
    for _ in range(20):
        answer = client.get(f"/api/v1/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()[name]
        if answer.json()["next_cursor"] is None:
            return found
        asked["cursor"] = answer.json()["next_cursor"]
    raise AssertionError("the walk does not end")


def test_spans_are_listed(client: TestClient, engine: Engine) -> None:
    """Spans of all traces come newest first, with previews."""
    rows = [span(n, n, at_s=-n, project_id="default", input_messages=messages(("user", f"q{n}"))) for n in range(1, 6)]
    insert_rows(engine, "spans", rows)
    found = walked(client, "spans", "spans", filter="q1 OR q2 OR q5")
    assert [(one["input_preview"], one["trace_id"]) for one in found] == [(f"q{n}", f"{n:032x}") for n in (1, 2, 5)]
    assert found[0]["start_time"] == "2026-05-28T20:26:39.000000000Z"


def test_logs_are_listed_with_their_trace(client: TestClient, engine: Engine) -> None:
    """Log records come newest first, of a trace alone when it is named, and bodies are cut where it is said."""
    a = f"{0xA:032x}"
    rows = [log(-n, project_id="default", body=f"body {n}", trace_id=a if n % 2 else "", severity_number=9) for n in range(1, 6)]
    insert_rows(engine, "logs", rows)
    assert [one["body"] for one in walked(client, "logs", "logs")] == [f"body {n}" for n in range(1, 6)]
    found = walked(client, "logs", "logs", trace_id=a, filter="level:info", body_characters="4")
    assert [(one["body"], one["is_cut"], one["trace_id"]) for one in found] == [("body", True, a)] * 3
    assert client.get("/api/v1/logs", params={"trace_id": "x"}).json()["field"] == "trace_id"


@pytest.mark.parametrize(("path", "name", "column"), [("sessions", "sessions", "session_id"), ("users", "users", "user_id")])
def test_groups_are_listed(client: TestClient, engine: Engine, path: str, name: str, column: str) -> None:
    """Sessions and users come with what they did, the latest active first."""
    rows = [span(n, n, at_s=-n, project_id="default", status_code="error", **{column: f"x{n}"}) for n in range(1, 6)]
    insert_rows(engine, "spans", rows)
    found = walked(client, path, name)
    assert [one[column] for one in found] == [f"x{n}" for n in range(1, 6)]
    own = {"session_id": {"user_ids": [], "input_preview": ""}, "user_id": {"session_count": 0}}[column]
    assert {key: value for key, value in found[0].items() if key != column} == {
        **own,
        "first_time": "2026-05-28T20:26:39.000000000Z", "last_time": "2026-05-28T20:26:39.000000000Z", "trace_count": 1,
        "span_count": 1, "error_count": 1, "model_call_count": 0, "input_tokens": None, "output_tokens": None,
        "cost_usd": None, "unpriced_count": 0,
    }  # fmt: skip


def test_session_of_any_name_gives_its_traces(client: TestClient, engine: Engine) -> None:
    """A session's id may hold whatever an address treats specially."""
    insert_rows(engine, "spans", [span(n, n, at_s=-n, project_id="default", session_id=SESSION) for n in (1, 2)])
    answer = client.get(f"/api/v1/sessions/{quote(SESSION, safe='')}").json()
    assert (answer["session_id"], answer["is_truncated"]) == (SESSION, False)
    assert [one["trace_id"] for one in answer["traces"]] == [f"{2:032x}", f"{1:032x}"]
    assert client.get("/api/v1/sessions/nobody").status_code == 404


@pytest.mark.parametrize("path", ["spans", "logs", "sessions", "users"])
@pytest.mark.parametrize(
    ("query", "field"), [({"filter": "x:y"}, "filter"), ({"cursor": "x"}, "cursor"), ({"limit": "1001"}, "limit"), ({"end": "x"}, "end")]
)  # fmt: skip
def test_bad_question_names_the_field(client: TestClient, path: str, query: dict[str, str], field: str) -> None:
    """What cannot be answered is refused with 400 and the parameter's name."""
    answer = client.get(f"/api/v1/{path}", params=query)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_vocabulary_is_answered(client: TestClient) -> None:
    """Every column of every table is there, and the short names that filters know."""
    tables = {table["name"]: table for table in client.get("/api/v1/fields").json()["tables"]}
    assert {name: [one["name"] for one in table["fields"]] for name, table in tables.items()} == {
        name: [one.name for one in fields] for name, fields in load_fields().items()
    }
    assert {"service", "duration", "error", "tokens"} <= set(tables["spans"]["short_names"])
    short = {field["name"]: field["short_name"] for field in tables["spans"]["fields"]}
    assert (short["service_name"], short["model"]) == ("service", "")


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "\\' OR 1=1 --", "x'; DROP TABLE spans --", "{p0:String}", "a\0b", "%", "\\", "ü\n"])
def test_hostile_text_is_only_text(client: TestClient, engine: Engine, hostile: str) -> None:
    """Whatever stands in a project, a filter, an id or a cursor, nothing but its own rows is answered."""
    insert_rows(engine, "spans", [span(1, 1, project_id="default", session_id="s", user_id="u", name="n")])
    insert_rows(engine, "logs", [log(project_id="default", body="b")])
    for path, name in [("traces", "traces"), ("spans", "spans"), ("logs", "logs"), ("sessions", "sessions"), ("users", "users")]:
        answer = client.get(f"/api/v1/{path}", params={"project": hostile})
        assert (answer.status_code, answer.json().get("field")) == (400, "project"), (path, answer.text)
        answer = client.get(f"/api/v1/{path}", params={"filter": f'service:"{hostile}"'})
        assert (answer.status_code, answer.json().get(name)) in ((200, []), (400, None)), (path, answer.text)
        walk = begin(SCOPE, None, NOW_NS, path, "", *(("", "") if path == "logs" else ()))
        answer = client.get(f"/api/v1/{path}", params={"cursor": walk.cursor(NOW_NS - 10**15, hostile)})
        assert (answer.status_code, answer.json().get(name)) == (200, []), (path, answer.text)
    for path in ("sessions/{}", "traces/{}", f"traces/{1:032x}/spans/{{}}"):
        assert client.get("/api/v1/" + path.format(quote(hostile, safe=""))).status_code in (400, 404)
    for parameter in ("trace_id", "span_id"):
        assert client.get("/api/v1/logs", params={parameter: hostile}).status_code == 400
    assert len(client.get("/api/v1/traces").json()["traces"]) == 1


def test_logs_are_counted_over_time(client: TestClient, engine: Engine) -> None:
    """Every level is there, aligned to times; a wrong interval and filter are named."""
    insert_rows(engine, "logs", [log(project_id="default", time=NOW_NS - 10**9, severity_number=number) for number in (9, 17, 17)])
    answer = client.get("/api/v1/logs/histogram", params={"start": "-10m", "interval": "1m"}).json()
    assert {it["level"]: it["count"] for it in answer["levels"] if it["count"]} == {"info": 1, "error": 2}
    assert all(len(it["values"]) == len(answer["times"]) == 11 for it in answer["levels"])
    assert (answer["interval_s"], answer["counted_since"]) == (60, None)
    for field, value in (("interval", "0s"), ("filter", "nothing:1"), ("exact", "maybe")):
        assert client.get("/api/v1/logs/histogram", params={field: value}).json()["field"] == field


def test_a_session_is_replayed(client: TestClient, engine: Engine) -> None:
    """The first page says what the whole session came to; a session that nobody said is not found."""
    insert_rows(engine, "spans", [span(n, n, at_s=-n - 1, project_id="default", session_id=SESSION, user_id="u") for n in (1, 2, 3)])
    first = client.get("/api/v1/turns", params={"session": SESSION, "limit": 2}).json()
    assert first["session"]["trace_count"] == 3
    assert first["session"]["user_ids"] == ["u"]
    rest = client.get("/api/v1/turns", params={"session": SESSION, "limit": 2, "cursor": first["next_cursor"]}).json()
    assert rest["session"] is None
    assert [turn["trace"]["trace_id"] for turn in first["turns"] + rest["turns"]] == [f"{n:032x}" for n in (3, 2, 1)]
    assert client.get("/api/v1/turns", params={"session": "nobody"}).status_code == 404
    assert client.get("/api/v1/turns").json()["field"] == "session"


def test_a_users_course(client: TestClient, engine: Engine) -> None:
    """Totals and buckets of one user; one who did nothing in the range has no totals and zeros."""
    insert_rows(engine, "spans", [span(n, n, at_s=-n - 1, project_id="default", session_id=f"s{n}", user_id=SESSION) for n in (1, 2)])
    answer = client.get(f"/api/v1/users/{quote(SESSION, safe='')}", params={"start": "-1h"}).json()
    assert (answer["user"]["trace_count"], answer["user"]["session_count"]) == (2, 2)
    assert sum(answer["trace_count"]) == 2
    assert len(answer["times"]) == len(answer["cost_usd"])
    nobody = client.get("/api/v1/users/nobody", params={"start": "-1h"}).json()
    assert (nobody["user"], sum(nobody["trace_count"])) == (None, 0)


def test_users_by_cost_have_one_page(client: TestClient, engine: Engine) -> None:
    """Those without a cost are left out, and a cursor is refused."""
    call = {"is_model_call": True, "input_tokens": 1}
    insert_rows(engine, "spans", [span(n, n, at_s=-n - 1, project_id="default", user_id=f"u{n}", cost_usd=n or None, **call) for n in range(3)])
    answer = client.get("/api/v1/users", params={"order_by": "cost_usd"}).json()
    assert [user["user_id"] for user in answer["users"]] == ["u2", "u1"]
    assert answer["next_cursor"] is None
    cursor = client.get("/api/v1/users", params={"limit": 1}).json()["next_cursor"]
    refused = client.get("/api/v1/users", params={"order_by": "cost_usd", "cursor": cursor})
    assert refused.json()["field"] == "cursor"
