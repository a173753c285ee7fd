"""The signed webhook at a real HTTP server, checked as the documentation says."""

import hashlib
import hmac
import json

from alerts.notify.conftest import FIRING, MakeTarget
from doubles.target import Target
from watchglass.alerts.notify.target import Telling
from watchglass.clock import FixedClock
from watchglass.outgoing.sending import Fate, Sender

AT_S = 1_700_000_200
SECRET = "very-secret-key"


def is_ours(header: str, body: bytes, now_s: float) -> bool:
    """The example of docs/notifications.md."""
    fields = dict(part.split("=", 1) for part in header.split(","))
    signed = hmac.new(SECRET.encode(), f"{fields['t']}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signed, fields["v1"]) and abs(now_s - int(fields["t"])) < 300


def test_a_message_arrives_signed_and_whole(make_target: MakeTarget, receiver: Target) -> None:
    """The receiver can tell that it is ours, of now and unchanged; and that it has it already."""
    target = make_target({"KEY": "Bearer token"}, kind="webhook", url=f"{receiver.url}/hook", secret_env="SECRET", headers_env={"Authorization": "KEY"})
    sender = Sender(FixedClock(0), target.secrets)
    assert target.target.tell(Telling("delivery", FIRING, AT_S * 10**9), sender).fate is Fate.TAKEN
    (received,) = receiver.received
    header = received.headers["watchglass-signature"]
    assert is_ours(header, received.body, AT_S + 10)
    assert not is_ours(header, received.body + b" ", AT_S + 10)
    assert not is_ours(header.replace(str(AT_S), str(AT_S + 1)), received.body, AT_S + 10)
    assert not is_ours(header, received.body, AT_S + 301)
    assert (received.path, received.headers["authorization"], received.headers["watchglass-delivery"]) == ("/hook", "Bearer token", "delivery")
    document = json.loads(received.body)
    assert (document["version"], document["delivery_id"], document["kind"]) == (1, "delivery", "firing")
    assert document["summary"] == "p95 of duration is 4.2 s, threshold 2 s (above 2 s for 5 min)"
    assert (document["value"], document["unit"], document["labels"]["model"]) == (4.2e9, "ns", "gpt-4o")
    assert document["incident_url"] == "https://watchglass.example.com/incidents/incident_1"
    assert document["example_trace_urls"] == ["https://watchglass.example.com/traces/0123456789abcdef0123456789abcdef"]
    assert len(document["chart"]["values"]) == 33


def test_without_a_secret_nothing_is_signed(make_target: MakeTarget, receiver: Target) -> None:
    """No header says what is not so."""
    target = make_target(kind="webhook", url=receiver.url)
    target.target.tell(Telling("d", FIRING, 1), Sender(FixedClock(0), []))
    assert "watchglass-signature" not in receiver.received[0].headers


def test_a_redirect_is_not_followed_and_the_address_not_repeated(make_target: MakeTarget, receiver: Target) -> None:
    """A receiver cannot send us elsewhere, and what went wrong says no secret."""
    target = make_target({"URL": f"{receiver.url}/very-secret-key"}, kind="webhook", url_env="URL")
    receiver.answer = lambda received: (302, {"location": "http://169.254.169.254/"}, f"{receiver.url}/very-secret-key".encode())
    answer = target.target.tell(Telling("d", FIRING, 1), Sender(FixedClock(0), target.secrets))
    assert (answer.fate, answer.error) == (Fate.AGAIN, "302 Found: ***")
    assert len(receiver.received) == 1
