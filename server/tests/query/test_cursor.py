"""Cursors: only those that were given, only for the question that they were given for."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.rows import NOW_NS
from watchglass.errors import InvalidInput
from watchglass.query.cursor import Cursor, begin, decode, encode
from watchglass.query.scope import MAX_TIME_NS, Scope

SCOPE = Scope("p", NOW_NS - 10**12, NOW_NS)
GOOD = Cursor(NOW_NS - 1, "ab", 2, SCOPE.start_ns, SCOPE.end_ns, NOW_NS // 10**6, "q")


def test_cursor_comes_back_as_written() -> None:
    """What is encoded is decoded."""
    assert decode(encode(GOOD)) == GOOD


def test_walk_keeps_its_range() -> None:
    """A later page has the range of the first, whatever the time is then."""
    first = begin(SCOPE, None, NOW_NS, "traces", "model:x")
    later = Scope("p", SCOPE.start_ns + 500, SCOPE.end_ns + 500)
    walk = begin(later, first.cursor(NOW_NS - 5, "id"), NOW_NS + 500, "traces", "model:x")
    assert (walk.scope, walk.as_of_ms) == (SCOPE, first.as_of_ms)
    assert walk.after is not None
    assert (walk.after.time_ns, walk.after.key) == (NOW_NS - 5, "id")


@pytest.mark.parametrize(("project_id", "asked"), [("p", ("traces", "other")), ("q", ("traces", "")), ("p", ("spans", ""))])
def test_cursor_of_another_question_is_refused(project_id: str, asked: tuple[str, str]) -> None:
    """A cursor goes with its project, its list and its filter."""
    cursor = begin(SCOPE, None, NOW_NS, "traces", "").cursor(NOW_NS - 5, "id")
    with pytest.raises(InvalidInput, match="another question") as caught:
        begin(Scope(project_id, SCOPE.start_ns, SCOPE.end_ns), cursor, NOW_NS, *asked)
    assert caught.value.field == "cursor"


def written(values: object) -> str:
    """A cursor that holds anything."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!",
        "ü",
        "A" * 5000,
        written({}),
        written([]),
        written([1, 2, 3, 4, 5, 6, 7]),
        written([True, "a", 0, 0, 10, 0, "q"]),
        written([5, "a", -1, 0, 10, 0, "q"]),
        written([50, "a", 0, 0, 10, 0, "q"]),
        written([5, "a", 0, 0, MAX_TIME_NS + 1, 0, "q"]),
        written([5, "a", 0, 0, 10, 2**63, "q"]),
        written([1e3, "a", 0, 0, 10, 0, "q"]),
        "W1tbW1tb" * 500,
    ],
)
def test_forged_cursor_is_refused(cursor: str) -> None:
    """What is no cursor, or holds what no cursor can, is refused as such."""
    with pytest.raises(InvalidInput) as caught:
        begin(SCOPE, cursor, NOW_NS)
    assert caught.value.field == "cursor"


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_any_text_as_cursor_is_refused(cursor: str) -> None:
    """Nothing else than InvalidInput comes of a cursor that is none."""
    with pytest.raises(InvalidInput):
        decode(cursor)
