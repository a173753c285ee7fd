"""Targets of notifications and their log over the API: no secret, other projects' nothing, tests that are real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from api.conftest import NOW_NS, MakeClient
from doubles.target import Target, running_target
from watchglass.alerts.notify.configuration import read_targets
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.model.records import KeyScope, Principal
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.notifications import enqueue

READER = Principal("shop", frozenset({KeyScope.READ}))
EDITOR = Principal("shop", frozenset({KeyScope.EDIT}), "key_1")


@pytest.fixture
def receiver() -> Iterator[Target]:
    """A receiver of webhooks."""
    with running_target() as running:
        yield running


@pytest.fixture
def targets(tmp_path: Path, receiver: Target) -> list[ConfiguredTarget]:
    """A webhook for all projects, and one for another project."""
    path = tmp_path / "targets.yml"
    hook = {"kind": "webhook", "url_env": "URL", "secret_env": "SECRET"}
    path.write_text(yaml.safe_dump({"targets": [{"name": "hook", "default": True, **hook}, {"name": "bank", "project": "bank", **hook}]}))
    return read_targets(path, Links(""), {"URL": f"{receiver.url}/very-secret-path", "SECRET": "very-secret-key"}.get)


def put(control: ControlDatabase, key: str, project: str | None = "shop") -> None:
    """A message in the outbox."""
    document = {"project_id": project, "incident_id": f"incident_{key}", "kind": "firing", "title": f"about {key}"}
    with control.write() as connection:
        enqueue(connection, "hook", document, key, NOW_NS - 90 * 10**9)


def test_targets_are_shown_without_secrets(make_client: MakeClient, control: ControlDatabase, targets: list[ConfiguredTarget]) -> None:
    """Each with how it is; a key for one project sees its own and those for all."""
    put(control, "k")
    answer = make_client(READER, targets=targets).get("/api/v1/notification-targets")
    assert "secret" not in answer.text
    place = targets[0].target.place
    assert answer.json() == {"targets": [{
        "name": "hook", "kind": "webhook", "place": place, "project_id": None, "is_default": True, "state": "late", "waiting_count": 1,
        "sent_count": 0, "given_up_count": 0, "oldest_waiting_at": "2023-11-14T22:11:50.000000000Z", "last_sent_at": None, "last_error": "",
    }]}  # fmt: skip
    names = [it["name"] for it in make_client(targets=targets).get("/api/v1/notification-targets").json()["targets"]]
    assert names == ["hook", "bank"]


def test_a_test_is_sent_and_its_outcome_answered(
    make_client: MakeClient, targets: list[ConfiguredTarget], receiver: Target
) -> None:
    """It goes out once, signed, and stands in the log and in the target's state, taken or not."""
    client = make_client(targets=targets)
    assert client.post("/api/v1/notification-targets/hook/test").json() == {"is_sent": True, "error": "", "notification_id": 1}
    (received,) = receiver.received
    assert b'"kind":"test"' in received.body
    assert received.headers["watchglass-signature"].startswith(f"t={NOW_NS // 10**9},v1=")
    receiver.answer = lambda received: (503, {}, b"very-secret-key is not welcome")
    failed = client.post("/api/v1/notification-targets/hook/test").json()
    assert failed == {"is_sent": False, "error": "503 Service Unavailable: *** is not welcome", "notification_id": 2}
    log = client.get("/api/v1/notifications").json()["notifications"]
    assert [(it["kind"], it["state"], it["incident_id"], it["attempt_count"]) for it in log] == [
        ("test", "given_up", None, 1),
        ("test", "sent", None, 1),
    ]


def test_who_may_test_what(make_client: MakeClient, targets: list[ConfiguredTarget], receiver: Target) -> None:
    """It takes the scope edit; another project's target is not there, nor is one that nobody has."""
    assert make_client(READER, targets=targets).post("/api/v1/notification-targets/hook/test").status_code == 403
    editor = make_client(EDITOR, targets=targets)
    assert editor.post("/api/v1/notification-targets/bank/test").status_code == 404
    assert editor.post("/api/v1/notification-targets/none/test").status_code == 404
    assert receiver.received == []
    assert editor.post("/api/v1/notification-targets/hook/test").json()["is_sent"]
    assert b'"project_id":"shop"' in receiver.received[0].body


def test_the_log_is_walked_by_pages(make_client: MakeClient, control: ControlDatabase) -> None:
    """Each message once, newest first, and only those that are asked for; another project's never."""
    for number in range(5):
        put(control, str(number), "bank" if number == 2 else "shop")
    client = make_client(READER)
    first = client.get("/api/v1/notifications?limit=2").json()
    put(control, "late")
    second = client.get(f"/api/v1/notifications?limit=2&cursor={first['next_cursor']}").json()
    assert [it["title"] for it in first["notifications"] + second["notifications"]] == ["about 4", "about 3", "about 1", "about 0"]
    assert second["next_cursor"] is None
    assert client.get("/api/v1/notifications?project=bank").status_code == 403
    everything = make_client().get("/api/v1/notifications?incident=incident_2&state=waiting&target=hook").json()["notifications"]
    assert [(it["title"], it["project_id"]) for it in everything] == [("about 2", "bank")]
    for query in ("cursor=x", "state=lost", "limit=0"):
        assert client.get(f"/api/v1/notifications?{query}").status_code == 400
