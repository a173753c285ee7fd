"""The vocabulary of Prometheus: samples, each of a family that has a type, a unit and a help text."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

STALE_NAN: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The value that says that a series has ended."""

_STALE_PAYLOAD = 0x0007_FFFF_FFFF_FFFF  # all of a NaN but sign, exponent and the bit that a processor may set


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One observation that stands for many.

    Attributes:
        labels: What it says about itself, such as the trace.
        value: What was observed.
        time_ns: When, nanoseconds since 1970 UTC; 0 when not said.
    """

    labels: Mapping[str, str]
    value: float
    time_ns: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series.

    Attributes:
        name: Name of the series, with the suffix that its family's type gives it (`_bucket`, `_total` ...).
        labels: Its labels.
        value: The value.
        time_ns: When, nanoseconds since 1970 UTC; None when not said.
        exemplars: Observations behind it.
    """

    name: str
    labels: Mapping[str, str]
    value: float
    time_ns: int | None = None
    exemplars: tuple[Exemplar, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """The series of one name.

    Attributes:
        name: Name of the family.
        type: counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown.
        help: What it means, for people.
        unit: Unit in its own words (`seconds`), empty when not said.
        samples: Its samples.
    """

    name: str
    type: str
    help: str = ""
    unit: str = ""
    samples: list[Sample] = field(default_factory=list)


def is_stale(value: float) -> bool:
    """Whether a value says that its series has ended."""
    if value == value:
        return False
    return struct.unpack("<Q", struct.pack("<d", value))[0] & _STALE_PAYLOAD == 2


UNITS = {
    "seconds": "s",
    "milliseconds": "ms",
    "microseconds": "us",
    "nanoseconds": "ns",
    "bytes": "By",
    "ratio": "1",
    "percent": "%",
    "celsius": "Cel",
    "volts": "V",
    "amperes": "A",
    "joules": "J",
    "watts": "W",
    "grams": "g",
    "meters": "m",
    "hertz": "Hz",
    "tokens": "{token}",
}
"""Prometheus's words for units, as UCUM writes them."""


def unit_of(family: Family) -> str:
    """The family's unit as UCUM writes it: the one that it says, else the one that its name ends in, else empty."""
    if family.unit:
        return UNITS.get(family.unit, family.unit)
    words = family.name.removesuffix("_total").replace(":", "_").rsplit("_", 1)
    return UNITS.get(words[-1], "")
