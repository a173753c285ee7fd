"""Labelled series that were measured, as far as they ship inside packages: nothing is downloaded at run time.

`python -m pip install --no-deps streamad aeon` brings them; what is not installed is left out. Of these StreamAD's (hourly) has times; UCR's
is taken as of 20 minutes a step, so that its history is two weeks of days that it knows nothing of.
"""

import csv
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
from anomaly_series import Labelled


def real() -> list[Labelled]:
    """Each series that is installed."""
    found = []
    if path := _file("streamad", "uniDS.csv"):
        found.append(_labelled("StreamAD uniDS", _rows(path), "label", 336, 3600))
    train, test = (_file("aeon", f"135_UCR_Anomaly_InternalBleeding16_{part}.csv") for part in ("TRAIN", "TEST"))
    if train and test:
        history = _rows(train)
        found.append(_labelled("UCR 135 InternalBleeding16", history + _rows(test), "is_anomaly", len(history), 1200))
    return found


def _file(package: str, name: str) -> Path | None:
    try:
        return next((Path(str(it.locate())) for it in files(package) or [] if it.name == name), None)
    except PackageNotFoundError:
        return None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _labelled(name: str, rows: list[dict[str, str]], label: str, split: int, step_s: int) -> Labelled:
    values = np.array([float(row["value"] or "nan") for row in rows])
    return Labelled(name, "real", values, np.array([float(row[label]) > 0 for row in rows]), split, step_s)
