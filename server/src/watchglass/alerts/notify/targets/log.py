"""The server's own log as a target: to try rules before anybody is woken."""

import structlog

from watchglass.alerts.notify.facts import head_of, value_text
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.target import Kind, Telling
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Answer, Fate, Sender

log = structlog.get_logger(__name__)


class LogTarget:
    """See target.Target."""

    place = "the server's log"
    stands_s = None

    def __init__(self, links: Links) -> None:
        """Write with links into the screens."""
        self._links = links

    def tell(self, telling: Telling, sender: Sender) -> Answer:
        """Write one entry."""
        del sender
        message = telling.message
        log.warning(
            head_of(message), rule=message.rule_name, project=message.project_id, owner=message.owner,
            labels=dict(message.labels), reading=value_text(message), explanation=next(iter(message.explanations), ""),
            incident=self._links.incident(message.incident_id) or message.incident_id, delivery=telling.id,
        )  # fmt: skip
        return Answer(Fate.TAKEN)


def _build(options: Options, links: Links) -> LogTarget:
    del options
    return LogTarget(links)


KIND = Kind("log", _build)
