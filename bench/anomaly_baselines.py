"""What others make of a series: PyOD, river, stumpy and a static 3 sigma, each as its documentation shows it.

Each learns from the history and scores the test, but for stumpy's matrix profile, which is given both at once, the future of each
value too. Missing values are filled with the last known one, since none of them takes any. Where windows are asked for, WINDOWS are
tried on the tuning seeds and the best is kept.
"""

from collections.abc import Callable

import numpy as np

WINDOWS = (12, 48, 288)
SPLIT_SEED = 1

Baseline = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""History and test, without gaps, to scores of the history's end and the test: as many as the test has, or as both have."""


def filled(values: np.ndarray) -> np.ndarray:
    """Missing values by the last known one, those at the start by the first known one."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.asarray(values[np.where(last < 0, np.argmax(known), last)])


def static_sigma(history: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Deviation from the history's mean in its standard deviations: the alert that is written by hand."""
    both = np.concatenate([history, test])
    return np.abs(both - history.mean()) / max(float(history.std()), 1e-12)


def seasonal_sigma(steps_an_hour: int) -> Baseline:
    """The same with mean and deviation of each hour of the week."""

    def score(history: np.ndarray, test: np.ndarray) -> np.ndarray:
        both = np.concatenate([history, test])
        hours = np.arange(len(both)) // steps_an_hour % 168
        past = hours[: len(history)]
        means = np.array([history[past == hour].mean() for hour in range(168)])
        spreads = np.array([history[past == hour].std() for hour in range(168)])
        return np.abs(both - means[hours]) / np.maximum(spreads[hours], 1e-12 + 0.1 * history.std())

    return score


def pyod_windows(name: str, window: int) -> Baseline:
    """A detector of PyOD on windows, each scored at its last step; its values scaled by the history."""

    def score(history: np.ndarray, test: np.ndarray) -> np.ndarray:
        from pyod.models.ecod import ECOD
        from pyod.models.iforest import IForest
        from pyod.models.knn import KNN

        model = {"IForest": lambda: IForest(random_state=SPLIT_SEED), "ECOD": ECOD, "KNN": KNN}[name]()
        both = (np.concatenate([history, test]) - history.mean()) / max(float(history.std()), 1e-12)
        rows = np.lib.stride_tricks.sliding_window_view(both, window)
        split = len(history) - window + 1
        model.fit(rows[:split])
        return np.concatenate([np.full(window - 1, model.decision_scores_.min()), model.decision_scores_, model.decision_function(rows[split:])])

    return score


def river_trees(window: int) -> Baseline:
    """River's half-space trees with its defaults on the last values, scaled to 0..1, learning on through the test."""

    def score(history: np.ndarray, test: np.ndarray) -> np.ndarray:
        from river import anomaly

        model = anomaly.HalfSpaceTrees(seed=SPLIT_SEED)
        low, high = float(history.min()), float(history.max())
        both = np.clip((np.concatenate([history, test]) - low) / max(high - low, 1e-12), 0, 1).tolist()
        scores = np.zeros(len(both))
        lags = max(1, window // 12)
        for place in range(len(both)):
            features = {lag: both[max(0, place - lag * 12)] for lag in range(lags)}
            scores[place] = model.score_one(features)
            model.learn_one(features)
        return scores

    return score


def stumpy_profile(window: int) -> Baseline:
    """Stumpy's matrix profile with its defaults; a step is as unusual as the window that ends at it."""

    def score(history: np.ndarray, test: np.ndarray) -> np.ndarray:
        import stumpy

        profile = stumpy.stump(np.concatenate([history, test]), window)[:, 0].astype(float)
        return np.concatenate([np.full(window - 1, profile.min()), profile])

    return score


WINDOWED: dict[str, Callable[[int], Baseline]] = {
    "PyOD IForest": lambda window: pyod_windows("IForest", window),
    "PyOD ECOD": lambda window: pyod_windows("ECOD", window),
    "PyOD KNN": lambda window: pyod_windows("KNN", window),
    "river HalfSpaceTrees": river_trees,
    "stumpy matrix profile": stumpy_profile,
}


def plain(step_s: int) -> dict[str, Baseline]:
    """Those without windows, for series of a step."""
    return {"static 3 sigma": static_sigma, "3 sigma by hour of week": seasonal_sigma(3600 // step_s)}
