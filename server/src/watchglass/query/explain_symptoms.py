"""Which classes of error became more frequent: how a failure shows itself, told beside where it is."""

import numpy as np

from watchglass.analysis.explain.rows import Sums
from watchglass.query.explain_read import Read
from watchglass.query.explanation import Cause, Symptom
from watchglass.query.expr import Compare, Value, write

MOST_SYMPTOMS = 5

LEAST_SHARE = 0.1

CAUSE_SHARE = 0.6
"""From this part of the additional errors on, a class of error that others did not grow with is named as a cause."""


def error_symptoms(read: Read) -> list[Symptom]:
    """Return the classes that make the change of errors, the largest part first; a class is no cause, as all failures have one."""
    now, before, texts = read.error_types
    rows, rows_before = read.both.now, read.both.before
    counts = np.bincount(now, rows.numerator, len(texts))
    counts_before = np.bincount(before, rows_before.numerator, len(texts)) * read.both.scale
    change = counts.sum() - counts_before.sum()
    if not change:
        return []
    shares = (counts - counts_before) / change
    scale = read.sampled_share or 1
    return [
        Symptom(texts[code], float(shares[code]), round(float(counts[code]) / scale), round(float(counts_before[code]) / scale))
        for code in np.argsort(-shares, kind="stable")[:MOST_SYMPTOMS]
        if texts[code] and shares[code] >= LEAST_SHARE
    ]


def error_cause(symptoms: list[Symptom], whole: Sums, read: Read) -> Cause | None:
    """The class of error as a cause, where the failures are everywhere and (almost) all of one class that was rare before."""
    if not symptoms or symptoms[0].share < CAUSE_SHARE:
        return None
    first, scale = symptoms[0], read.sampled_share or 1
    others, others_before = float(whole.numerator) / scale - first.count, float(whole.numerator_before) / scale - first.before_count
    growth = (first.count + 1) / (first.before_count + 1)
    growth_elsewhere = (others + 1) / (others_before + 1)
    if growth < 2 * growth_elsewhere:
        return None
    ratio = growth / growth_elsewhere
    # counts of failures: the logarithm of a ratio of four has the sum of their inverses as its variance
    spread = 1.96 * float(np.sqrt(sum(1 / (max(0.0, it) + 1) for it in (first.count, first.before_count, others, others_before))))
    dimensions = {"error_type": first.error_type}
    return Cause(
        dimensions=dimensions,
        filter=write(Compare("error_type", "=", (Value(first.error_type),))),
        kind="amount",
        also=[],
        is_new=first.before_count == 0,
        value=float(first.count),
        before=float(first.before_count) or None,
        elsewhere=None,
        span_count=first.count,
        contribution_ratio=min(1.0, first.share),
        risk_ratio=ratio,
        low=ratio * float(np.exp(-spread)),
        high=ratio * float(np.exp(spread)),
        confidence=1.0 if ratio * np.exp(-spread) > 1 else 0.0,
    )
