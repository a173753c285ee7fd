"""Who may come in: keys, scopes, projects, and what happens while the control database is away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from watchglass.clock import FixedClock
from watchglass.errors import Forbidden, InvalidInput, Unauthorized, Unavailable
from watchglass.ingest.doors import Doors
from watchglass.model.records import KeyScope, Principal
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.follower import Follower
from watchglass.store.control.keys import create_key, list_keys, revoke_key
from watchglass.store.control.projects import create_project

NOW_NS = 1_700_000_000_000_000_000
ALL_SCOPES = frozenset(KeyScope)
INGEST, READ, ADMIN = KeyScope.INGEST, KeyScope.READ, KeyScope.ADMIN


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at NOW_NS."""
    return FixedClock(NOW_NS)


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlDatabase]:
    """A control database with the projects default and shop."""
    database = ControlDatabase(sqlite_url(tmp_path))
    create_project(database, "shop", "", 1)
    yield database
    database.close()


@pytest.fixture
def make_doors(control: ControlDatabase, clock: FixedClock) -> Callable[[bool], Doors]:
    """Build doors that need keys, or do not."""
    return lambda needs_keys: Doors(control, Follower(control), clock, needs_keys=needs_keys)


@pytest.fixture
def doors(make_doors: Callable[[bool], Doors]) -> Doors:
    """Doors that need keys."""
    return make_doors(True)


@pytest.fixture
def token_of(control: ControlDatabase) -> Callable[..., str]:
    """Make a key for a project with scopes, and return its token."""
    return lambda project_id, *scopes: create_key(control, "key", project_id, scopes, 1)[1]


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {} "])
def test_a_key_is_taken_as_a_bearer(doors: Doors, token_of: Callable[..., str], form: str) -> None:
    """The word Bearer may be written in any case, as HTTP says."""
    assert doors.admit({"authorization": form.format(token_of("shop", INGEST))}, "") == "shop"


def test_a_key_is_taken_as_x_api_key(doors: Doors, token_of: Callable[..., str]) -> None:
    """The header x-api-key holds the bare key; both headers may hold the same one."""
    token = token_of("shop", INGEST)
    assert doors.admit({"x-api-key": token}, "") == "shop"
    assert doors.admit({"x-api-key": token, "authorization": f"Bearer {token}"}, "") == "shop"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"x-api-key": "wg_wrong"},
        {"x-api-key": "wg_" + "a" * 100_000},
        {"x-api-key": "wg_\udcff\ud800\xff"},
        {"authorization": "Bearer wg_wrong"},
        {"authorization": "Bearer wg_wrong", "x-api-key": "wg_other"},
    ],
)
def test_no_key_or_a_wrong_one_is_refused(doors: Doors, headers: dict[str, str]) -> None:
    """Whatever is not a good key stays outside, for exports and for the API."""
    with pytest.raises(Unauthorized):
        doors.admit(headers, "127.0.0.1")
    with pytest.raises(Unauthorized):
        doors.identify(headers)


def test_part_of_a_key_is_refused(doors: Doors, token_of: Callable[..., str]) -> None:
    """Neither a shortened nor a lengthened key opens anything, nor what is stored of it."""
    token = token_of("shop", INGEST)
    for wrong in (token[:-1], token + "A", token[:9], token.lower()):
        with pytest.raises(Unauthorized):
            doors.admit({"x-api-key": wrong}, "")


def test_without_need_of_keys_everybody_may_do_everything(make_doors: Callable[[bool], Doors]) -> None:
    """Who brings no key is in the default project for exports, and bound to no project for the API."""
    doors = make_doors(False)
    assert doors.admit({}, "127.0.0.1") == "default"
    assert doors.identify({}) == Principal(None, ALL_SCOPES)


def test_a_wrong_key_is_refused_even_where_none_is_needed(make_doors: Callable[[bool], Doors]) -> None:
    """Sending a key that is not good is a mistake to tell of, not to pass over."""
    with pytest.raises(Unauthorized):
        make_doors(False).admit({"x-api-key": "wg_wrong"}, "")


def test_a_header_names_the_project_where_no_key_does(
    make_doors: Callable[[bool], Doors], token_of: Callable[..., str]
) -> None:
    """x-watchglass-project chooses among all projects, with no key or with one for all."""
    chosen = {"x-watchglass-project": "shop"}
    assert make_doors(False).admit(chosen, "") == "shop"
    assert make_doors(False).identify(chosen) == Principal("shop", ALL_SCOPES)
    token = token_of(None, ADMIN)
    assert make_doors(True).admit({"x-api-key": token}, "") == "default"
    assert make_doors(True).admit({"x-api-key": token, **chosen}, "") == "shop"


def test_an_unknown_project_is_named(make_doors: Callable[[bool], Doors], control: ControlDatabase) -> None:
    """Rows of a project that does not exist are refused until it is made."""
    doors = make_doors(False)
    with pytest.raises(InvalidInput, match="nowhere") as raised:
        doors.admit({"x-watchglass-project": "nowhere"}, "")
    assert raised.value.field == "x-watchglass-project"
    create_project(control, "nowhere", "", 2)
    assert doors.admit({"x-watchglass-project": "nowhere"}, "") == "nowhere"


def test_a_bound_key_opens_no_other_project(doors: Doors, token_of: Callable[..., str]) -> None:
    """The header may repeat the key's project and name no other."""
    token = token_of("shop", INGEST)
    assert doors.admit({"x-api-key": token, "x-watchglass-project": "shop"}, "") == "shop"
    with pytest.raises(Forbidden, match="shop"):
        doors.admit({"x-api-key": token, "x-watchglass-project": "default"}, "")


@pytest.mark.parametrize(
    ("scopes", "may_send"), [({READ}, False), ({INGEST}, True), ({ADMIN}, True), ({READ, INGEST}, True)]
)
def test_exports_need_the_scope_ingest(
    doors: Doors, token_of: Callable[..., str], scopes: set[KeyScope], may_send: bool
) -> None:
    """A key that only reads cannot send; admin includes ingest."""
    headers = {"x-api-key": token_of("shop", *scopes)}
    assert doors.identify(headers).scopes == scopes
    if may_send:
        assert doors.admit(headers, "") == "shop"
    else:
        with pytest.raises(Forbidden, match="ingest"):
            doors.admit(headers, "")


def test_a_revoked_key_is_refused_at_once(doors: Doors, control: ControlDatabase, token_of: Callable[..., str]) -> None:
    """Revoking on this server closes the door for the next request."""
    headers = {"x-api-key": token_of("shop", INGEST)}
    assert doors.admit(headers, "") == "shop"
    revoke_key(control, list_keys(control)[0].id, None, 2)
    with pytest.raises(Unauthorized):
        doors.admit(headers, "")


def test_a_key_revoked_on_another_server_is_refused_after_a_round(
    control: ControlDatabase, clock: FixedClock, tmp_path: Path, token_of: Callable[..., str]
) -> None:
    """What another server revoked stays open here until the next round of the follower, and no longer."""
    follower = Follower(control)
    doors = Doors(control, follower, clock, needs_keys=True)
    headers = {"x-api-key": token_of("shop", INGEST)}
    other = ControlDatabase(sqlite_url(tmp_path))
    revoke_key(other, list_keys(other)[0].id, None, 2)
    other.close()
    assert doors.admit(headers, "") == "shop"
    follower.refresh()
    with pytest.raises(Unauthorized):
        doors.admit(headers, "")


def test_requests_never_touch_the_database(
    doors: Doors, control: ControlDatabase, token_of: Callable[..., str]
) -> None:
    """Good, wrong and absent keys are told apart in memory alone."""
    headers = {"x-api-key": token_of("shop", INGEST)}
    statements: list[str] = []
    listen = lambda *arguments: statements.append(arguments[2])  # noqa: E731
    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        doors.admit(headers, "")
        for wrong in ({}, {"x-api-key": "wg_wrong"}, {**headers, "x-watchglass-project": "nowhere"}):
            with pytest.raises((Unauthorized, InvalidInput)):
                doors.admit(wrong, "")
        assert statements == []
        list_keys(control)
        assert statements != []
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


def test_last_use_is_written_once_a_minute(
    doors: Doors, control: ControlDatabase, clock: FixedClock, token_of: Callable[..., str]
) -> None:
    """The time of use is kept to a minute, and only written between requests."""
    headers = {"x-api-key": token_of("shop", INGEST)}
    written: list[int | None] = []
    for seconds in (0, 59, 1, 30):
        clock.advance_s(seconds)
        doors.admit(headers, "")
        written.append(list_keys(control)[0].last_used_at_ns)
        doors.write_last_used()
    written.append(list_keys(control)[0].last_used_at_ns)
    minute_later = NOW_NS + 60 * 10**9
    assert written == [None, NOW_NS, NOW_NS, minute_later, minute_later]


def test_an_outage_shuts_nobody_out(
    doors: Doors, control: ControlDatabase, tmp_path: Path, token_of: Callable[..., str]
) -> None:
    """While the control database is away known keys open and wrong ones do not; the time of use is written later."""
    headers = {"x-api-key": token_of("shop", INGEST)}
    control.close()
    (tmp_path / "control.sqlite3").rename(tmp_path / "away")
    (tmp_path / "control.sqlite3").mkdir()
    assert doors.admit(headers, "") == "shop"
    with pytest.raises(Unauthorized):
        doors.admit({"x-api-key": "wg_wrong"}, "")
    with pytest.raises(Unavailable):
        doors.write_last_used()
    (tmp_path / "control.sqlite3").rmdir()
    (tmp_path / "away").rename(tmp_path / "control.sqlite3")
    doors.write_last_used()
    assert list_keys(control)[0].last_used_at_ns == NOW_NS


def test_keys_are_never_logged_or_told(doors: Doors, control: ControlDatabase) -> None:
    """No log line and no error holds a key, good or wrong."""
    with capture_logs() as logs:
        key, token = create_key(control, "key", "shop", ["read"], 1)
        revoke_key(control, key.id, None, 2)
        told = []
        for refused in (token, "wg_mistyped"):
            with pytest.raises(Unauthorized) as raised:
                doors.admit({"x-api-key": refused}, "")
            told.append(str(raised.value))
    assert token not in f"{logs}{told}"
    assert "wg_mistyped" not in f"{logs}{told}"
