"""What one target says, from scrape to scrape: its layout is kept, so that the same series again are only filled anew."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from watchglass.ingest.prometheus.exposition import parse_exposition
from watchglass.ingest.prometheus.families import STALE_NAN, Family, Sample
from watchglass.ingest.prometheus.layout import Floats, Layout
from watchglass.ingest.scrape.fetch import Answer
from watchglass.ingest.scrape.targets import Target

SCOPE = "watchglass.scrape"
_KEPT_FOR = {"histogram": "le", "summary": "quantile"}


class TargetReading:
    """Turns the answers of one target into requests.

    The text is read by prometheus-client whenever its lines differ from those of the scrape before in more than their
    values; else only the values are read. Both ways fill the same kind of layout.
    """

    def __init__(self, target: Target) -> None:
        """Read for `target`, of which nothing is known yet."""
        self._target = target
        self._resource = target.resource
        self._skeleton: list[str] = []
        self._layout: Layout | None = None
        self._is_refillable = False
        self._last: Answer | None = None
        self._present: frozenset[int] = frozenset()

    def read(self, answer: Answer, time_ns: int) -> tuple[list[bytes], int]:
        """Return the requests that say what the target answered at `time_ns`, and how many samples there were.

        Series that the answer before had and this one has not are told to have ended.

        Raises:
            InvalidInput: It is not readable.
        """
        skeleton, texts = split_lines(answer.text)
        if self._is_refillable and self._layout is not None and skeleton == self._skeleton:
            values = read_values(texts)
            if values is not None:
                return [self._layout.fill(values, time_ns)], len(values)
        return self._read_whole(answer, skeleton, texts, time_ns)

    def ended(self, time_ns: int) -> list[bytes]:
        """Return the requests that say that all series have ended at `time_ns`, and forget them."""
        last, self._last = self._last, None
        self._layout, self._is_refillable, self._skeleton, self._present = None, False, [], frozenset()
        if last is None:
            return []
        return self._ended_requests(self._families(last), time_ns)

    def _read_whole(self, answer: Answer, skeleton: list[str], texts: list[str], time_ns: int) -> tuple[list[bytes], int]:
        families = self._families(answer)
        samples = [sample for family in families for sample in family.samples]
        values = np.array([sample.value for sample in samples], dtype=np.float64)
        times = np.array([time_ns if it.time_ns is None else it.time_ns for it in samples], dtype=np.int64)
        layout = Layout(self._resource, families, scope=SCOPE)
        requests = [layout.fill(values, times)] if len(samples) else []
        present = frozenset(map(_identity, samples))
        if self._last is not None and not self._present <= present:
            requests += self._ended_requests(_without(self._families(self._last), present), time_ns)
        is_plain = all(it.time_ns is None and not it.exemplars for it in samples)
        again = read_values(texts) if is_plain else None
        # lines and samples must correspond one to one and in order, else each scrape is read as a whole
        self._is_refillable = again is not None and np.array_equal(again, values, equal_nan=True)
        self._layout, self._last, self._present = layout, answer, present
        self._skeleton = skeleton if self._is_refillable else []
        return requests, len(samples)

    def _ended_requests(self, families: list[Family], time_ns: int) -> list[bytes]:
        count = sum(len(family.samples) for family in families)
        if not count:
            return []
        layout = Layout(self._resource, families, scope=SCOPE, stale=range(count))
        return [layout.fill(np.full(count, STALE_NAN), time_ns)]

    def _families(self, answer: Answer) -> list[Family]:
        families = parse_exposition(answer.text, is_openmetrics=answer.is_openmetrics)
        if not self._target.labels:
            return families
        added = dict(self._target.labels)
        honored = self._target.honor_labels
        return [
            replace(family, samples=[_labelled(sample, added, honored, _KEPT_FOR.get(family.type)) for sample in family.samples])
            for family in families
        ]


def split_lines(text: str) -> tuple[list[str], list[str]]:
    """Split an exposition into what stands before the value of each line, and the values; other lines are whole."""
    skeleton: list[str] = []
    values: list[str] = []
    for line in text.split("\n"):
        if line[:1] in ("#", ""):
            skeleton.append(line)
            continue
        head, _, value = line.rpartition(" ")
        skeleton.append(head)
        values.append(value)
    return skeleton, values


def read_values(texts: list[str]) -> Floats | None:
    """Read values as the parser does; None when one is no number."""
    if any("_" in text for text in texts):  # Python's digit groups are no numbers to Prometheus
        return None
    try:
        return np.array([float(text) for text in texts], dtype=np.float64)
    except ValueError:
        return None


def _labelled(sample: Sample, added: Mapping[str, str], honored: bool, reserved: str | None) -> Sample:
    """A sample with its target's labels; of two with the same name the target's wins, unless the other is to be honored."""
    labels = dict(sample.labels)
    for name, value in added.items():
        if name == reserved or (honored and name in labels):
            continue
        if name in labels:
            labels[f"exported_{name}"] = labels[name]
        labels[name] = value
    return replace(sample, labels=labels)


def _identity(sample: Sample) -> int:
    """What tells a series from the others of its target, in few bytes."""
    return hash((sample.name, frozenset(sample.labels.items())))


def _without(families: list[Family], present: frozenset[int]) -> list[Family]:
    """The families less the series that are present."""
    left = [replace(family, samples=[it for it in family.samples if _identity(it) not in present]) for family in families]
    return [family for family in left if family.samples]
