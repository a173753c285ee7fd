"""Messages in Debian's Alertmanager, as it answers them: firing, told again, resolved, and several of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from alerts.notify.conftest import FIRING, MakeTarget
from doubles.alertmanager import Alertmanager, free_port, needs_alertmanager, running_alertmanager
from watchglass.alerts.notify.message import Message, MessageKind
from watchglass.alerts.notify.target import ConfiguredTarget, Telling
from watchglass.clock import SystemClock
from watchglass.outgoing.sending import Answer, Fate, Sender

pytestmark = needs_alertmanager

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    """One for all tests; each has an incident of its own."""
    with running_alertmanager(tmp_path_factory.mktemp("alertmanager")) as running:
        yield running


def message(incident: str, kind: MessageKind = MessageKind.FIRING) -> Message:
    """A message of now."""
    now_ns = CLOCK.now_ns()
    ended = now_ns if kind is MessageKind.RESOLVED else None
    return replace(FIRING, kind=kind, incident_id=incident, started_at_ns=now_ns - 60 * 10**9, at_ns=now_ns, resolved_at_ns=ended)


def tell(target: ConfiguredTarget, told: Message, *, later_s: float = 0, is_again: bool = False) -> Answer:
    """Send it."""
    sender = Sender(CLOCK, target.secrets)
    try:
        return target.target.tell(Telling("id", told, CLOCK.now_ns() + int(later_s * 1e9), is_again), sender)
    finally:
        sender.close()


def of(alertmanager: Alertmanager, incident: str) -> list[dict]:  # type: ignore[type-arg]
    """Its alerts of one incident."""
    return [alert for alert in alertmanager.alerts() if alert["labels"]["incident"] == incident]


def test_an_alert_fires_and_is_resolved(alertmanager: Alertmanager, make_target: MakeTarget) -> None:
    """Labels are those that Prometheus allows, the words are annotations, and the end ends it."""
    target = make_target(kind="alertmanager", urls=[alertmanager.url])
    told = message("fires")
    assert tell(target, told).fate is Fate.TAKEN
    (alert,) = of(alertmanager, "fires")
    assert alert["labels"] == {
        "alertname": "slow-answers", "severity": "critical", "team": "shop", "project": "shop", "incident": "fires",
        "model": "gpt-4o", "gen_ai_provider": "openai",
    }  # fmt: skip
    assert alert["annotations"] == {
        "summary": "Answers of gpt-4o are slow", "description": "p95 of duration is 4.2 s, threshold 2 s (above 2 s for 5 min)",
        "explanation": "release 1.4.2 explains 82% of it", "runbook_url": "https://runbooks.example.com/slow",
        "incident_url": "https://watchglass.example.com/incidents/fires",
        "example_traces": "https://watchglass.example.com/traces/0123456789abcdef0123456789abcdef",
    }  # fmt: skip
    assert alert["generatorURL"] == "https://watchglass.example.com/incidents/fires"
    assert datetime.fromisoformat(alert["startsAt"]).timestamp() == pytest.approx(told.started_at_ns / 1e9, abs=0.01)
    assert alert["status"]["state"] == "active"
    assert tell(target, message("fires", MessageKind.RESOLVED)).fate is Fate.TAKEN
    assert of(alertmanager, "fires") == []


def test_an_alert_that_is_told_again_goes_on(alertmanager: Alertmanager, make_target: MakeTarget) -> None:
    """It ends four intervals after it was last told: later when told again, by itself when not."""
    target = make_target(kind="alertmanager", urls=[alertmanager.url], again_every_s=5)
    told = message("again")
    tell(target, told)
    first = of(alertmanager, "again")[0]["endsAt"]
    tell(target, told, later_s=5, is_again=True)
    assert datetime.fromisoformat(of(alertmanager, "again")[0]["endsAt"]).timestamp() >= datetime.fromisoformat(first).timestamp() + 4.9
    tell(target, replace(told, incident_id="silent"), later_s=-19)
    assert of(alertmanager, "silent")
    alertmanager.wait_for(lambda alerts: not any(alert["labels"]["incident"] == "silent" for alert in alerts))
    assert of(alertmanager, "again")


def test_each_of_several_is_told_and_one_that_is_away_holds_nothing_up(
    alertmanager: Alertmanager, make_target: MakeTarget, tmp_path: Path
) -> None:
    """The message is taken when one has it; the other gets it when it is back and is told again."""
    port = free_port()
    target = make_target(kind="alertmanager", urls=[f"http://127.0.0.1:{port}", alertmanager.url])
    told = message("several")
    answer = tell(target, told)
    assert answer.fate is Fate.TAKEN
    assert "ConnectError" in answer.error
    assert of(alertmanager, "several")
    with running_alertmanager(tmp_path / "other", port) as other:
        assert tell(target, told, is_again=True) == Answer(Fate.TAKEN)
        assert [alert["labels"]["incident"] for alert in other.alerts()] == ["several"]


def test_when_all_are_away_it_is_tried_again(make_target: MakeTarget) -> None:
    """And what was wrong is said."""
    target = make_target(kind="alertmanager", urls=[f"http://127.0.0.1:{free_port()}"])
    answer = tell(target, message("away"))
    assert answer.fate is Fate.AGAIN
    assert "ConnectError" in answer.error


def test_words_that_are_no_labels_do_not_lose_the_alert(alertmanager: Alertmanager, make_target: MakeTarget) -> None:
    """Names of any kind become ones that Alertmanager takes, and none takes the place of ours."""
    target = make_target(kind="alertmanager", urls=[alertmanager.url])
    labels = {"alertname": "forged", "0-ü": 'a"\\\n{}', "": "x", "empty": "", "incident": "forged"}
    assert tell(target, replace(message("odd"), labels=labels)) == Answer(Fate.TAKEN)
    (alert,) = of(alertmanager, "odd")
    assert alert["labels"]["alertname"] == "slow-answers"
    assert alert["labels"]["_0__"] == 'a"\\\n{}'


def test_a_test_is_over_by_itself(alertmanager: Alertmanager, make_target: MakeTarget) -> None:
    """It fires for a minute and no longer."""
    target = make_target(kind="alertmanager", urls=[alertmanager.url])
    tell(target, message("test", MessageKind.TEST), later_s=-59)
    assert len(of(alertmanager, "test")) <= 1
    alertmanager.wait_for(lambda alerts: not any(alert["labels"]["incident"] == "test" for alert in alerts))
