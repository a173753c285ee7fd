"""Where the next page begins: an opaque text that holds the last row's key and what the first page was asked.

A walk over pages sees what was stored when it began: the range stays as the first page had it, and rows that arrived
after that are left out, so that every row of the walk comes once, also while new ones arrive.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass

from watchglass.errors import InvalidInput
from watchglass.query.scope import MAX_TIME_NS, Scope
from watchglass.query.sql import Sql

MAX_LENGTH = 4096
"""Longest cursor, in characters."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The end of a page.

    Attributes:
        time_ns: Time of its last row, nanoseconds since 1970 UTC.
        key: The rest of that row's key; what is sorted by when times are equal.
        skip: Rows with exactly this time and key that were given already.
        start_ns: Start of the walk's range.
        end_ns: End of the walk's range.
        as_of_ms: The last arrival that the walk sees, milliseconds since 1970 UTC.
        question: Hash of what was asked.
    """

    time_ns: int
    key: str
    skip: int
    start_ns: int
    end_ns: int
    as_of_ms: int
    question: str


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk over pages.

    Attributes:
        scope: Project and range, the same for all pages.
        as_of_ms: The last arrival that it sees, milliseconds since 1970 UTC.
        question: Hash of what was asked.
        after: The end of the page before, None on the first page.
    """

    scope: Scope
    as_of_ms: int
    question: str
    after: Cursor | None = None

    @property
    def now_ns(self) -> int:
        """The walk's present: relative times in its filter mean the same on every page."""
        return self.as_of_ms * 1_000_000

    def visible(self, table: str) -> Sql:
        """The condition that a row had arrived when the walk began."""
        return Sql(
            f"{table}.received_at <= fromUnixTimestamp64Milli({{as_of_ms:Int64}}, 'UTC')", {"as_of_ms": self.as_of_ms}
        )

    def cursor(self, time_ns: int, key: str, skip: int = 0) -> str:
        """Write the cursor of a page that ends with this row."""
        return encode(Cursor(time_ns, key, skip, self.scope.start_ns, self.scope.end_ns, self.as_of_ms, self.question))


def begin(scope: Scope, cursor: str | None, now_ns: int, *asked: str) -> Walk:
    """Begin a walk, or go on with the one that `cursor` is of.

    Args:
        scope: Project and range as asked; a cursor's own range wins.
        cursor: What the page before gave, None for the first page.
        now_ns: The present, nanoseconds since 1970 UTC.
        asked: What else makes a question another one: its name, the filter, the ids.

    Raises:
        InvalidInput: The cursor is not one, or is of another question; the field is `cursor`.
    """
    question = _digest(scope.project_id, *asked)
    if cursor is None:
        return Walk(scope, now_ns // 1_000_000, question)
    after = decode(cursor)
    if after.question != question:
        raise InvalidInput("cursor", "is of another question: ask the first page without a cursor")
    return Walk(Scope(scope.project_id, after.start_ns, after.end_ns), after.as_of_ms, question, after)


def encode(cursor: Cursor) -> str:
    """Write a cursor as base64url without padding."""
    data = json.dumps(list(asdict(cursor).values()), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> Cursor:
    """Read a cursor.

    Raises:
        InvalidInput: It was not written by `encode`; the field is `cursor`.
    """
    broken = InvalidInput("cursor", "is not a cursor that this server gave")
    if len(text) > MAX_LENGTH or not text.isascii():
        raise broken
    try:
        values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise broken from error
    kinds = (int, str, int, int, int, int, str)
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise broken
    cursor = Cursor(*values)
    in_range = 0 <= cursor.start_ns <= cursor.time_ns < cursor.end_ns <= MAX_TIME_NS
    if not in_range or not 0 <= cursor.as_of_ms <= MAX_TIME_NS // 1_000_000 or not 0 <= cursor.skip < 10**9:
        raise broken
    return cursor


def _digest(*parts: str) -> str:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=6).hexdigest()
