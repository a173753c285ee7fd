"""What a detector learnt of the series of one rule, and how it is kept as bytes."""

import struct
from dataclasses import dataclass

import numpy as np
import orjson
import structlog

from watchglass.alerts.detector_states import DetectorStates
from watchglass.alerts.windows import Labels
from watchglass.analysis.anomaly.detectors import detector
from watchglass.analysis.anomaly.state import State
from watchglass.errors import InvalidInput

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a detector knows.

    Attributes:
        labels: What tells the series of the state apart, in its order.
        state: The detector's.
    """

    labels: tuple[Labels, ...]
    state: State

    def is_warm_for(self, needed_s: float) -> bool:
        """Whether every series had so much history when it was learnt."""
        history_s = self.state.arrays.get("history_s")
        return bool(len(self.labels)) and history_s is not None and bool((np.asarray(history_s, np.float64) >= needed_s * 0.98).all())


def load_learnt(states: DetectorStates, key: str, detector_name: str) -> Learnt | None:
    """Return what was kept; None for nothing, or for what this version of the detector cannot read."""
    kept = states.load(key)
    if kept is None:
        return None
    try:
        (length,) = struct.unpack_from("<I", kept)
        labels = tuple(tuple((str(name), str(value)) for name, value in it) for it in orjson.loads(kept[4 : 4 + length]))
        state = State.from_bytes(kept[4 + length :])
    except (struct.error, ValueError, TypeError, InvalidInput) as error:
        log.warning("what a detector knew cannot be read; it learns anew", error=str(error))
        return None
    known = detector(detector_name)
    return Learnt(labels, state) if (state.detector, state.version) == (known.name, known.version) and len(state) == len(labels) else None


def save_learnt(states: DetectorStates, key: str, learnt: Learnt) -> None:
    """Keep what was learnt."""
    labels = orjson.dumps(learnt.labels)
    states.save(key, struct.pack("<I", len(labels)) + labels + learnt.state.to_bytes())
