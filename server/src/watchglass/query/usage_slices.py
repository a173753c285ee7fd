"""Evenly spread slices of time that stand for a range which holds too many spans to be read whole."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from watchglass.query.sql import Sql, instant
from watchglass.query.usage_source import SECOND_NS, Piece, Source

SAMPLED_SPANS = 500_000
"""About how many spans are read of a range that holds more, by all statements of a question together."""

LEAST_SLICES = 60
"""Fewest slices of a range; each bucket has one at least."""

MOST_BUCKETS = 300
"""Buckets up to which a range is cut into slices: a slice reads a block of the table at least."""


def with_slices(source: Source, interval_s: int | None, span_count: int, statements: int) -> Source:
    """Return `source` with the slices to read instead of it; as it is where it holds few spans or has many buckets.

    The range is cut into cells that nest in the buckets. Of each the same share is read, from a moment on that is drawn
    evenly over the cell, and past its end from its start: so every moment is as likely, also where load comes by the
    minute, and the same cell is read at the same place the next time.

    Args:
        source: One piece of spans.
        interval_s: Length of a bucket, in seconds; None for one over the whole range.
        span_count: How many spans the range holds, about.
        statements: How many statements read it one after the other.
    """
    range_ns = source.end_ns - source.start_ns
    bucket_ns = range_ns if interval_s is None else interval_s * SECOND_NS
    most = SAMPLED_SPANS // statements
    if span_count <= most or range_ns > MOST_BUCKETS * bucket_ns:
        return source
    share = most / span_count
    slices = [piece for start_ns, end_ns in _cells(source, bucket_ns) for piece in _slice(start_ns, end_ns, share)]
    return replace(source, slices=tuple(slices))


def _cells(source: Source, bucket_ns: int) -> list[tuple[int, int]]:
    """Cut the range, and with it each bucket, into cells; those at its ends lie within it."""
    parts = max(1, -(-LEAST_SLICES * bucket_ns // (source.end_ns - source.start_ns)))
    first, last = source.start_ns * parts // bucket_ns, -(-source.end_ns * parts // bucket_ns)
    bounds = [index * bucket_ns // parts for index in range(first + 1, last)]
    bounds = [source.start_ns, *(it for it in bounds if source.start_ns < it < source.end_ns), source.end_ns]
    return list(pairwise(bounds))


def _slice(start_ns: int, end_ns: int, share: float) -> list[Piece]:
    """The share of one cell: a piece, or two where it goes past the end."""
    length_ns = max(1, round((end_ns - start_ns) * share))
    # no secret: where to look is drawn the same each time, so that figures do not flicker
    from_ns = start_ns + int(Random(end_ns).random() * (end_ns - start_ns))  # noqa: S311
    beyond_ns = from_ns + length_ns - end_ns
    if beyond_ns <= 0:
        return [Piece("spans", from_ns, from_ns + length_ns)]
    return [Piece("spans", start_ns, start_ns + beyond_ns), Piece("spans", from_ns, end_ns)]


def in_slices(slices: Sequence[Piece]) -> Sql:
    """The condition that spans start within one of the slices, which are in order of time.

    The steps of time that hold them find the blocks of the table by its key: to plan a hundred ranges takes three times as
    long as to read them.
    """
    step_s = max(1, max(it.end_ns - it.start_ns for it in slices) // SECOND_NS)
    step_ns = step_s * SECOND_NS
    steps = sorted({step for it in slices for step in range(it.start_ns // step_ns, (it.end_ns - 1) // step_ns + 1)})
    time_ns = "toUnixTimestamp64Nano(spans.start_time)"
    start_ns = f"roundDown({time_ns}, {{slice_starts:Array(Int64)}})"
    return Sql(
        f"toStartOfInterval(spans.start_time, INTERVAL {step_s:d} SECOND) IN {{slice_steps:Array(DateTime)}}"
        # what lies before the first slice would be rounded up to it
        f" AND spans.start_time >= {instant('{first_start:Int64}')}"
        f" AND transform({start_ns}, {{slice_starts:Array(Int64)}}, {{slice_ends:Array(Int64)}}, toInt64(0)) > {time_ns}",
        {
            "slice_steps": [step * step_s for step in steps],
            "slice_starts": [it.start_ns for it in slices],
            "slice_ends": [it.end_ns for it in slices],
            "first_start": slices[0].start_ns,
        },
    )
