"""A sample of the calls of two sides, drawn evenly: every call is as likely as any other of its side."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import in_scope
from watchglass.query.usage_groups import Group

SAMPLE = 10_000
"""Calls that are drawn of a side that has more, about so many."""

MOST_CALLS = 150_000
"""Calls of both sides up to which all of the range is looked at; of more, as many are looked at in slices of time."""

SLICES = 4_000
"""Slices that a range is cut into; those that are looked at lie all over it."""

PARTS = 1_000_000
"""What shares are counted in."""

_SEED = 7


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of two sides.

    Attributes:
        left: The left side's rows, a column each of those asked for.
        right: The right side's.
        is_partial: Whether there are more calls than rows.
    """

    left: pa.Table
    right: pa.Table
    is_partial: bool


def draw_sample(
    reader: Reader,
    scope: Scope,
    calls: Expr,
    group: Group,
    right: str,
    columns: Sequence[str],
    counts: tuple[int, int],
    now_ns: int,
) -> Sample:
    """Draw about SAMPLE rows of each side, all of a side that has fewer; the same ones each time.

    A call is drawn by a hash of its start, since a draw that reads every row's values would read the whole range.

    Args:
        reader: Where to look.
        scope: Project and range.
        calls: Which spans are of either side.
        group: What tells the sides apart.
        right: Its value on the right side.
        columns: Columns of spans that are wanted.
        counts: How many calls the left and the right side have, about.
        now_ns: The present, nanoseconds since 1970 UTC.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    looked_at = min(1.0, MOST_CALLS / max(1, sum(counts)))
    left_share, right_share = (min(1.0, SAMPLE / max(1, count * looked_at)) for count in counts)
    within, fits = in_scope(scope, "spans"), condition(calls, "spans", now_ns)
    side = f"{group.sql.format(t='spans')} = {{right:String}}"
    time = "toUnixTimestamp64Nano(spans.start_time)"
    drawn = [
        _is_drawn(f"intDiv({time}, {{slice_ns:Int64}})", "{looked_at:UInt64}"),
        _is_drawn(time, "if(is_right, {right_share:UInt64}, {left_share:UInt64})"),
    ]
    shares = {"looked_at": looked_at, "left_share": left_share, "right_share": right_share}
    rows = reader.query(
        f"SELECT {side} AS is_right, {', '.join(f'spans.{name} AS {name}' for name in columns)} FROM spans "
        f"WHERE {within.text} AND {fits.text} AND {' AND '.join(drawn)} LIMIT {4 * SAMPLE}",
        {
            **within.parameters,
            **fits.parameters,
            **group.parameters,
            "right": right,
            "slice_ns": max(1, (scope.end_ns - scope.start_ns) // SLICES),
            **{name: round(share * PARTS) for name, share in shares.items()},
        },
    )
    is_right = rows.column("is_right").cast(pa.bool_())
    return Sample(rows.filter(pc.invert(is_right)), rows.filter(is_right), any(share < 1 for share in shares.values()))


def _is_drawn(what: str, share: str) -> str:
    return f"cityHash64({what}, {_SEED}) % {PARTS} < {share}"
