"""How sure a cause is: traces are drawn again, group by group, and the cause is weighed against its rivals each time."""

from dataclasses import dataclass

import numpy as np

from watchglass.analysis.explain.rows import TRACE_GROUPS, Both, Candidate, Floats, Sums, holds, sums_by
from watchglass.analysis.explain.scores import Score, risk_ratio

RESAMPLES = 400

SEED = 20261130
"""Of all resamples: the same question is answered the same."""

WIDER = float(np.sqrt(TRACE_GROUPS / (TRACE_GROUPS - 1)))
"""Few groups, drawn with replacement, scatter this much too little."""


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure a cause is.

    Attributes:
        risk_ratio: Observed over expected; None where nothing was expected.
        low: Lower end of its 95 % interval.
        high: Upper end.
        confidence: How often it beat all rivals, 0 to 1.
        z: Logarithm of the ratio over its standard error; None where there is no interval.
    """

    risk_ratio: float | None
    low: float | None
    high: float | None
    confidence: float
    z: float | None


def weigh(
    both: Both, candidate: Candidate, rivals: list[Candidate], score: Score, kind: str, sign: float
) -> Sure:
    """Draw the groups of traces again RESAMPLES times."""
    draws = _draws()
    whole = _drawn(draws, _by_group(both))
    parts = [_drawn(draws, _of(both, it)) for it in (candidate, *rivals)]
    scores = np.stack([np.where(np.isfinite(it), it, 0) for it in (score(part, whole, sign).score for part in parts)])
    confidence = float(np.mean((scores[0] > 0) & (scores[0] >= scores.max(axis=0))))
    ratio = float(risk_ratio(_added(_of(both, candidate)), _added(_by_group(both)), kind))
    if not np.isfinite(ratio) or ratio <= 0:
        return Sure(None, None, None, confidence, None)
    again = risk_ratio(parts[0], whole, kind)
    logs = np.log(again[np.isfinite(again) & (again > 0)])
    if len(logs) < RESAMPLES / 2:
        return Sure(ratio, None, None, confidence, None)
    low, high = np.quantile(logs, (0.025, 0.975))
    middle, error = float(np.log(ratio)), WIDER * float(logs.std())
    low, high = (float(np.exp(middle + WIDER * (end - middle))) for end in (low, high))
    return Sure(ratio, low, high, confidence, abs(middle) / error if error else np.inf)


def changes(both: Both, *, is_sum: bool) -> tuple[float, float]:
    """Return the 99 % interval of the change of the measure over all spans, relative to the baseline's; infinite from nothing."""
    drawn = _drawn(_draws(), _by_group(both))
    now, before = drawn.numerator, drawn.numerator_before
    if not is_sum:
        now, before = _over(now, drawn.denominator), _over(before, drawn.denominator_before)
    base = float(np.mean(before))
    low, high = np.quantile(now - before, (0.005, 0.995))
    if base == 0:
        return (np.inf if low > 0 else 0.0), (np.inf if high > 0 else 0.0)
    return float(low / abs(base)), float(high / abs(base))


def _draws() -> Floats:
    """How often each group is drawn, shape (RESAMPLES, TRACE_GROUPS)."""
    random = np.random.default_rng(SEED)
    return random.multinomial(TRACE_GROUPS, np.full(TRACE_GROUPS, 1 / TRACE_GROUPS), RESAMPLES).astype(np.float64)


def _by_group(both: Both) -> Sums:
    return sums_by(both, both.now.trace_group, both.before.trace_group, TRACE_GROUPS)


def _of(both: Both, candidate: Candidate) -> Sums:
    sides: list[Floats] = []
    for rows, scale in ((both.now, 1.0), (both.before, both.scale)):
        mask = holds(candidate, rows)
        groups = rows.trace_group[mask]
        for values in (None, rows.numerator, rows.denominator, rows.expected):
            weights = None if values is None else values[mask]
            sides.append(np.asarray(scale * np.bincount(groups, weights, TRACE_GROUPS), np.float64))
    return Sums(*sides)


def _drawn(draws: Floats, groups: Sums) -> Sums:
    return Sums(*(draws @ getattr(groups, name) for name in Sums.__slots__))


def _added(groups: Sums) -> Sums:
    return Sums(*(np.asarray(getattr(groups, name).sum()) for name in Sums.__slots__))


def _over(above: Floats, below: Floats) -> Floats:
    return above / np.maximum(below, 1e-300)
