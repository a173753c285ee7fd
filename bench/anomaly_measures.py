"""How well scores find labelled stretches: volume under the precision-recall surface, range-based F1, delay."""

from dataclasses import dataclass

import numpy as np

THRESHOLDS = 250


def segments(labels: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last place of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], labels.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def vus_pr(labels: np.ndarray, score: np.ndarray, window: int) -> float:
    """Volume under the surface of precision, recall and buffer length.

    Paparrizos, Boniol, Palpanas, Tsay, Elmore, Franklin (2022), "Volume Under the Surface: A New Accuracy Evaluation Measure for
    Time-Series Anomaly Detection", PVLDB 15(11), in the form of their package `vus` (0.0.6, version "opt"), to which this is equal up
    to rounding: bench/test_anomaly_measures.py.

    Args:
        labels: True within anomalies, at least once.
        score: Higher is more unusual, of the same length.
        window: Longest buffer about a label, in steps.
    """
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    asked = np.linspace(0, len(score) - 1, THRESHOLDS).astype(int)
    taken = np.searchsorted(-ranked, -ranked[asked], side="right")  # how many score at least the threshold
    spans = segments(labels)
    areas = [_area(labels, spans, score, order, ranked[asked], taken, buffer) for buffer in range(window + 1)]
    return float(np.mean(areas))


def _area(labels: np.ndarray, spans: list[tuple[int, int]], score: np.ndarray, order: np.ndarray, thresholds: np.ndarray, taken: np.ndarray, buffer: int) -> float:
    soft = _softened(labels, spans, buffer)
    hit = np.cumsum(soft[order])[taken - 1]
    edge = np.cumsum(np.where(labels, 0.0, soft)[order])[taken - 1]
    positives = labels.sum()
    peaks = np.array([score[start:end].max() for start, end in _merged(spans, buffer // 2, len(labels))])
    existence = (peaks[:, None] >= thresholds).mean(axis=0)
    recall = np.minimum(hit / ((2 * positives + edge) / 2), 1) * existence
    precision = hit / taken
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * precision))


def _softened(labels: np.ndarray, spans: list[tuple[int, int]], buffer: int) -> np.ndarray:
    soft = labels.astype(float)
    for start, end in spans:
        after = np.arange(end, min(end + buffer // 2, len(labels)))
        soft[after] += np.sqrt(1 - (after - end + 1) / max(buffer, 1))
        before = np.arange(max(start - buffer // 2, 0), start)
        soft[before] += np.sqrt(1 - (start - before) / max(buffer, 1))
    return np.minimum(soft, 1.0)


def _merged(spans: list[tuple[int, int]], reach: int, length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        wide = (max(start - reach, 0), min(end + reach, length))
        # `vus` keeps apart what touches by less than one place
        if merged and merged[-1][1] > wide[0]:
            merged[-1] = (merged[-1][0], wide[1])
        else:
            merged.append(wide)
    return merged


@dataclass(frozen=True)
class Found:
    """How well alarms, as yes or no, find labelled stretches.

    Attributes:
        precision: Range-based precision.
        recall: Range-based recall.
        detected_ratio: Share of the anomalies with an alarm within them.
        delays: Steps from the start of each of those to its first alarm.
    """

    precision: float
    recall: float
    detected_ratio: float
    delays: list[int]

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def found(labels: np.ndarray, alarms: np.ndarray) -> Found:
    """Compare alarms with labels.

    Tatbul, Lee, Zdonik, Alam, Gottschlich (2018), "Precision and Recall for Time Series", NeurIPS 31: overlap with flat bias and
    reciprocal cardinality, without the existence reward; as the package `prts` computes it.
    """
    real, told = segments(labels), segments(alarms)
    precision = float(np.mean([_overlap(span, real) for span in told])) if told else 0.0
    recall = float(np.mean([_overlap(span, told) for span in real]))
    first = [np.flatnonzero(alarms[start:end]) for start, end in real]
    delays = [int(places[0]) for places in first if len(places)]
    return Found(precision, recall, len(delays) / len(real), delays)


def _overlap(span: tuple[int, int], others: list[tuple[int, int]]) -> float:
    shared = [min(span[1], end) - max(span[0], start) for start, end in others]
    shared = [length for length in shared if length > 0]
    return sum(shared) / (span[1] - span[0]) / max(len(shared), 1)
