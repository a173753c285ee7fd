"""How much of a change a candidate explains, how surprising that is, and how many times what was to be expected it has.

Adtributor's three (Bhagwan et al., NSDI 2014) are kept, over one value or a pair of any dimensions: explanatory power is
`share`, surprise is `score` (a likelihood ratio against "it changed as all others did", where Adtributor has the divergence
of the shares), and succinctness is the search's preference (search.py). The ratio with its interval is MacroBase's risk
ratio (Bailis et al., SIGMOD 2017), but of observed to expected (indirect standardisation), so that what has always been
slower than the rest is not blamed for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchglass.analysis.explain.baseline import PRIOR_ROWS, is_new
from watchglass.analysis.explain.rows import Floats, Sums

_TINY = 1e-300

CALM_ROWS = 100.0
"""Spans' worth of "as fitted" that each candidate's baseline is given before it is drawn again: one failure more or less in a
few spans would else be a factor of its own."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Arrays of the candidates' shape.

    Attributes:
        share: How much of the whole change the candidate explains beyond what changed elsewhere, at least 0.
        score: How much better it is to tell the candidate apart; comparable within one search.
        strength: By how much it changed, for each unit of it: what tells a part of it from the rest of it.
        growth: By which part of what was expected it changed, likewise.
    """

    share: Floats
    score: Floats
    strength: Floats
    growth: Floats


Score = Callable[[Sums, Sums, float], Scored]
"""From the candidates' sums, those of the whole, and the sign of the change that is looked for: 1 or -1."""


def behaviour(part: Sums, whole: Sums, sign: float) -> Scored:
    """What a candidate's spans do other than expected, of a ratio, a mean or a share.

    Elsewhere things may have changed too. Whether they did by a factor or by an amount nobody knows, so the one counts that
    explains more of the candidate; else whatever doubles all latencies would be blamed on the slowest model.
    """
    rest = whole - part
    change = whole.numerator - whole.expected
    prior = PRIOR_ROWS * whole.denominator / np.maximum(1, whole.count)
    expected, expected_rest = _adjusted(part, prior), _adjusted(rest, prior)
    added = _quotient(rest.numerator - expected_rest, rest.denominator + prior)
    some = prior * np.maximum(0, whole.expected) / np.maximum(_TINY, whole.denominator)
    factor = _quotient(rest.numerator + some, np.maximum(0, expected_rest) + some)
    by_amount = sign * (part.numerator - expected - added * part.denominator)
    by_factor = sign * (part.numerator - np.maximum(0, expected) * factor)
    excess = np.maximum(0, np.minimum(by_amount, by_factor))
    strength = _quotient(excess, part.denominator)
    score = strength * excess * _quotient(rest.denominator, whole.denominator)
    # the rest of a value may be few spans, of which little is expected: it is drawn to nothing by a span or two alone
    growth = excess / (np.maximum(0, expected) * factor + 0.1 * some + _TINY)
    return Scored(_quotient(excess, np.abs(change)), np.maximum(0, score), strength, growth)


def amount(part: Sums, whole: Sums, sign: float, unit: float) -> Scored:
    """What a candidate has more or less of than all others, of a sum; `unit` is what one span that adds to it adds."""
    rest = whole - part
    change = whole.numerator - whole.numerator_before
    # a growth of little is drawn to none
    some = PRIOR_ROWS * max(unit, _TINY)
    growth = (rest.numerator + some) / (rest.numerator_before + some)
    expected = part.numerator_before * growth
    excess = np.maximum(0, sign * (part.numerator - expected))
    # the likelihood ratio of a table of two by two: the candidate and the rest, before and now
    surprise = (
        _log_part(part.numerator, whole.numerator)
        + _log_part(rest.numerator, whole.numerator)
        + _log_part(part.numerator_before, whole.numerator_before)
        + _log_part(rest.numerator_before, whole.numerator_before)
        - _log_part(part.numerator + part.numerator_before, whole.numerator + whole.numerator_before)
        - _log_part(rest.numerator + rest.numerator_before, whole.numerator + whole.numerator_before)
    )
    score = np.where(excess > 0, np.maximum(0, surprise), 0)
    growth_beyond = excess / (expected + some)
    return Scored(_quotient(excess, np.abs(change)), score, growth_beyond, growth_beyond)


def mix(part: Sums, whole: Sums, sign: float) -> Scored:
    """How much a ratio moves because a candidate is a larger or smaller part of all, as it was in the baseline."""
    rest = whole - part
    change = _quotient(whole.expected, whole.denominator) - _quotient(whole.expected_before, whole.denominator_before)
    ratio = np.where(
        part.denominator_before > 0, _quotient(part.expected_before, part.denominator_before), _quotient(part.expected, part.denominator)
    )
    shift = _quotient(part.denominator, whole.denominator) - _quotient(part.denominator_before, whole.denominator_before)
    moved = sign * shift * (ratio - _quotient(rest.expected_before, rest.denominator_before))
    share = np.clip(_quotient(moved, np.abs(change)), 0, 2)
    # past the whole change is no better than the whole
    score = np.minimum(share, 2 - share)
    return Scored(share, np.maximum(0, score), share, share)


def risk_ratio(part: Sums, whole: Sums, kind: str) -> Floats:
    """Observed over expected, had the candidate changed as all others did; not a number where nothing was expected."""
    rest = whole - part
    if kind == "behaviour":
        # the baseline that is expected by was drawn too: what it had over what was fitted to it is 1 but for chance
        some = CALM_ROWS * _quotient(whole.expected_before, np.maximum(1, whole.count_before))
        by_chance = _quotient(part.numerator_before + some, np.maximum(0, part.expected_before) + some)
        by_chance = np.where(_came_up(part), 1, by_chance)
        # effects add up, and may come to less than nothing
        least = 0.05 * part.denominator * _quotient(whole.expected, whole.denominator)
        expected = np.maximum(part.expected, least) * by_chance
        return _quotient(_quotient(part.numerator, expected), _quotient(rest.numerator, rest.expected))
    name = "numerator" if kind == "amount" else "denominator"
    now, before = getattr(part, name), getattr(part, f"{name}_before")
    now_rest, before_rest = getattr(rest, name), getattr(rest, f"{name}_before")
    return _quotient(_quotient(now, before), _quotient(now_rest, before_rest))


def _adjusted(part: Sums, prior: Floats) -> Floats:
    """What is expected, with what the candidate had beyond the model in the baseline: the model knows no pairs."""
    beyond = _quotient(part.numerator_before - part.expected_before, part.denominator_before + prior)
    return part.expected + np.where(_came_up(part), 0, beyond) * part.denominator


def _came_up(part: Sums) -> npt.NDArray[np.bool_]:
    # the scale is near 1 but for a baseline that was cut off, or sampled otherwise
    return is_new(part.count, part.count_before, part.count_before)


def _quotient(above: Floats, below: Floats) -> Floats:
    """Divided, and not a number where there is nothing to divide by; 0 over 0 counts as 0 in sums."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below != 0, above / np.where(below != 0, below, 1), 0.0)


def _log_part(part: Floats, whole: Floats) -> Floats:
    """Part times the logarithm of its share of the whole; 0 for nothing."""
    share = np.where((part > 0) & (whole > 0), part / np.maximum(whole, _TINY), 1.0)
    return np.maximum(0, part) * np.log(share)
