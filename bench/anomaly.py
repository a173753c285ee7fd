"""Anomaly detectors: how well they find labelled anomalies beside public baselines, false alarms a week, and speed.

The baselines are in the extra `bench` of the server's distribution; see docs/anomalies.md.
"""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass

import anomaly_baselines
import anomaly_real
import numpy as np
from anomaly_measures import found, vus_pr
from anomaly_series import (
    FAMILIES,
    HELD_OUT_SEEDS,
    KINDS,
    START_NS,
    STEP_S,
    TUNING_SEEDS,
    Labelled,
    benchmark,
    labelled,
)
from figures import Figure
from watchglass.analysis.anomaly import budget
from watchglass.analysis.anomaly.detectors import DEFAULT, DETECTORS
from watchglass.analysis.anomaly.series import Series

STEP_NS = STEP_S * 10**9
WEEK_STEPS = 7 * 86_400 // STEP_S
BUFFER_STEPS = 24
"""Longest buffer of VUS-PR: two hours."""
NORMAL_SERIES = 2000
NORMAL_SEED = 77_000
SPEED_SERIES = 10_000
SPEED_ROUNDS = 5
EVENT_STEPS = 12
"""Alarms nearer to each other than an hour are one."""


@dataclass(frozen=True)
class Result:
    """How one detector did on all series.

    Attributes:
        name: Of the detector.
        vus: VUS-PR of each series.
        f1: Range-based F1 of each series.
        detected_ratio: Share of anomalies with an alarm.
        delay_steps: Median delay of those, NaN without any.
        seconds: For all series, history and test.
    """

    name: str
    vus: np.ndarray
    f1: np.ndarray
    detected_ratio: float
    delay_steps: float
    seconds: float


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Run detectors and baselines on the held-out seeds, count false alarms and measure speed; return figures and facts."""
    del seconds
    if importlib.util.find_spec("pyod") is None:
        raise RuntimeError("the baselines are not installed: python -m pip install -e 'server[bench]'")
    series = list(benchmark(HELD_OUT_SEEDS))
    ours = [_detector(name, series) for name in DETECTORS]
    chosen = _chosen_baselines()
    others = [_baseline(name, score, series) for name, score in chosen.items()]
    best = max(float(result.vus.mean()) for result in others)
    figures = [_quality(result, best if result.name == DEFAULT else None) for result in [*ours, *others]]
    losses = _losses(ours[0], others, series)
    figures.append(Figure("times that a baseline is ahead of the default on a kind or a family", len(losses), "", None, "less", "; ".join(losses) or "none"))
    figures += _real(chosen) + _false_alarms() + _speed()
    facts = {
        "series": len(series), "held_out_seeds": HELD_OUT_SEEDS,
        "by_kind": {result.name: _means(result, series, KINDS, "kind") for result in [*ours, *others]},
        "by_family": {result.name: _means(result, series, FAMILIES, "family") for result in [*ours, *others]},
    }  # fmt: skip
    return figures, facts


def _detector(name: str, series: list[Labelled]) -> Result:
    values, split = np.stack([one.values for one in series]), series[0].split
    started_s = time.perf_counter()
    detector = DETECTORS[name]
    step_ns = series[0].step_s * 10**9
    state = detector.fit(Series(values[:, :split], START_NS, step_ns))
    scores, _ = detector.score(state, Series(values[:, split:], START_NS + split * step_ns, step_ns))
    taken_s = time.perf_counter() - started_s
    alarms = np.nan_to_num(scores.p_value, nan=1.0) < budget.threshold(1, 1, series[0].step_s)
    return _result(name, series, list(_carried(scores.score)), list(alarms), taken_s)


def _carried(score: np.ndarray) -> np.ndarray:
    """What is unknown keeps the last score."""
    return np.stack([anomaly_baselines.filled(np.concatenate([[0.0], row]))[1:] for row in score])


def _baseline(name: str, score: anomaly_baselines.Baseline, series: list[Labelled]) -> Result:
    """Its alarms are scores above what the history reaches once a week, the same budget as the detectors'."""
    scores, alarms = [], []
    started_s = time.perf_counter()
    for one in series:
        values = anomaly_baselines.filled(one.values)
        both = np.nan_to_num(score(values[: one.split], values[one.split :]), posinf=1e9)
        scores.append(both[one.split :])
        alarms.append(scores[-1] > np.quantile(both[: one.split], 1 - 1 / WEEK_STEPS))
    return _result(name, series, scores, alarms, time.perf_counter() - started_s)


def _chosen_baselines() -> dict[str, anomaly_baselines.Baseline]:
    """Each baseline, those on windows with the window that is best on a tuning seed."""
    tuning = list(benchmark(TUNING_SEEDS[:1]))
    chosen = anomaly_baselines.plain(STEP_S)
    for name, of_window in anomaly_baselines.WINDOWED.items():
        tried = {window: _baseline(name, of_window(window), tuning).vus.mean() for window in anomaly_baselines.WINDOWS}
        window = max(tried, key=lambda window: tried[window])
        chosen[f"{name}, {window} steps"] = of_window(window)
    return chosen


def _result(name: str, series: list[Labelled], scores: list[np.ndarray], alarms: list[np.ndarray], seconds: float) -> Result:
    labels = [one.labels[one.split :] for one in series]
    vus = np.array([vus_pr(label, score, BUFFER_STEPS) for label, score in zip(labels, scores, strict=True)])
    hits = [found(label, alarm) for label, alarm in zip(labels, alarms, strict=True)]
    delays = [delay for hit in hits for delay in hit.delays]
    delay = float(np.median(delays)) if delays else float("nan")
    return Result(name, vus, np.array([hit.f1 for hit in hits]), float(np.mean([hit.detected_ratio for hit in hits])), delay, seconds)


def _quality(result: Result, limit: float | None) -> Figure:
    delay = "nothing found" if np.isnan(result.delay_steps) else f"median delay {result.delay_steps * STEP_S / 60:.0f} min"
    note = f"at a budget of one false alarm a week: range-based F1 {result.f1.mean():.2f}, {result.detected_ratio:.0%} of anomalies found, {delay}; {result.seconds:.1f} s"
    name = f"VUS-PR, {result.name}" + (" (the default; the limit is the best baseline)" if limit else "")
    return Figure(name, float(result.vus.mean()), "", limit, "more", note)


def _means(result: Result, series: list[Labelled], groups: tuple[str, ...], attribute: str) -> dict[str, float]:
    of = np.array([getattr(one, attribute) for one in series])
    return {group: round(float(result.vus[of == group].mean()), 3) for group in groups}


def _real(chosen: dict[str, anomaly_baselines.Baseline]) -> list[Figure]:
    """The default on measured series, beside every baseline."""
    figures = []
    for one in anomaly_real.real():
        theirs = {name: float(_baseline(name, score, [one]).vus.mean()) for name, score in (chosen | anomaly_baselines.plain(one.step_s)).items()}
        note = ", ".join(f"{name} {vus:.2f}" for name, vus in sorted(theirs.items(), key=lambda item: -item[1]))
        figures.append(Figure(f"VUS-PR of the default on a measured series: {one.family}", float(_detector(DEFAULT, [one]).vus.mean()), "", None, "more", note))
    return figures


def _losses(default: Result, others: list[Result], series: list[Labelled]) -> list[str]:
    mine = _means(default, series, KINDS, "kind") | _means(default, series, FAMILIES, "family")
    losses = []
    for other in others:
        theirs = _means(other, series, KINDS, "kind") | _means(other, series, FAMILIES, "family")
        losses += [f"{group}: {other.name} {theirs[group]:.2f}, the default {mine[group]:.2f}" for group in theirs if theirs[group] > mine[group]]
    return losses


def _false_alarms() -> list[Figure]:
    """Count the alarms of a week of normal series where one, ten and a hundred are asked for."""
    values = np.stack([labelled(FAMILIES[number % 4], "normal", np.random.default_rng([NORMAL_SEED, number])).values for number in range(NORMAL_SERIES)])
    split = values.shape[1] - WEEK_STEPS
    detector = DETECTORS[DEFAULT]
    state = detector.fit(Series(values[:, :split], START_NS, STEP_NS))
    scores, _ = detector.score(state, Series(values[:, split:], START_NS + split * STEP_NS, STEP_NS))
    p_value = np.nan_to_num(scores.p_value, nan=1.0)
    figures = []
    for asked in (1, 10, 100):
        alarms = p_value < budget.threshold(asked, NORMAL_SERIES, STEP_S)
        note = f"{NORMAL_SERIES:,} normal series every {STEP_S // 60} minutes, held out"
        limit = asked + 2 * asked**0.5  # chance alone gives as many, of a rate as asked for, one time in twenty to forty
        figures.append(Figure(f"false alarms in a week where {asked} is asked for", sum(map(_events, alarms)), "", limit, "less", note))
    return figures


def _events(alarms: np.ndarray) -> int:
    places = np.flatnonzero(alarms)
    return 0 if not len(places) else 1 + int((np.diff(places) > EVENT_STEPS).sum())


def _speed() -> list[Figure]:
    """One evaluation of ten thousand series, the reading and writing of their state included, on one thread."""
    values = np.stack([labelled(FAMILIES[number % 4], "normal", np.random.default_rng([NORMAL_SEED, number])).values for number in range(100)])
    split = values.shape[1] - WEEK_STEPS
    figures = []
    for name, detector in DETECTORS.items():
        started_s = time.process_time()
        few = detector.fit(Series(values[:, :split], START_NS, STEP_NS))
        fit_ms = (time.process_time() - started_s) * 1000 / len(values)
        data = few.rows([number % 100 for number in range(SPEED_SERIES)]).to_bytes()
        taken_s = [_evaluation_s(detector.score, data, values, split + number) for number in range(SPEED_ROUNDS)]
        note = f"{len(data) / SPEED_SERIES:,.0f} bytes of state a series, read and written; fitting two weeks takes {fit_ms:.1f} ms a series"
        figures.append(Figure(f"one evaluation of {SPEED_SERIES:,} series by {name}, slowest of {SPEED_ROUNDS}", max(taken_s), "s of CPU", 60, "less", note))
    return figures


def _evaluation_s(score: Callable[..., object], data: bytes, values: np.ndarray, place: int) -> float:
    from watchglass.analysis.anomaly.state import State

    column = np.tile(values[:, place : place + 1], (SPEED_SERIES // len(values), 1))
    started_s = time.process_time()
    _, after = score(State.from_bytes(data), Series(column, START_NS + place * STEP_NS, STEP_NS))  # type: ignore[misc]
    after.to_bytes()
    return time.process_time() - started_s
