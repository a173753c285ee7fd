"""The detectors by name; adding one is a file and a word here."""

from watchglass.analysis.anomaly.detector import Detector
from watchglass.analysis.anomaly.seasonal import Seasonal
from watchglass.errors import InvalidInput

DETECTORS: dict[str, Detector] = {detector.name: detector for detector in (Seasonal(),)}
"""Every detector."""

DEFAULT = "seasonal"


def detector(name: str = DEFAULT) -> Detector:
    """A detector by its name.

    Raises:
        InvalidInput: There is none of that name.
    """
    try:
        return DETECTORS[name]
    except KeyError:
        raise InvalidInput("detector", f"is {name!r}, not one of {', '.join(DETECTORS)}") from None
