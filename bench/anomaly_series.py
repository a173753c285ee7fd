"""Labelled series as those of model calls, the same for a seed everywhere: three weeks of five minutes, with anomalies in the last week.

Four families (tokens, latency, cost, errors) times seven kinds of anomaly. Nothing of the generator was fitted to a detector: sizes are
told in spreads of the noise, and what is not an anomaly but makes detection hard is in every series: noise that lasts
(autoregressive) and has heavy tails, growth, weekends, jobs that run once a day, values and hours that are missing, and in a third of
them an unlabelled incident in the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

STEP_S = 300
DAY_STEPS = 86_400 // STEP_S
HISTORY_DAYS = 14
TEST_DAYS = 7
START_NS = 1_788_739_200 * 10**9
"""A Monday, UTC."""
FAMILIES = ("tokens", "latency", "cost", "errors")
KINDS = ("spike", "shift", "drift", "variance", "flat", "stuck", "dropout")
TUNING_SEEDS = tuple(range(100, 103))
HELD_OUT_SEEDS = tuple(range(9000, 9003))
"""Looked at for the published figures only: nothing was chosen by them."""


@dataclass(frozen=True)
class Labelled:
    """One series.

    Attributes:
        family: What it measures.
        kind: Which anomalies it has.
        values: History and test, NaN where missing.
        labels: True within anomalies, of the same length; all of them in the test.
        split: Where the test begins.
        step_s: From one value to the next.
    """

    family: str
    kind: str
    values: np.ndarray
    labels: np.ndarray
    split: int = HISTORY_DAYS * DAY_STEPS
    step_s: int = STEP_S


def benchmark(seeds: tuple[int, ...]) -> Iterator[Labelled]:
    """Each family with each kind of anomaly, once a seed."""
    for seed in seeds:
        for family_number, family in enumerate(FAMILIES):
            for kind_number, kind in enumerate(KINDS):
                yield labelled(family, kind, np.random.default_rng([seed, family_number, kind_number]))


def labelled(family: str, kind: str, random: np.random.Generator) -> Labelled:
    """One series of a family with anomalies of a kind; of kind "normal" without any."""
    steps = (HISTORY_DAYS + TEST_DAYS) * DAY_STEPS
    split = HISTORY_DAYS * DAY_STEPS
    signal = _season(steps, random)
    noise = _noise(steps, random)
    if random.random() < 1 / 3:
        start = int(random.integers(DAY_STEPS, split - DAY_STEPS))
        noise[start : start + int(random.integers(12, 60))] += random.uniform(3, 8)
    labels = np.zeros(steps, bool)
    spans = [] if kind == "normal" else _spans(kind, split, steps, random)
    for start, end in spans:
        labels[start:end] = True
        _disturb(kind, signal, noise, start, end, random)
    values = _observed(family, signal, noise, random)
    for start, end in spans:
        if kind == "stuck":
            values[start:end] = values[start - 1]
        if kind == "dropout":
            values[start:end] *= random.uniform(0.0, 0.3)
            values[start:end][random.random(end - start) < 0.5] = np.nan
    _lose(values, random)
    return Labelled(family, kind, values, labels)


def _season(steps: int, random: np.random.Generator) -> np.ndarray:
    """Day, weekend, growth and a daily job, on a logarithmic scale."""
    times = np.arange(steps)
    day = times / DAY_STEPS
    peak, depth = random.uniform(0, 1), random.uniform(0.2, 1.0)
    season = depth * np.cos(2 * np.pi * (day - peak)) + depth * random.uniform(0, 0.4) * np.cos(4 * np.pi * (day - random.uniform(0, 1)))
    season -= random.choice([0.0, random.uniform(0.2, 1.0)]) * (day.astype(int) % 7 >= 5)
    season += random.uniform(-0.01, 0.02) * day
    if random.random() < 0.3:
        job = int(random.integers(DAY_STEPS))
        season += random.uniform(0.3, 1.0) * (times % DAY_STEPS - job < 3) * (times % DAY_STEPS >= job)
    return np.asarray(season)


def _noise(steps: int, random: np.random.Generator) -> np.ndarray:
    """Autoregressive with Student's t, of spread 1."""
    freedom, memory = random.choice([4.0, 8.0, 50.0]), random.uniform(0.0, 0.8)
    shocks = random.standard_t(freedom, steps + 200) / np.sqrt(freedom / (freedom - 2)) * np.sqrt(1 - memory**2)
    noise = np.empty(steps + 200)
    last = 0.0
    for place, shock in enumerate(shocks):
        last = memory * last + shock
        noise[place] = last
    return noise[200:]


LENGTHS = {"spike": (1, 4), "shift": (12, 72), "drift": (36, 144), "variance": (24, 96), "flat": (72, 200), "stuck": (24, 96), "dropout": (6, 48)}


def _spans(kind: str, first: int, last: int, random: np.random.Generator) -> list[tuple[int, int]]:
    """Two to four stretches that lie apart."""
    count = int(random.integers(2, 5))
    edges = np.linspace(first + 12, last - 12, count + 1).astype(int)
    spans = []
    for before, after in pairwise(edges):
        length = int(random.integers(*LENGTHS[kind]))
        start = int(random.integers(before, max(before + 1, after - length - 48)))
        spans.append((start, start + length))
    return spans


def _disturb(kind: str, signal: np.ndarray, noise: np.ndarray, start: int, end: int, random: np.random.Generator) -> None:
    """Change signal or noise between two steps; three of four go up."""
    sign = 1.0 if random.random() < 0.75 else -1.0
    if kind == "spike":
        noise[start:end] += sign * random.uniform(5, 12)
    elif kind == "shift":
        noise[start:end] += sign * random.uniform(2.5, 6)
    elif kind == "drift":
        noise[start:end] += sign * np.linspace(0, random.uniform(3, 8), end - start)
    elif kind == "variance":
        noise[start:end] *= random.uniform(2.5, 5)
    elif kind == "flat":
        signal[start:end] = signal[: start].mean()


def _observed(family: str, signal: np.ndarray, noise: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Signal and noise as the family shows them."""
    spread = random.uniform(0.04, 0.15)
    if family == "tokens":
        return np.asarray(np.round(10 ** random.uniform(4, 6) * np.exp(signal + spread * noise)))
    if family == "latency":
        return np.asarray(random.uniform(0.3, 3) * np.exp(0.3 * signal + spread * noise))
    if family == "cost":
        return np.asarray(10 ** random.uniform(-1, 1) * np.maximum(np.exp(signal) * (1 + 1.5 * spread * noise), 0))
    rate = 10 ** random.uniform(0.5, 1.7) * np.exp(signal)  # errors: counts, whose own noise is a part of the whole
    return np.asarray(random.poisson(np.maximum(rate + 0.9 * np.sqrt(rate) * noise, 0)).astype(float))


def _lose(values: np.ndarray, random: np.random.Generator) -> None:
    """A hundredth of the values, and up to three stretches of up to six hours."""
    values[random.random(len(values)) < 0.01] = np.nan
    for _ in range(int(random.integers(0, 4))):
        start = int(random.integers(len(values)))
        values[start : start + int(random.integers(6, 72))] = np.nan
