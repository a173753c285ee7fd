"""Prometheus's Alertmanager, by its API v2 (POST /api/v2/alerts): it groups, silences and routes as it does for Prometheus.

As Prometheus does it, an alert is sent to every Alertmanager of the list, since those of one cluster do not pass alerts on
to each other, and sent again while it fires: each time it ends a few intervals later, so that it is resolved by itself
when nobody speaks of it any more, and comes back when Alertmanager, which keeps no alerts, was started again.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from watchglass.alerts.notify.facts import value_text
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message, MessageKind
from watchglass.alerts.notify.target import Kind, Telling
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Answer, Fate, Post, Sender

PATH = "/api/v2/alerts"
MAX_ALERTMANAGERS = 10
DEFAULT_AGAIN_EVERY_S = 60.0
INTERVALS_TO_END = 4
"""After so many intervals of silence Alertmanager resolves an alert; Prometheus's rule too."""

TEST_LASTS_S = 60.0

_NOT_IN_LABELS = re.compile(r"[^a-zA-Z0-9_]")


class Alertmanager:
    """See target.Target."""

    def __init__(self, urls: Sequence[str], headers: dict[str, str], again_every_s: float, links: Links) -> None:
        """Send to all `urls` with `headers`; what fires every `again_every_s` seconds."""
        self.place = ", ".join(urls)
        self.stands_s: float = again_every_s
        self._urls = [url + PATH for url in urls]
        self._headers = {**headers, "content-type": "application/json"}
        self._links = links

    def tell(self, telling: Telling, sender: Sender) -> Answer:
        """Post the alert to every Alertmanager; it is taken when one has it, as with Prometheus.

        One that is away gets it with the next time, or resolves it by itself when there is none.
        """
        body = orjson.dumps([self._alert(telling)])
        answers = [sender.send(Post(url, self._headers, body)) for url in self._urls]
        failed = [answer for answer in answers if answer.fate is not Fate.TAKEN]
        if len(failed) < len(answers):
            return Answer(Fate.TAKEN, failed[0].error if failed else "")
        return next((answer for answer in failed if answer.fate is Fate.AGAIN), failed[0])

    def _alert(self, telling: Telling) -> dict[str, object]:
        message = telling.message
        if message.kind is MessageKind.RESOLVED:
            ends_ns = message.resolved_at_ns or message.at_ns
        else:
            lasts_s = TEST_LASTS_S if message.kind is MessageKind.TEST else self.stands_s * INTERVALS_TO_END
            ends_ns = telling.now_ns + int(lasts_s * 1e9)
        return {
            "labels": labels_of(message),
            "annotations": self._annotations(message),
            "startsAt": _rfc3339(min(message.started_at_ns, ends_ns)),
            "endsAt": _rfc3339(ends_ns),
            "generatorURL": self._links.incident(message.incident_id),
        }

    def _annotations(self, message: Message) -> dict[str, str]:
        annotations = {
            "summary": message.title,
            "description": value_text(message),
            "explanation": "\n".join(message.explanations),
            "runbook_url": message.runbook_url,
            "incident_url": self._links.incident(message.incident_id),
            "example_traces": "\n".join(self._links.trace(id_) or id_ for id_ in message.example_trace_ids),
        }
        return {name: value for name, value in annotations.items() if value}


def labels_of(message: Message) -> dict[str, str]:
    """What Alertmanager knows the alert by: the same in every message of an incident.

    Names become those that Prometheus has (letters, digits and _); ours come last, so that no label of a series takes the
    place of alertname, severity, team, project or incident.
    """
    labels = {_name(name): value for name, value in sorted(message.labels.items()) if value}
    ours = {
        "alertname": message.rule_name,
        "severity": message.severity,
        "team": message.owner,
        "project": message.project_id or "",
        "incident": message.incident_id,
    }
    return labels | {name: value for name, value in ours.items() if value}


def _name(name: str) -> str:
    clean = _NOT_IN_LABELS.sub("_", name)
    return f"_{clean}" if clean[:1].isdigit() or not clean else clean


def _rfc3339(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _build(options: Options, links: Links) -> Alertmanager:
    urls = options.urls("urls", MAX_ALERTMANAGERS)
    headers, basic = options.secret_headers(), options.basic_authorization()
    headers |= {"authorization": basic} if basic else {}
    again_every_s = options.number("again_every_s", DEFAULT_AGAIN_EVERY_S, 5, 600)
    return Alertmanager(urls, headers, again_every_s, links)


KIND = Kind("alertmanager", _build)
