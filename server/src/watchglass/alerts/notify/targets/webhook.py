"""A signed webhook: the message as JSON in one POST, which the receiver can prove to be ours and not sent again by another.

The signature is that of Stripe and Slack in substance: HMAC-SHA256 (RFC 2104) over the second it was sent, a dot and the
body, so that neither can be changed and an old request can be refused. docs/notifications.md shows how it is checked.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

import orjson

from watchglass.alerts.notify.facts import head_of, value_text
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message, message_document
from watchglass.alerts.notify.target import Kind, Telling
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Answer, Post, Sender

SIGNATURE_HEADER = "watchglass-signature"
ID_HEADER = "watchglass-delivery"
FORM_VERSION = 1
"""Grows when a field changes its meaning or goes; new fields may come at any time."""


class Webhook:
    """See target.Target."""

    stands_s = None

    def __init__(self, url: str, headers: dict[str, str], secret: str | None, links: Links) -> None:
        """Send to `url` with `headers`, signed with `secret` where there is one."""
        parts = urlsplit(url)
        # only the host is shown, since what follows it is often the key of a hook
        self.place = f"{parts.scheme}://{parts.netloc}"
        self._url = url
        self._headers = headers
        self._secret = secret
        self._links = links

    def tell(self, telling: Telling, sender: Sender) -> Answer:
        """Post the message."""
        body = orjson.dumps(self._document(telling))
        headers = {**self._headers, "content-type": "application/json", ID_HEADER: telling.id}
        if self._secret is not None:
            headers[SIGNATURE_HEADER] = signature(self._secret, telling.now_ns // 10**9, body)
        return sender.send(Post(self._url, headers, body))

    def _document(self, telling: Telling) -> dict[str, object]:
        message: Message = telling.message
        return {
            **message_document(message),
            "version": FORM_VERSION,
            "delivery_id": telling.id,
            "head": head_of(message),
            "summary": value_text(message),
            "incident_url": self._links.incident(message.incident_id),
            "example_trace_urls": [url for id_ in message.example_trace_ids if (url := self._links.trace(id_))],
        }


def signature(secret: str, at_s: int, body: bytes) -> str:
    """Return the header's value: `t=SECONDS,v1=HEX`."""
    signed = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={signed}"


def _build(options: Options, links: Links) -> Webhook:
    return Webhook(
        options.secret_url("url"), options.secret_headers(), options.secret("secret", is_needed=False), links
    )


KIND = Kind("webhook", _build)
