"""From the spans of both stretches to ranked causes: what one cause leaves is searched for the next."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from watchglass.analysis.explain.confidence import Sure, changes, weigh
from watchglass.analysis.explain.rows import Both, Candidate, Sums, total_of
from watchglass.analysis.explain.scores import Score, amount, behaviour, mix
from watchglass.analysis.explain.search import LEAST_SHARE, find_best, sums_of

MOST_CAUSES = 3

LEAST_CHANGE = 0.02
"""Relative change below which a measure counts as unchanged, however sure the change is: 2 %."""

LEAST_SPANS = 20
"""Spans that both stretches must have for anything to be said."""

LEAST_PART = 0.25
"""A ratio's behaviour, or its mix, is searched where it makes this much of the change."""

LEAST_Z = 3.5
"""Standard errors that a cause must be away from "as all others": it was chosen among hundreds."""

FAINT_RATIO, FAINT_SHARE = 1.25, 0.4
"""What is less than this many times what was to be expected must explain this part of the change at least."""

QUIET_Z, QUIET_SHARE, QUIET_CONFIDENCE = 4.5, 0.3, 0.5
"""The same, what it must explain, and how often it must come out first, where the measure over all spans moved no more than chance would."""

Kind = Literal["behaviour", "amount", "mix"]

Verdict = Literal["causes", "everywhere", "unchanged", "too_little"]


@dataclass(frozen=True, slots=True)
class RankedCause:
    """One cause.

    Attributes:
        candidate: Which spans.
        also: Other names of the same spans.
        kind: What changed about them.
        share: How much of the whole change they explain, 0 to about 1.
        sums: What they add up to.
        sure: How sure that is.
    """

    candidate: Candidate
    also: list[Candidate]
    kind: Kind
    share: float
    sums: Sums
    sure: Sure


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answer.

    Attributes:
        verdict: What can be said.
        causes: The one that explains most first.
        whole: Sums over all spans.
    """

    verdict: Verdict
    causes: list[RankedCause]
    whole: Sums


def rank_causes(both: Both, *, is_sum: bool, by_kind: Both | None = None) -> Ranked:
    """Return the causes of a change.

    Args:
        both: The spans; expected of a ratio is fitted (baseline.py).
        is_sum: Whether the numerator's sum is what changed; else its ratio to the denominator.
        by_kind: The same spans with a numerator that tells those that are slow for their kind, fitted too, where that of
            `both` tells those that are slow at all. Behaviour is searched in it, the mix in `both`.
    """
    whole = total_of(both)
    lengths = (len(both.now), len(both.before))
    if (max(lengths) if is_sum else min(lengths)) < LEAST_SPANS:
        return Ranked("too_little", [], whole)
    found = _of_sum(both) if is_sum else _of_ratio(both, by_kind or both)
    if not (_has_changed(both, is_sum=is_sum) or (by_kind is not None and _has_changed(by_kind, is_sum=False))):
        # changes may cancel each other out over all spans
        found = [it for it in found if it.share >= QUIET_SHARE and (it.sure.z or 0) >= QUIET_Z and it.sure.confidence >= QUIET_CONFIDENCE]
        return Ranked("causes" if found else "unchanged", found, whole)
    return Ranked("causes" if found else "everywhere", found, whole)


def _has_changed(both: Both, *, is_sum: bool) -> bool:
    low, high = changes(both, is_sum=is_sum)
    return low > LEAST_CHANGE / 2 or high < -LEAST_CHANGE / 2


def _of_sum(both: Both) -> list[RankedCause]:
    """What adds more by span, and what there are more spans of, at what the baseline lets expect of them."""
    whole = total_of(both)
    change = float(whole.numerator - whole.numerator_before)
    part = float(np.clip((whole.numerator - whole.expected) / change, 0, 1)) if change else 1.0
    causes = _causes(both, behaviour, "behaviour", part) if part >= LEAST_PART else []
    if 1 - part >= LEAST_PART:
        now, before = both.now, both.before
        valued = replace(both, now=replace(now, numerator=now.expected), before=replace(before, numerator=before.expected))
        adding = sum(np.count_nonzero(rows.numerator) for rows in (now, before))
        unit = float(now.numerator.sum() + before.numerator.sum()) / max(1, adding)
        causes += [replace(it, sums=sums_of(both, it.candidate)) for it in _causes(valued, partial(amount, unit=unit), "amount", 1 - part)]
    return sorted(causes, key=lambda it: -it.share)[:MOST_CAUSES]


def _of_ratio(both: Both, by_kind: Both) -> list[RankedCause]:
    """What behaves otherwise, and what there is more of; each as a part of the whole change."""
    whole = total_of(both)
    now, before = _ratio(whole.numerator, whole.denominator), _ratio(whole.numerator_before, whole.denominator_before)
    behaved, change = now - _ratio(whole.expected, whole.denominator), now - before
    part = float(np.clip(behaved / change, 0, 1)) if change else 1.0
    # where the percentile of all did not move, kinds of spans may have
    if by_kind is not both and not _has_changed(both, is_sum=False):
        part = 1.0
    causes = _causes(by_kind, behaviour, "behaviour", part) if part >= LEAST_PART else []
    if 1 - part >= LEAST_PART:
        causes += _causes(both, mix, "mix", 1 - part)
    return sorted(causes, key=lambda it: -it.share)[:MOST_CAUSES]


def _causes(both: Both, score: Score, kind: Kind, part: float) -> list[RankedCause]:
    """One cause after the other, each in what those before it leave; `part` is how much of the change is searched."""
    causes: list[RankedCause] = []
    first = _change(total_of(both), kind)
    sign, left = float(np.sign(first)) or 1.0, both
    while len(causes) < MOST_CAUSES:
        whole = total_of(left)
        still = _change(whole, kind) / first if first else 0.0
        if still < LEAST_SHARE:
            break
        found = find_best(left, score, whole, sign, can_move=kind == "amount")
        if found is None or found.share * still < LEAST_SHARE:
            break
        sure = weigh(left, found.candidate, found.rivals, score, kind, sign)
        share = min(1.0, found.share * still) * part
        if not _is_sure(sure) or _is_faint(sure, share):
            break
        causes.append(RankedCause(found.candidate, found.also, kind, share, sums_of(left, found.candidate), sure))
        if kind == "mix":
            # shares of all are told together: to leave one out would change all others
            break
        left = left.without(found.candidate)
    return causes


def _change(whole: Sums, kind: Kind) -> float:
    if kind == "amount":
        return float(whole.numerator - whole.numerator_before)
    if kind == "behaviour":
        return float(whole.numerator - whole.expected)
    return float(_ratio(whole.expected, whole.denominator) - _ratio(whole.expected_before, whole.denominator_before))


def _ratio(above: np.ndarray, below: np.ndarray) -> float:
    return float(above / below) if below else 0.0


def _is_faint(sure: Sure, share: float) -> bool:
    """Whether it changed little more than the rest did and leaves most of the change to it."""
    return sure.risk_ratio is not None and share < FAINT_SHARE and 1 / FAINT_RATIO < sure.risk_ratio < FAINT_RATIO


def _is_sure(sure: Sure) -> bool:
    """Whether chance would not do; what is new or gone has no ratio, and is sure by its size."""
    return sure.z is None or sure.z >= LEAST_Z
