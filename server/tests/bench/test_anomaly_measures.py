"""The benchmark of anomaly detectors: its measures are those of the packages of their authors, its series those of their seeds."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    monkeypatch.syspath_prepend(str(BENCH))
    yield importlib.import_module("anomaly_measures"), importlib.import_module("anomaly_series")
    for name in ("anomaly_measures", "anomaly_series"):
        sys.modules.pop(name, None)


def scored() -> tuple[np.ndarray, np.ndarray]:
    places = np.arange(400)
    score = np.round(np.sin(places * 0.37) + np.sin(places * places * 0.011) + (places % 97 < 13) * 1.1, 2)
    return (places % 97 < 9) & (places > 90), score


@pytest.mark.parametrize(("window", "expected"), [(0, 0.3523832956814978), (5, 0.38515983872494436), (24, 0.523770362237327)])
def test_the_volume_is_that_of_the_package_vus(bench: tuple[ModuleType, ModuleType], window: int, expected: float) -> None:
    """VUS-PR is what the package vus gives for the same labels and scores."""
    assert bench[0].vus_pr(*scored(), window) == pytest.approx(expected, rel=1e-9)  # vus 0.0.6, RangeAUC_volume_opt


def test_range_based_precision_and_recall_are_those_of_the_package_prts(bench: tuple[ModuleType, ModuleType]) -> None:
    """Range-based precision and recall are what the package prts gives, and delays are counted from the start."""
    labels, score = scored()
    found = bench[0].found(labels, score > 1.4)
    assert found.precision == pytest.approx(0.1762820512820513) and found.recall == pytest.approx(0.3101851851851852)  # prts 1.0.0.3
    assert found.delays == [5, 2, 0, 2] and found.detected_ratio == 1


def test_nothing_found_is_nothing(bench: tuple[ModuleType, ModuleType]) -> None:
    """Without alarms all measures are 0, and nothing is divided by nothing."""
    labels, _ = scored()
    found = bench[0].found(labels, np.zeros(len(labels), bool))
    assert (found.precision, found.recall, found.f1, found.delays) == (0, 0, 0, [])


def test_series_are_those_of_their_seed_and_seeds_are_kept_apart(bench: tuple[ModuleType, ModuleType]) -> None:
    """A seed gives the same series each time, and held-out seeds are not tuned on."""
    series = bench[1]
    assert not set(series.TUNING_SEEDS) & set(series.HELD_OUT_SEEDS)
    first, again, other = (next(iter(series.benchmark((seed,)))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values, equal_nan=True)
    for one in series.benchmark((1,)):
        assert len(one.values) == len(one.labels) == 21 * 288 and one.labels[one.split :].any() and not one.labels[: one.split].any()
        assert 0 < np.isnan(one.values).mean() < 0.1
