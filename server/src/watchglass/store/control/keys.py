"""API keys: shown once, stored as a hash, revoked for good."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from watchglass.errors import InvalidInput, NotFound
from watchglass.model.records import KeyScope
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.fields import checked_project_id, checked_text, new_id
from watchglass.store.control.tables import keys

TOKEN_BYTES = 32
KEY_MARK = "wg_"
PREFIX_LENGTH = len(KEY_MARK) + 6
"""Characters of a token that are stored to recognise it: 36 of its 256 bits, so that 220 remain unknown."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; its token is not.

    Attributes:
        id: Names the key in the API and in logs.
        project_id: The one project that it opens; None for all, which only admin keys may.
        name: For people.
        prefix: The token's first characters.
        scopes: What it allows.
        created_at_ns: Nanoseconds since 1970 UTC.
        revoked_at_ns: Since when it opens nothing, nanoseconds since 1970 UTC; None while it is good.
        last_used_at_ns: Last use to about a minute, nanoseconds since 1970 UTC; None when never used.
    """

    id: str
    project_id: str | None
    name: str
    prefix: str
    scopes: frozenset[KeyScope]
    created_at_ns: int
    revoked_at_ns: int | None
    last_used_at_ns: int | None


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token, hexadecimal, which is all that is stored of it.

    A slow, salted hash protects secrets that people choose, which can be guessed. A token is 256 random bits: no
    guessing finds it, whatever the hash costs, and a fast one keeps the look-up off the request's bill.
    """
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def list_keys(control: ControlDatabase, project_id: str | None = None) -> list[ApiKey]:
    """Return the keys of one project, or all keys when `project_id` is None; revoked ones too, newest first.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = keys.select().order_by(keys.c.created_at_ns.desc(), keys.c.id)
    if project_id is not None:
        chosen = chosen.where(keys.c.project_id == project_id)
    with control.read() as connection:
        return [_key(row) for row in connection.execute(chosen).mappings()]


def create_key(
    control: ControlDatabase, name: str, project_id: str | None, scopes: Collection[str], now_ns: int
) -> tuple[ApiKey, str]:
    """Make a key and return it with its token, which nobody can show again.

    Args:
        control: Where the key is kept.
        name: For people.
        project_id: The one project that it opens; None for all.
        scopes: Some of ingest, read, edit, admin.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        InvalidInput: `name`, `scopes` or `project_id` is not allowed.
        Unavailable: The control database does not answer.
    """
    allowed = checked_scopes(scopes)
    if project_id is not None:
        checked_project_id("project_id", project_id)
    elif KeyScope.ADMIN not in allowed:
        raise InvalidInput("project_id", "a key without the scope admin opens one project: name it")
    token = KEY_MARK + secrets.token_urlsafe(TOKEN_BYTES)
    key = ApiKey(
        new_id("key"), project_id, checked_text("name", name), token[:PREFIX_LENGTH], allowed, now_ns, None, None
    )
    with control.change() as connection:
        try:
            connection.execute(
                keys.insert().values(
                    id=key.id,
                    project_id=key.project_id,
                    name=key.name,
                    prefix=key.prefix,
                    token_sha256=token_hash(token),
                    scopes=",".join(sorted(key.scopes)),
                    created_at_ns=key.created_at_ns,
                )
            )
        except IntegrityError:
            raise InvalidInput("project_id", f"there is no project {project_id}") from None
    return key, token


def key_name(control: ControlDatabase, key_id: str) -> str:
    """Return what people call a key; empty where no key was needed, or it is not there.

    Raises:
        Unavailable: The control database does not answer.
    """
    if not key_id:
        return ""
    with control.read() as connection:
        return str(connection.scalar(select(keys.c.name).where(keys.c.id == key_id)) or "")


def revoke_key(control: ControlDatabase, key_id: str, project_id: str | None, now_ns: int) -> None:
    """Revoke a key for good; one that is revoked already stays as it was.

    Args:
        control: Where the key is kept.
        key_id: Which key.
        project_id: Revoke it only when it belongs to this project; None for any key.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        NotFound: There is no such key (in that project).
        Unavailable: The control database does not answer.
    """
    chosen = keys.c.id == key_id
    if project_id is not None:
        chosen = chosen & (keys.c.project_id == project_id)
    with control.change() as connection:
        found = connection.execute(keys.select().where(chosen)).first()
        if found is None:
            raise NotFound(f"there is no key {key_id[:64]}")
        connection.execute(keys.update().where(chosen, keys.c.revoked_at_ns.is_(None)).values(revoked_at_ns=now_ns))


def write_last_used(control: ControlDatabase, used_at_ns: Mapping[str, int]) -> None:
    """Note when keys were last used, nanoseconds since 1970 UTC by key id; a later time that stands already stays.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        for key_id, time_ns in sorted(used_at_ns.items()):  # one order for all servers, so that none deadlock
            is_older = or_(keys.c.last_used_at_ns.is_(None), keys.c.last_used_at_ns < time_ns)
            connection.execute(keys.update().where(keys.c.id == key_id, is_older).values(last_used_at_ns=time_ns))


def good_keys(connection: Connection) -> dict[str, ApiKey]:
    """Return the keys that are not revoked, by the hash of their token."""
    rows = connection.execute(keys.select().where(keys.c.revoked_at_ns.is_(None))).mappings()
    return {row["token_sha256"]: _key(row) for row in rows}


def checked_scopes(scopes: Collection[str]) -> frozenset[KeyScope]:
    """Return scopes by name.

    Raises:
        InvalidInput: There are none, or one is not known; the field is scopes.
    """
    known = [scope.value for scope in KeyScope]
    unknown = sorted(scope for scope in scopes if scope not in known)
    if unknown or not scopes:
        detail = (
            f"{unknown[0][:40]!r} is not one of {', '.join(known)}" if unknown else f"name some of {', '.join(known)}"
        )
        raise InvalidInput("scopes", detail)
    return frozenset(KeyScope(scope) for scope in scopes)


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        project_id=row["project_id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=frozenset(KeyScope(scope) for scope in row["scopes"].split(",")),
        created_at_ns=row["created_at_ns"],
        revoked_at_ns=row["revoked_at_ns"],
        last_used_at_ns=row["last_used_at_ns"],
    )
