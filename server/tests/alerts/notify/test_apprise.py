"""Messages by apprise to real receivers: its own JSON service, e-mail by SMTP, and the payloads of chats and pagers.

Slack, PagerDuty, Opsgenie, Telegram and Discord have fixed hosts: what apprise would send them goes to a stand-in here.
"""

import email
import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.notify.conftest import FIRING, MakeTarget
from doubles.alertmanager import free_port
from doubles.target import Received, Target
from watchglass.alerts.notify import chart
from watchglass.alerts.notify.message import Message, MessageKind
from watchglass.alerts.notify.target import ConfiguredTarget, Telling
from watchglass.clock import FixedClock
from watchglass.outgoing.sending import Answer, Fate, Sender

PNG = b"\x89PNG\r\n\x1a\n"


def tell(target: ConfiguredTarget, message: Message = FIRING) -> Answer:
    """Send a message."""
    sender = Sender(FixedClock(0), target.secrets)
    try:
        return target.target.tell(Telling("d", message, message.at_ns), sender)
    finally:
        sender.close()


def host(receiver: Target) -> str:
    """Where the receiver listens."""
    return receiver.url.removeprefix("http://")


def test_its_json_service_gets_title_body_type_and_chart(make_target: MakeTarget, receiver: Target) -> None:
    """Plain text where the service has that first; the chart is a PNG."""
    target = make_target({"URL": f"json://{host(receiver)}/hook"}, kind="apprise", url_env="URL")
    assert tell(target) == Answer(Fate.TAKEN)
    sent = json.loads(receiver.received[0].body)
    assert (sent["title"], sent["type"]) == ("[FIRING] critical: Answers of gpt-4o are slow", "failure")
    assert sent["message"].startswith("Value: p95 of duration is 4.2 s, threshold 2 s")
    (attached,) = sent["attachments"]
    assert (attached["filename"], attached["mimetype"]) == ("chart.png", "image/png")


@pytest.mark.parametrize(
    ("kind", "severity", "type_"),
    [("firing", "warning", "warning"), ("firing", "info", "info"), ("reminder", "critical", "failure"), ("resolved", "critical", "success"), ("test", "info", "info")],
)
def test_the_type_tells_how_bad_it_is(make_target: MakeTarget, receiver: Target, kind: str, severity: Any, type_: str) -> None:
    """Services colour by it, and pagers end an incident with success."""
    target = make_target({"URL": f"json://{host(receiver)}"}, kind="apprise", url_env="URL", without_chart=True)
    tell(target, replace(FIRING, kind=MessageKind(kind), severity=severity))
    sent = json.loads(receiver.received[0].body)
    assert (sent["type"], sent["attachments"]) == (type_, [])


def test_what_fails_is_said_without_the_key(make_target: MakeTarget, receiver: Target) -> None:
    """And is tried again: apprise does not tell whether the message or the moment was wrong."""
    receiver.answer = lambda received: (503, {}, b"no")
    target = make_target({"URL": f"json://user:very-secret-key@{host(receiver)}/very-secret-key"}, kind="apprise", url_env="URL")
    answer = tell(target)
    assert answer.fate is Fate.AGAIN
    assert "503" in answer.error or "unavailable" in answer.error.lower(), answer.error
    assert "very-secret-key" not in answer.error


def test_a_receiver_that_is_away_is_tried_again(make_target: MakeTarget) -> None:
    """Nothing is raised."""
    target = make_target({"URL": f"json://127.0.0.1:{free_port()}"}, kind="apprise", url_env="URL")
    assert tell(target).fate is Fate.AGAIN


class Mailbox:
    """What an SMTP server was given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.refuses:
            return "451 later"
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[Mailbox, int]]:
    """An SMTP server and its port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


def test_an_e_mail_has_html_and_the_chart(make_target: MakeTarget, smtp: tuple[Mailbox, int]) -> None:
    """Over real SMTP; what fails there is tried again."""
    mailbox, port = smtp
    url = f"mailto://127.0.0.1:{port}?from=watchglass@example.com&to=oncall@example.com&mode=insecure"
    target = make_target({"URL": url}, kind="apprise", url_env="URL")
    told = replace(FIRING, explanations=("<script>alert(1)</script>",))
    assert tell(target, told) == Answer(Fate.TAKEN)
    (mail,) = mailbox.mails
    assert mail["subject"] == "[FIRING] critical: Answers of gpt-4o are slow"
    assert "oncall@example.com" in mail["to"]
    html = mail.get_body(("html",))
    assert html is not None
    assert "<b>Value:</b> p95 of duration is 4.2 s" in html.get_content()
    assert "<script" not in html.get_content()
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content().startswith(PNG)
    mailbox.refuses = True
    assert tell(target).fate is Fate.AGAIN


CHATS = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#oncall",
    "pagerduty": "pagerduty://T1JJ3T3L2AAAABBBBCCCC@A1BRTD4JDEEEEFFFF/source/component",
    "opsgenie": "opsgenie://a1b2c3d4-e5f6-0718-293a-4b5c6d7e8f90",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "telegram": "tgram://123456789:ABCdefghijkl_-1234567890abcdefghi/12345/",
    "workflows": "workflows://prod-01.westeurope.logic.azure.com:443/a1b2c3/ABCdefghijklmnop",
}


@pytest.fixture
def stand_in(receiver: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The receiver in the place of every host: what requests sends goes there, with its host in a header."""
    import requests
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def redirected(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert request.url is not None
        parts = requests.utils.urlparse(request.url)
        request.headers["x-meant-for"] = parts.netloc
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", receiver.url)
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", redirected)
    receiver.answer = lambda received: (200, {"content-type": "application/json"}, b'{"ok": true, "result": {"message_id": 1}}')
    return receiver


def said(received: Received) -> str:
    """The body of a request, JSON's escapes undone."""
    text = received.body.decode(errors="replace")
    return json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text


@pytest.mark.parametrize("name", CHATS)
def test_the_payload_of_chats_and_pagers_reaches_them(make_target: MakeTarget, stand_in: Target, name: str) -> None:
    """The words of the message are in what apprise sends; where words of users would be a link or a name to call, they are not."""
    if name == "opsgenie":
        stand_in.answer = lambda received: (202, {"content-type": "application/json"}, b'{"result":"Request will be processed","requestId":"1"}')
    if name == "slack":
        stand_in.answer = lambda received: (200, {}, b"ok")
    target = make_target({"URL": CHATS[name]}, kind="apprise", url_env="URL", without_chart=True)
    told = replace(FIRING, title="<!channel> @everyone http://evil.example is slow", explanations=("<@U123> [a](http://evil.example)",))
    assert tell(target, told) == Answer(Fate.TAKEN)
    text = " ".join(said(received) for received in stand_in.received)
    assert "is slow" in text and "4.2 s" in text
    assert "@everyone" not in text
    assert "://evil.example" not in text
    assert "github" not in text
    if name == "slack":
        assert "<!channel>" not in text and "<@U123>" not in text
        assert "<https://watchglass.example.com/incidents/incident_1|open>" in text


def test_a_pager_ends_the_incident_that_it_began(make_target: MakeTarget, stand_in: Target) -> None:
    """PagerDuty knows both messages by the incident, and the second resolves it; another incident is another one."""
    target = make_target({"URL": CHATS["pagerduty"]}, kind="apprise", url_env="URL")
    for message in (FIRING, replace(FIRING, kind=MessageKind.RESOLVED), replace(FIRING, incident_id="incident_2")):
        assert tell(target, message).fate is Fate.TAKEN
    sent = [json.loads(received.body) for received in stand_in.received]
    assert [(it["event_action"], it["dedup_key"]) for it in sent] == [
        ("trigger", "incident_1"),
        ("resolve", "incident_1"),
        ("trigger", "incident_2"),
    ]


def test_opsgenie_closes_the_alert_that_it_opened(make_target: MakeTarget, stand_in: Target) -> None:
    """By the id of its answer, which apprise remembers until the server ends."""
    stand_in.answer = lambda received: (202, {"content-type": "application/json"}, b'{"result":"ok","requestId":"43a29c5c"}')
    target = make_target({"URL": CHATS["opsgenie"]}, kind="apprise", url_env="URL")
    tell(target)
    tell(target, replace(FIRING, kind=MessageKind.RESOLVED))
    first, second = stand_in.received
    assert (first.path, json.loads(first.body)["alias"]) == ("/v2/alerts", "incident_1")
    assert second.path.startswith("/v2/alerts/43a29c5c/close")


def test_a_chart_is_a_picture_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib, or with nothing to draw, a message goes without; a caption is never mathematics."""
    assert FIRING.chart is not None
    drawn = chart.draw(FIRING.chart, "ns", r"$\frac{1}{0}$ of <b>")
    assert drawn is not None and drawn.startswith(PNG)
    assert chart.draw(replace(FIRING.chart, values=(None,) * 33), "ns", "x") is None
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    assert chart.draw(FIRING.chart, "ns", "x") is None
