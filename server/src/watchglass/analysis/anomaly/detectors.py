"""The detectors by name; adding one is a file and a word here."""

from watchglass.analysis.anomaly.detector import Detector
from watchglass.analysis.anomaly.ensemble import Ensemble
from watchglass.analysis.anomaly.level_shift import LevelShift
from watchglass.analysis.anomaly.matrix_profile import MatrixProfile
from watchglass.analysis.anomaly.seasonal import Seasonal
from watchglass.analysis.anomaly.spikes import Spikes
from watchglass.errors import InvalidInput

DETECTORS: dict[str, Detector] = {detector.name: detector for detector in (Ensemble(), Seasonal(), LevelShift(), Spikes(), MatrixProfile())}
"""Every detector."""

DEFAULT = "ensemble"


def detector(name: str = DEFAULT) -> Detector:
    """A detector by its name.

    Raises:
        InvalidInput: There is none of that name.
    """
    try:
        return DETECTORS[name]
    except KeyError:
        raise InvalidInput("detector", f"is {name!r}, not one of {', '.join(DETECTORS)}") from None
