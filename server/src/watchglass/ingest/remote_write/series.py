"""Requests of either version read as series of one shape."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError

from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.families import Exemplar
from watchglass.ingest.remote_write.messages import REQUEST, TYPES, WRITE_REQUEST

MAX_METADATA = 100_000
"""Most names whose type is remembered."""


@dataclass(slots=True)
class Written:
    """One series of a request.

    Attributes:
        labels: Its labels, the name among them as `__name__`.
        samples: Value and time (milliseconds since 1970 UTC) each.
        exemplars: Observations behind it.
        histograms: Native histograms, as the protocol has them.
        type: Type of its family, empty when not said.
        help: What it means.
        unit: Unit in its own words.
        created_ms: When it began, milliseconds since 1970 UTC; 0 when not said.
    """

    labels: dict[str, str]
    samples: list[tuple[float, int]]
    exemplars: list[Exemplar]
    histograms: list[Any]
    type: str = ""
    help: str = ""
    unit: str = ""
    created_ms: int = 0


@dataclass(slots=True)
class Metadata:
    """What version 1.0 says about names, in requests of their own; a bounded number is remembered.

    Attributes:
        known: Type, help and unit by name.
    """

    known: OrderedDict[str, tuple[str, str, str]] = field(default_factory=OrderedDict)

    def learn(self, name: str, said: tuple[str, str, str]) -> None:
        """Remember what was said of a name."""
        self.known[name] = said
        self.known.move_to_end(name)
        while len(self.known) > MAX_METADATA:
            self.known.popitem(last=False)

    def of(self, name: str) -> tuple[str, str, str]:
        """What is known of the family that a series of this name belongs to."""
        for suffix in ("", "_total", "_bucket", "_sum", "_count", "_created"):
            if name.endswith(suffix) and (said := self.known.get(name.removesuffix(suffix) if suffix else name)):
                return said
        return "", "", ""


def read_first(body: bytes, metadata: Metadata) -> list[Written]:
    """Read a request of version 1.0, and learn from its metadata.

    Raises:
        InvalidInput: It is none; the field is `body`.
    """
    request = _parsed(WRITE_REQUEST, body)
    for said in request.metadata:
        metadata.learn(said.metric_family_name, (_type(said.type), said.help, said.unit))
    found = []
    for series in request.timeseries:
        labels = {label.name: label.value for label in series.labels}
        exemplars = [
            Exemplar({label.name: label.value for label in it.labels}, it.value, it.timestamp * 10**6) for it in series.exemplars
        ]
        type_, help_, unit = metadata.of(labels.get("__name__", ""))
        found.append(Written(labels, _samples(series), exemplars, list(series.histograms), type_, help_, unit))
    return found


def read_second(body: bytes) -> list[Written]:
    """Read a request of version 2.0.

    Raises:
        InvalidInput: It is none, or it refers to a symbol that is not there; the field is `body`.
    """
    request = _parsed(REQUEST, body)
    symbols = list(request.symbols)
    try:
        return [_second(series, symbols) for series in request.timeseries]
    except IndexError:
        raise InvalidInput("body", "refers to a symbol that is not in its table") from None


def _second(series: Any, symbols: Sequence[str]) -> Written:
    said = series.metadata
    exemplars = [Exemplar(_labels(it.labels_refs, symbols), it.value, it.timestamp * 10**6) for it in series.exemplars]
    return Written(
        labels=_labels(series.labels_refs, symbols),
        samples=_samples(series),
        exemplars=exemplars,
        histograms=list(series.histograms),
        type=_type(said.type),
        help=symbols[said.help_ref] if said.help_ref else "",
        unit=symbols[said.unit_ref] if said.unit_ref else "",
        created_ms=series.created_timestamp,
    )


def _labels(references: Sequence[int], symbols: Sequence[str]) -> dict[str, str]:
    if len(references) % 2:
        raise InvalidInput("body", "labels_refs must be pairs of name and value")
    return {symbols[name]: symbols[value] for name, value in zip(references[::2], references[1::2], strict=True)}


def _samples(series: Any) -> list[tuple[float, int]]:
    return [(sample.value, sample.timestamp) for sample in series.samples]


def _type(number: int) -> str:
    return TYPES[number] if 0 < number < len(TYPES) else ""


def _parsed(kind: Any, body: bytes) -> Any:
    try:
        return kind.FromString(body)
    except DecodeError as error:
        raise InvalidInput("body", f"not a readable {kind.DESCRIPTOR.full_name}: {error}") from error
