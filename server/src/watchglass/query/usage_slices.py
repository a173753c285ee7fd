"""Evenly spread slices of time that stand for a range which holds too many spans to be read whole."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from watchglass.query.usage_source import SECOND_NS, Piece, Source

SAMPLED_SPANS = 800_000
"""About how many spans are read of a range that holds more."""

LEAST_SLICES = 60
"""Fewest slices of a range; each bucket has one at least."""

MOST_BUCKETS = 300
"""Buckets up to which a range is cut into slices: a slice reads a block of the table at least."""


def with_slices(source: Source, interval_s: int | None, span_count: int) -> Source:
    """Return `source` with the slices to read instead of it; as it is where it holds few spans or has many buckets.

    The range is cut into cells that nest in the buckets. Of each the same share is read, from a moment on that is drawn
    evenly over the cell, and past its end from its start: so every moment is as likely, also where load comes by the
    minute, and the same cell is read at the same place the next time.

    Args:
        source: One piece of spans.
        interval_s: Length of a bucket, in seconds; None for one over the whole range.
        span_count: How many spans the range holds, about.
    """
    range_ns = source.end_ns - source.start_ns
    bucket_ns = range_ns if interval_s is None else interval_s * SECOND_NS
    if span_count <= SAMPLED_SPANS or range_ns > MOST_BUCKETS * bucket_ns:
        return source
    share = SAMPLED_SPANS / span_count
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
