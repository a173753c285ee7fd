"""/api/v1/scores: what is given is stored before the answer, once, and found again."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from watchglass.model.records import KeyScope, Principal
from watchglass.query.scope import format_time

TRACE = f"{1:032x}"
THUMB = {"trace_id": TRACE, "name": "thumbs", "value": 1}


def give(client: TestClient, *scores: dict[str, Any], status: int = 201, **parameters: str) -> dict[str, Any]:
    """Send scores and return the answer."""
    answer = client.post("/api/v1/scores", json={"scores": list(scores)}, params=parameters)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def listed(client: TestClient, **parameters: str) -> list[dict[str, Any]]:
    """The scores that are found."""
    answer = client.get("/api/v1/scores", params=parameters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["scores"])


def test_score_is_found_at_once(client: TestClient) -> None:
    """What was sent is there when the answer comes, with what was left out filled in."""
    given = {**THUMB, "score_id": "a/b:1", "trace_id": TRACE.upper(), "comment": "<b>ok</b>", "author": "ada"}
    assert give(client, given) == {"score_ids": ["a/b:1"], "new_count": 1}
    assert listed(client, trace_id=TRACE) == [{
        **THUMB, "span_id": "", "session_id": "", "value": 1.0, "label": "", "comment": "<b>ok</b>", "source": "feedback",
        "author": "ada", "score_id": "a/b:1", "time": format_time(NOW_NS),
    }]  # fmt: skip
    assert listed(client, trace_id=f"{2:032x}") == []


def test_same_body_twice_is_stored_once(client: TestClient) -> None:
    """A score without an id is named by what it says; another time, or another word, is another score."""
    first = give(client, THUMB)
    assert give(client, THUMB) == {**first, "new_count": 0}
    assert give(client, {**THUMB, "time": "2023-11-14T22:00:00Z"}, {**THUMB, "comment": "x"})["new_count"] == 2
    assert len(listed(client, trace_id=TRACE)) == 3


def test_scores_of_a_range_are_filtered_and_paged(client: TestClient) -> None:
    """Without a trace the last day's are listed; a filter and a cursor work as for every list."""
    give(client, *[{**THUMB, "value": n, "time": str(NOW_NS - n)} for n in range(1, 8)], {**THUMB, "time": "2023-11-01"})
    assert [one["value"] for one in listed(client, filter="value<=3")] == [1, 2, 3]
    page = client.get("/api/v1/scores", params={"limit": 5}).json()
    rest = client.get("/api/v1/scores", params={"limit": 5, "cursor": page["next_cursor"]}).json()
    assert [one["value"] for one in page["scores"] + rest["scores"]] == [1, 2, 3, 4, 5, 6, 7]
    assert rest["next_cursor"] is None
    assert len(listed(client, trace_id=TRACE)) == 8


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value": None}, "scores.1.value"),
        ({"value": "high"}, "scores.1.value"),
        ({"trace_id": ""}, "scores.1.trace_id"),
        ({"trace_id": "xyz"}, "scores.1.trace_id"),
        ({"trace_id": "", "session_id": "s", "span_id": f"{1:016x}"}, "scores.1.trace_id"),
        ({"span_id": "1"}, "scores.1.span_id"),
        ({"name": ""}, "scores.1.name"),
        ({"source": "rumour"}, "scores.1.source"),
        ({"time": "yesterday"}, "scores.1.time"),
        ({"score_id": "a b"}, "scores.1.score_id"),
        ({"comment": "x" * 20_001}, "scores.1.comment"),
        ({"colour": "red"}, "scores.1.colour"),
    ],
)
def test_wrong_score_is_named_and_nothing_is_stored(client: TestClient, wrong: dict[str, Any], field: str) -> None:
    """One wrong score refuses the request and says which it is; the right one before it is not stored either."""
    assert give(client, THUMB, {**THUMB, **wrong}, status=400)["field"] == field
    assert listed(client, trace_id=TRACE) == []


def test_number_that_is_none_is_refused(client: TestClient) -> None:
    """NaN and infinity, which JSON does not have, are no values."""
    body = '{"scores":[{"trace_id":"%s","name":"n","value":%s}]}'
    for number in ("NaN", "Infinity", "1e999"):
        answer = client.post("/api/v1/scores", content=body % (TRACE, number), headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["field"]) == (400, "scores.0.value"), answer.text


def test_a_thousand_at_once_and_no_more(client: TestClient) -> None:
    """A thousand scores are one request; none and a thousand and one are refused."""
    many = [{**THUMB, "value": n} for n in range(1_001)]
    assert give(client, *many[:1_000])["new_count"] == 1_000
    assert give(client, *many, status=400)["field"] == "scores"
    assert give(client, status=400)["field"] == "scores"


@pytest.mark.parametrize(("scope", "status"), [(KeyScope.INGEST, 201), (KeyScope.EDIT, 201), (KeyScope.ADMIN, 201), (KeyScope.READ, 403)])
def test_who_sends_or_edits_may_give_scores(make_client: MakeClient, scope: KeyScope, status: int) -> None:
    """Scopes ingest and edit (and admin) may write, read alone may not."""
    give(make_client(Principal("default", frozenset({scope}))), THUMB, status=status)


def test_scores_stay_in_their_project(make_client: MakeClient) -> None:
    """A key of one project writes there and nowhere else; a project that is not there is refused by name."""
    bound = make_client(Principal("default", frozenset({KeyScope.INGEST, KeyScope.READ})))
    give(bound, THUMB, status=403, project="shop")
    everyone = make_client()
    assert give(everyone, THUMB, status=400, project="shop")["field"] == "project"
    everyone.post("/api/v1/projects", json={"id": "shop"})
    give(everyone, THUMB, project="shop")
    assert listed(bound, trace_id=TRACE) == []
    assert len(listed(everyone, trace_id=TRACE, project="shop")) == 1
