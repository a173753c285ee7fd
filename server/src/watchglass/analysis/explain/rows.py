"""What is searched: the spans of the range and of the baseline as codes and numbers, and sums of them over candidates."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

TRACE_GROUPS = 32
"""Groups that traces are put into by hash: what is drawn again to tell how sure a cause is, as spans of a trace are alike."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Spans of one stretch of time.

    Attributes:
        codes: Shape (dimensions, rows): which value of each dimension a span has; 0 for none.
        numerator: Shape (rows,): what the span adds to the measure, or to the upper part of a ratio.
        denominator: Shape (rows,): what it adds to the lower part; 1 each for a mean, a share or a plain sum.
        expected: Shape (rows,): what the baseline lets expect of the numerator; zeros until it is fitted.
        trace_group: Shape (rows,): group of its trace, 0 to TRACE_GROUPS - 1.
    """

    codes: Codes
    numerator: Floats
    denominator: Floats
    expected: Floats
    trace_group: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """How many spans."""
        return len(self.numerator)

    def where(self, mask: Mask) -> "Rows":
        """The spans for which `mask`, of shape (rows,), is true."""
        return Rows(self.codes[:, mask], self.numerator[mask], self.denominator[mask], self.expected[mask], self.trace_group[mask])


@dataclass(frozen=True, slots=True)
class Both:
    """The spans of the range beside those of the baseline, with the same codes.

    Attributes:
        now: Of the range.
        before: Of the baseline.
        sizes: How many codes each dimension has, the absent one included.
        scale: What sums of the baseline are multiplied with to be of the range's length (and of the same sample).
    """

    now: Rows
    before: Rows
    sizes: tuple[int, ...]
    scale: float

    def without(self, candidate: "Candidate") -> "Both":
        """All spans but those of `candidate`."""
        return replace(self, now=self.now.where(~holds(candidate, self.now)), before=self.before.where(~holds(candidate, self.before)))


Candidate = tuple[tuple[int, int], ...]
"""Pairs of dimension and code; a span is of it when it has all of them."""


def holds(candidate: Candidate, rows: Rows) -> Mask:
    """Which spans are of `candidate`, shape (rows,)."""
    mask = np.ones(len(rows), np.bool_)
    for dimension, code in candidate:
        mask &= rows.codes[dimension] == code
    return mask


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the spans of each of some candidates; all arrays are of one shape.

    Attributes:
        count: Spans in the range.
        numerator: Of the range.
        denominator: Of the range.
        expected: Of the range.
        count_before: Spans of the baseline, scaled to the range as all that follow.
        numerator_before: Of the baseline.
        denominator_before: Of the baseline.
        expected_before: Of the baseline.
    """

    count: Floats
    numerator: Floats
    denominator: Floats
    expected: Floats
    count_before: Floats
    numerator_before: Floats
    denominator_before: Floats
    expected_before: Floats

    def __sub__(self, other: "Sums") -> "Sums":
        """What is left without `other`."""
        return Sums(*(getattr(self, name) - getattr(other, name) for name in Sums.__slots__))

    def at(self, index: int | npt.NDArray[np.int64]) -> "Sums":
        """Those of one candidate or of some."""
        return Sums(*(np.asarray(getattr(self, name)[index]) for name in Sums.__slots__))


def joined(parts: list[Sums]) -> Sums:
    """The sums of several lists of candidates, one after the other."""
    return Sums(*(np.concatenate([getattr(part, name) for part in parts]) for name in Sums.__slots__))


def sums_by(both: Both, keys_now: npt.NDArray[np.integer], keys_before: npt.NDArray[np.integer], size: int) -> Sums:
    """Sums by a key of each span, shape (size,)."""
    sides: list[Floats] = []
    for rows, keys, scale in ((both.now, keys_now, 1.0), (both.before, keys_before, both.scale)):
        counts = np.bincount(keys, minlength=size).astype(np.float64)
        has_plain_denominator = bool(np.all(rows.denominator == 1))
        denominators = counts if has_plain_denominator else np.bincount(keys, rows.denominator, size)
        sums = (counts, np.bincount(keys, rows.numerator, size), denominators, np.bincount(keys, rows.expected, size))
        sides += [np.asarray(one * scale, np.float64) for one in sums]
    return Sums(*sides)


def total_of(both: Both) -> Sums:
    """Sums over all spans, of shape ()."""
    sides: list[Floats] = []
    for rows, scale in ((both.now, 1.0), (both.before, both.scale)):
        sums = (len(rows), rows.numerator.sum(), rows.denominator.sum(), rows.expected.sum())
        sides += [np.asarray(scale * float(value), np.float64) for value in sums]
    return Sums(*sides)
