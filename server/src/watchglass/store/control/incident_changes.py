"""What people change about incidents: who looks after them, comments, the end, and what was learnt. Each with who and when."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection

from watchglass.errors import InvalidInput
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import MAX_NAME_LENGTH, checked_text
from watchglass.store.control.incidents import EventKind, Incident, add_event, change_incident, found_incident

MAX_COMMENT_CHARACTERS = 20_000
MAX_POST_MORTEM_CHARACTERS = 200_000


class IncidentChange:
    """One person's change of one incident, in one transaction."""

    def __init__(self, connection: Connection, incident: Incident, author: str, now_ns: int) -> None:
        """Change `incident` as `author`; made by `changing_incident`."""
        self._connection = connection
        self._author = author
        self._now_ns = now_ns
        self.incident = incident

    def acknowledge(self, *, is_acknowledged: bool) -> None:
        """Say that somebody looks after it, or that nobody does any more."""
        if (self.incident.acknowledged_at_ns is not None) == is_acknowledged:
            return
        self._set(
            EventKind.ACKNOWLEDGED if is_acknowledged else EventKind.UNACKNOWLEDGED,
            acknowledged_at_ns=self._now_ns if is_acknowledged else None,
            acknowledged_by=self._author if is_acknowledged else None,
        )

    def give_to(self, owner: str) -> None:
        """Give it to a team.

        Raises:
            InvalidInput: The name cannot be stored; the field is `owner`.
        """
        owner = checked_text("owner", owner, may_be_empty=True)
        if owner != self.incident.owner:
            self._set(EventKind.OWNED, text=owner, owner=owner)

    def resolve(self) -> None:
        """Say that it is over; alerts of it that still fire are told again when they have recovered and fire anew."""
        if self.incident.resolved_at_ns is None:
            self._set(
                EventKind.CLOSED,
                resolved_at_ns=self._now_ns,
                resolved_by=self._author,
                is_settled=self.incident.told_at_ns is None,
            )

    def comment(self, text: str) -> None:
        """Add a comment.

        Raises:
            InvalidInput: It is empty, too long or cannot be stored; the field is `text`.
        """
        checked = _checked_long("text", text, MAX_COMMENT_CHARACTERS)
        if not checked:
            raise InvalidInput("text", "must not be empty")
        add_event(
            self._connection, self.incident.id, EventKind.COMMENTED, self._now_ns, author=self._author, text=checked
        )
        change_incident(self._connection, self.incident.id, self._now_ns)

    def write_post_mortem(self, text: str) -> None:
        """Say what was learnt, as Markdown, in the place of what was said before.

        Raises:
            InvalidInput: It is too long or cannot be stored; the field is `post_mortem`.
        """
        checked = _checked_long("post_mortem", text, MAX_POST_MORTEM_CHARACTERS)
        if checked != self.incident.post_mortem:
            self._set(EventKind.POST_MORTEM, post_mortem=checked)

    def _set(self, kind: EventKind, *, text: str = "", **values: Any) -> None:
        add_event(self._connection, self.incident.id, kind, self._now_ns, author=self._author, text=text)
        change_incident(self._connection, self.incident.id, self._now_ns, **values)


def change_by_person(
    control: ControlDatabase,
    incident_id: str,
    project_id: str | None,
    author: str,
    now_ns: int,
    change: Callable[[IncidentChange], None],
) -> Incident:
    """Let somebody change an incident; all of it is kept, or nothing.

    Args:
        control: Where it is kept.
        incident_id: Which incident.
        project_id: Change it only when it is this project's; None for any.
        author: Who changes it; empty when not known.
        now_ns: The present, nanoseconds since 1970 UTC.
        change: Makes the changes.

    Returns:
        The incident as it is now.

    Raises:
        InvalidInput: A field is not allowed; it is named.
        NotFound: There is no such incident (in that project).
        Unavailable: The control database does not answer.
    """
    author = checked_text("author", author[:MAX_NAME_LENGTH], may_be_empty=True)
    with control.write() as connection:
        incident = found_incident(connection, incident_id, project_id, is_locked=True)
        change(IncidentChange(connection, incident, author, now_ns))
        return found_incident(connection, incident_id, project_id)


def _checked_long(field: str, text: str, most: int) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise InvalidInput(field, f"must not be longer than {most} characters")
    if any(letter < " " and letter not in "\n\t" for letter in text):
        raise InvalidInput(field, "must not contain control characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(field, "must not contain broken Unicode") from None
    return text
