"""API keys: what is kept of them, who may hold what, revocation."""

import base64
from collections.abc import Collection
from pathlib import Path

import pytest
import sqlalchemy as sa

from watchglass.errors import InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.keys import (
    create_key,
    good_keys,
    list_keys,
    revoke_key,
    token_hash,
    write_last_used,
)
from watchglass.store.control.projects import create_project


def test_a_token_is_256_random_bits(control: ControlDatabase) -> None:
    """Tokens begin with wg_, hold 32 bytes, and no two are the same."""
    tokens = [create_key(control, "key", "default", ["read"], 1)[1] for _ in range(5)]
    assert len(set(tokens)) == 5
    for token in tokens:
        assert token.startswith("wg_")
        assert len(base64.urlsafe_b64decode(token.removeprefix("wg_") + "=")) == 32


def test_a_token_is_not_kept(tmp_path: Path) -> None:
    """Neither the database's files nor the listing hold more of a token than its prefix."""
    control = ControlDatabase(sqlite_url(tmp_path))
    key, token = create_key(control, "key", "default", ["ingest"], 1)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    listed = str(list_keys(control))
    control.close()
    assert key.prefix.encode() in stored
    assert token_hash(token).encode() in stored
    assert token[len(key.prefix) :].encode() not in stored
    assert token[len(key.prefix) :] not in listed


def test_keys_are_listed_newest_first_and_by_project(control: ControlDatabase) -> None:
    """A listing of one project leaves out the keys of others and those for all."""
    create_project(control, "shop", "", 1)
    first, _ = create_key(control, "first", "shop", ["ingest", "read"], 1)
    second, _ = create_key(control, "second", None, ["admin"], 2)
    assert list_keys(control) == [second, first]
    assert list_keys(control, "shop") == [first]
    assert list_keys(control, "default") == []


@pytest.mark.parametrize(
    ("name", "project_id", "scopes", "field"),
    [
        ("", "default", ["read"], "name"),
        ("a" * 201, "default", ["read"], "name"),
        ("key", "default", [], "scopes"),
        ("key", "default", ["read", "write"], "scopes"),
        ("key", "nowhere", ["read"], "project_id"),
        ("key", "Not An Id", ["read"], "project_id"),
        ("key", None, ["read", "ingest"], "project_id"),
    ],
)
def test_what_a_key_may_not_be_is_named(
    control: ControlDatabase, name: str, project_id: str | None, scopes: Collection[str], field: str
) -> None:
    """The wrong field is named and no key is made."""
    with pytest.raises(InvalidInput) as raised:
        create_key(control, name, project_id, scopes, 1)
    assert raised.value.field == field
    assert list_keys(control) == []


def test_a_revoked_key_is_not_good_for_ever(control: ControlDatabase) -> None:
    """Revoking takes a key from the good ones; revoking again does not move the time."""
    key, token = create_key(control, "key", "default", ["read"], 1)
    with control.read() as connection:
        assert good_keys(connection) == {token_hash(token): key}
    revoke_key(control, key.id, None, 7)
    revoke_key(control, key.id, None, 9)
    with control.read() as connection:
        assert good_keys(connection) == {}
    assert [it.revoked_at_ns for it in list_keys(control)] == [7]


def test_a_key_of_another_project_cannot_be_revoked(control: ControlDatabase) -> None:
    """Within a project only its own keys are found."""
    create_project(control, "shop", "", 1)
    key, _ = create_key(control, "key", "default", ["read"], 1)
    everywhere, _ = create_key(control, "key", None, ["admin"], 1)
    for other in (key, everywhere):
        with pytest.raises(NotFound):
            revoke_key(control, other.id, "shop", 2)
    with pytest.raises(NotFound):
        revoke_key(control, "key_that_never_was", None, 2)
    assert [it.revoked_at_ns for it in list_keys(control)] == [None, None]


def test_last_use_only_moves_forward(control: ControlDatabase) -> None:
    """Of several servers' times the latest stays, and nobody has to reread for it."""
    key, _ = create_key(control, "key", "default", ["read"], 1)
    with control.read() as connection:
        before = connection.execute(sa.text("SELECT change_count FROM changes")).scalar_one()
    write_last_used(control, {key.id: 50, "key_gone": 60})
    write_last_used(control, {key.id: 40})
    assert [it.last_used_at_ns for it in list_keys(control)] == [50]
    with control.read() as connection:
        assert connection.execute(sa.text("SELECT change_count FROM changes")).scalar_one() == before
