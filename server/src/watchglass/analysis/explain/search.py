"""The search: every value of every dimension, pairs of those that matter, and the simplest of those that explain alike."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from watchglass.analysis.explain.rows import Both, Candidate, Mask, Rows, Sums, holds, joined, sums_by, total_of
from watchglass.analysis.explain.scores import Score, Scored

LEAST_SHARE = 0.2
"""What explains less of the change is no cause."""

LEAST_ROWS = 10
"""Spans that a cause has at least, in the range and the baseline together."""

MOST_COVERED = 0.99
"""What is more of all spans than this is everything: there is no rest to tell it from."""

MOST_VALUES = 8
"""Values of a dimension that pairs are made of, those that explain most."""

SEED_SHARE = 0.1
"""How much a value must explain by itself to be tried in pairs: the whole of a value has the excess of its parts."""

CLEARLY_LESS = 0.4
"""A pair is needed where the rest of each of its values changed less than this part as strongly as the pair did."""

PAIR_MARGIN = 1.05
"""How many times a single value's score a pair must have."""

ALIKE = 0.85
"""Overlap (Jaccard) from which on two candidates are names of the same spans."""

NEARLY = 0.9
"""Scores from this part of the best on are as good."""

MOST_RIVALS = 15
"""Candidates that a cause is weighed against."""

MOVED = 0.5
"""Where the rest of a dimension's values lost this part of what a candidate gained in them, spans have but moved."""

MOST_TOLD = 64
"""Values of such a dimension: of many small ones chance makes some gain and others lose."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best candidate of one search.

    Attributes:
        candidate: The cause.
        share: How much of the change it explains.
        also: Other candidates of the same spans.
        rivals: The next best that are not of the same spans, best first.
    """

    candidate: Candidate
    share: float
    also: list[Candidate]
    rivals: list[Candidate]


@dataclass(frozen=True, slots=True)
class Listed:
    """Candidates with their sums and scores, in one order."""

    candidates: list[Candidate]
    sums: Sums
    scored: Scored


def find_best(both: Both, score: Score, whole: Sums, sign: float, *, can_move: bool) -> Found | None:
    """Return what explains the change of `whole`, which has `sign`, best; None where nothing explains LEAST_SHARE of it.

    Args:
        both: The spans.
        score: What tells how well a candidate explains.
        whole: Sums over all spans.
        sign: Of the change that is looked for, 1 or -1.
        can_move: Whether spans may have moved from one value to another, as they do when a release is rolled out, which
            explains no growth.
    """
    singles = _singles(both, score, whole, sign)
    pairs = _needed_pairs(_pairs(both, singles, score, whole, sign), singles, score, whole, sign)
    listed = _together(singles, pairs)
    told = np.flatnonzero(_is_told(listed, whole))
    if not len(told):
        return None
    order = told[np.argsort(-listed.scored.score[told], kind="stable")]
    if can_move:
        moved = {it: _moved(both, listed, it, sign) for it in order[: 2 * MOST_RIVALS]}
        kept = [it for it, part in moved.items() if part < MOVED]
        if not kept:
            return None
        order = np.array(sorted(kept, key=lambda it: -listed.scored.score[it] * (1 - moved[it])), np.int64)
    best = order[0]
    masks = {it: _masks(both, listed.candidates[it]) for it in order[: MOST_RIVALS * 2]}
    same = [it for it in masks if _overlap(masks[best], masks[it]) >= ALIKE and _is_as_good(listed, it, best)]
    chosen = min(same, key=lambda it: _simplicity(listed, it))
    others = [it for it in same if it != chosen and len(listed.candidates[it]) == 1]
    rivals = [it for it in masks if it not in same]
    return Found(
        candidate=listed.candidates[chosen],
        share=float(listed.scored.share[chosen]),
        also=[listed.candidates[it] for it in others],
        rivals=[listed.candidates[it] for it in rivals[:MOST_RIVALS]],
    )


def sums_of(both: Both, candidate: Candidate) -> Sums:
    """The sums of one candidate, of shape ()."""
    now, before = _masks(both, candidate)
    return total_of(replace(both, now=both.now.where(now), before=both.before.where(before)))


def _singles(both: Both, score: Score, whole: Sums, sign: float) -> Listed:
    """Every value of every dimension; what is absent is no value."""
    parts: list[Sums] = []
    candidates: list[Candidate] = []
    for dimension, size in enumerate(both.sizes):
        if size < 2:
            continue
        sums = sums_by(both, both.now.codes[dimension], both.before.codes[dimension], size)
        parts.append(sums.at(np.arange(1, size)))
        candidates += [((dimension, code),) for code in range(1, size)]
    if not parts:
        return Listed([], _NONE, score(_NONE, whole, sign))
    sums = joined(parts)
    return Listed(candidates, sums, score(sums, whole, sign))


def _pairs(both: Both, singles: Listed, score: Score, whole: Sums, sign: float) -> Listed:
    """Pairs of values of two dimensions that each explain something."""
    kept: dict[int, list[int]] = {}
    for it in np.argsort(-singles.scored.share, kind="stable"):
        if singles.scored.share[it] < SEED_SHARE:
            break
        ((dimension, code),) = singles.candidates[it]
        if len(kept.setdefault(dimension, [])) < MOST_VALUES:
            kept[dimension].append(code)
    folded = _folded(both, kept)
    parts: list[Sums] = []
    candidates: list[Candidate] = []
    for (left, (first, codes)), (right, (second, others)) in combinations(enumerate(sorted(kept.items())), 2):
        size = (len(codes) + 1) * (len(others) + 1)
        keys = [rows.codes[left] * (len(others) + 1) + rows.codes[right] for rows in (folded.now, folded.before)]
        sums = sums_by(folded, keys[0], keys[1], size)
        places = np.array([(i + 1) * (len(others) + 1) + j + 1 for i in range(len(codes)) for j in range(len(others))])
        parts.append(sums.at(places))
        candidates += [((first, code), (second, other)) for code in codes for other in others]
    if not parts:
        return Listed([], _NONE, score(_NONE, whole, sign))
    sums = joined(parts)
    return Listed(candidates, sums, score(sums, whole, sign))


def _folded(both: Both, kept: dict[int, list[int]]) -> Both:
    """The dimensions in `kept`, with values numbered from 1 as they are listed, all others 0."""
    dimensions = sorted(kept)
    sizes = tuple(len(kept[it]) + 1 for it in dimensions)

    def fold(rows: Rows) -> Rows:
        codes = np.zeros((len(dimensions), len(rows)), np.int32)
        for place, it in enumerate(dimensions):
            numbers = np.zeros(both.sizes[it], np.int32)
            numbers[kept[it]] = np.arange(1, len(kept[it]) + 1)
            codes[place] = numbers[rows.codes[it]]
        return replace(rows, codes=codes)

    return Both(fold(both.now), fold(both.before), sizes, both.scale)


def _needed_pairs(pairs: Listed, singles: Listed, score: Score, whole: Sums, sign: float) -> Listed:
    """Those pairs that say more than either of their values: the rest of each value changed clearly less."""
    if not pairs.candidates:
        return pairs
    place = {candidate: index for index, candidate in enumerate(singles.candidates)}
    is_needed = pairs.sums.count + pairs.sums.count_before >= LEAST_ROWS
    for side in (0, 1):
        of = singles.sums.at(np.array([place[candidate[side],] for candidate in pairs.candidates]))
        # what the rest of the value did is told from what neither did
        rest = score(of - pairs.sums, whole - pairs.sums, sign)
        has_rest = of.count + of.count_before - pairs.sums.count - pairs.sums.count_before >= np.maximum(
            LEAST_ROWS, (1 - ALIKE) * pairs.sums.count
        )
        scores = singles.scored.score[[place[candidate[side],] for candidate in pairs.candidates]]
        # by an amount and by a factor: what is dear anyway rises by more where all rises by the same factor
        is_less = (rest.strength < CLEARLY_LESS * pairs.scored.strength) & (rest.growth < CLEARLY_LESS * pairs.scored.growth)
        is_needed &= has_rest & is_less & (pairs.scored.score > PAIR_MARGIN * scores)
    chosen = np.flatnonzero(is_needed)
    scored = Scored(*(getattr(pairs.scored, name)[chosen] for name in Scored.__slots__))
    return Listed([pairs.candidates[it] for it in chosen], pairs.sums.at(chosen), scored)


def _together(first: Listed, second: Listed) -> Listed:
    scored = Scored(*(np.concatenate([getattr(it.scored, name) for it in (first, second)]) for name in Scored.__slots__))
    return Listed([*first.candidates, *second.candidates], joined([first.sums, second.sums]), scored)


def _is_told(listed: Listed, whole: Sums) -> Mask:
    """Which candidates may be a cause at all."""
    spans, all_spans = listed.sums.count + listed.sums.count_before, whole.count + whole.count_before
    return (
        (listed.scored.share >= LEAST_SHARE)
        & (listed.scored.score > 0)
        & (spans >= LEAST_ROWS)
        & (spans <= MOST_COVERED * all_spans)
    )  # fmt: skip


def _masks(both: Both, candidate: Candidate) -> tuple[Mask, Mask]:
    return holds(candidate, both.now), holds(candidate, both.before)


def _moved(both: Both, listed: Listed, it: int, sign: float) -> float:
    """How much of what a candidate has gained was lost by the rest of the values that it is part of, 0 to 1."""
    now, before = _masks(both, listed.candidates[it])
    within = replace(both, now=both.now.where(now), before=both.before.where(before))
    candidate, most = listed.candidates[it], 0.0
    for dimension, size in enumerate(both.sizes):
        if not 2 <= size <= MOST_TOLD or (len(candidate) == 1 and candidate[0][0] == dimension):
            continue
        inner = sums_by(within, within.now.codes[dimension], within.before.codes[dimension], size)
        outer = sums_by(both, both.now.codes[dimension], both.before.codes[dimension], size) - inner
        growth = _usual_growth(outer)
        gained, other = (sign * (sums.numerator - sums.numerator_before * growth) for sums in (inner, outer))
        moved = np.minimum(np.maximum(0, gained), np.maximum(0, -other)).sum()
        if gained.sum() > 0:
            most = max(most, float(moved / gained.sum()))
    return min(1.0, most)


def _usual_growth(sums: Sums) -> float:
    """The growth that half of what there was has at most: what one value lost or gained does not change it."""
    had = sums.numerator_before > 0
    if not had.any():
        return 1.0
    before = sums.numerator_before[had]
    growths = sums.numerator[had] / before
    order = np.argsort(growths)
    return float(growths[order][np.searchsorted(np.cumsum(before[order]), before.sum() / 2)])


def _overlap(first: tuple[Mask, Mask], second: tuple[Mask, Mask]) -> float:
    """Spans of both over spans of either, in the range; of the baseline where the range has none."""
    for one, other in zip(first, second, strict=True):
        either = np.count_nonzero(one | other)
        if either:
            return float(np.count_nonzero(one & other) / either)
    return 0.0


def _is_as_good(listed: Listed, it: int, best: int) -> bool:
    return bool(listed.scored.score[it] >= NEARLY * listed.scored.score[best])


def _simplicity(listed: Listed, it: int) -> tuple[bool, int, tuple[int, ...]]:
    """What is preferred of candidates that are the same spans: what came up just then, one value, the first dimension."""
    sums = listed.sums.at(it)
    is_new = bool(sums.count_before < 0.1 * sums.count)
    candidate = listed.candidates[it]
    return (not is_new, len(candidate), tuple(dimension for dimension, _ in candidate))


_NONE = Sums(*(np.zeros(0) for _ in Sums.__slots__))

