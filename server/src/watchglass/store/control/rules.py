"""Rules that users made in the screens or by the API, changed by one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from watchglass.errors import InvalidInput
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.documents import Documents
from watchglass.store.control.tables import rules

MAX_RULES = 1000
"""Most rules of one project, and most of those for all projects."""

_documents = Documents(rules, "rule", MAX_RULES)


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it is kept.

    Attributes:
        id: Names it in the API.
        project_id: The one project that it watches; None for each of all.
        name: Names it within the project.
        document: The whole rule, as JSON; its form is that of alerts.rule.
        version: Grows by one with each change, from 1.
        created_at_ns: Nanoseconds since 1970 UTC.
        updated_at_ns: Last change, nanoseconds since 1970 UTC.
    """

    id: str
    project_id: str | None
    name: str
    document: dict[str, Any]
    version: int
    created_at_ns: int
    updated_at_ns: int


def rule_versions(control: ControlDatabase) -> dict[str, int]:
    """Return the version of every rule by id.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        return {row.id: row.version for row in connection.execute(sa.select(rules.c.id, rules.c.version))}


def all_rules(control: ControlDatabase) -> list[StoredRule]:
    """Return all rules, by name.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.read() as connection:
        return [StoredRule(**row) for row in connection.execute(rules.select().order_by(rules.c.name, rules.c.id)).mappings()]


def read_rule(control: ControlDatabase, rule_id: str, project_id: str | None) -> StoredRule:
    """Return a rule; see Documents.read."""
    return StoredRule(**_documents.read(control, rule_id, project_id))


def create_rules(control: ControlDatabase, documents: Sequence[Mapping[str, Any]], now_ns: int) -> list[StoredRule]:
    """Store new rules, all or none; each document says its `name` and `project`.

    Raises:
        InvalidInput: A name is taken, there are too many, or there is no such project; the field is named.
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        return [_create(connection, document, now_ns) for document in documents]


def _create(connection: Connection, document: Mapping[str, Any], now_ns: int) -> StoredRule:
    project_id, name = document["project"], document["name"]
    _refuse_taken(connection, project_id, name, "")
    values = {"name": name, "document": dict(document)}
    return StoredRule(**_documents.create(connection, project_id, values, now_ns))


def update_rule(
    control: ControlDatabase, rule_id: str, project_id: str | None, version: int, document: Mapping[str, Any], now_ns: int
) -> StoredRule:
    """Change a rule that is still as it was read; see Documents.update. The project that it watches stays.

    Raises:
        InvalidInput: The name is taken; the field is `name`.
    """
    with control.write() as connection:
        own = connection.execute(sa.select(rules.c.project_id).where(rules.c.id == rule_id)).scalar()
        _refuse_taken(connection, own, document["name"], rule_id)
        values = {"name": document["name"], "document": {**document, "project": own}}
        return StoredRule(**_documents.update(connection, rule_id, project_id, version, values, now_ns))


def delete_rule(control: ControlDatabase, rule_id: str, project_id: str | None) -> None:
    """Delete a rule for good; see Documents.delete."""
    with control.write() as connection:
        _documents.delete(connection, rule_id, project_id)


def _refuse_taken(connection: Connection, project_id: str | None, name: str, rule_id: str) -> None:
    same = sa.select(rules.c.id).where(_documents.of(project_id), rules.c.name == name, rules.c.id != rule_id)
    if connection.execute(same).first() is not None:
        raise InvalidInput("name", f"there is a rule {name} already")
