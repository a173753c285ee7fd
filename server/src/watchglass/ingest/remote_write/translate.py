"""Series of a request as one OTLP request: gathered by job and instance, classic histograms put together where they are whole."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics

from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.families import Family, Sample, is_stale, unit_of
from watchglass.ingest.prometheus.layout import Layout
from watchglass.ingest.remote_write.native import native_metric
from watchglass.ingest.remote_write.series import Written

SCOPE = "watchglass.remote_write"
MAX_KNOWN = 100_000
"""Most histograms whose buckets are remembered."""

_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
_RESOURCE = {"job": "service.name", "instance": "service.instance.id"}

Labels = tuple[tuple[str, str], ...]
Resource = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Translated:
    """A request as OTLP.

    Attributes:
        body: The serialised ExportMetricsServiceRequest.
        sample_count: Samples in it.
        histogram_count: Native histograms in it.
        exemplar_count: Exemplars in it.
        refused: What cannot be stored, a sentence each kind.
    """

    body: bytes
    sample_count: int = 0
    histogram_count: int = 0
    exemplar_count: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class KnownBuckets:
    """The buckets that each classic histogram was seen to have, so that one that came in parts is not taken for a whole.

    A sender may cut a histogram at the end of a request, or send its series on several connections.
    """

    seen: OrderedDict[tuple[Resource, str, Labels], frozenset[str]] = field(default_factory=OrderedDict)

    def is_whole(self, key: tuple[Resource, str, Labels], parts: frozenset[str]) -> bool:
        """Whether a histogram has all the parts that it was ever seen to have; False the first time."""
        known = self.seen.get(key)
        self.seen[key] = parts if known is None else known | parts
        self.seen.move_to_end(key)
        while len(self.seen) > MAX_KNOWN:
            self.seen.popitem(last=False)
        return parts == known and {"_sum", "_count", "+Inf"} <= parts


def translate(series: Iterable[Written], known: KnownBuckets) -> Translated:
    """Write series as OTLP.

    Raises:
        InvalidInput: A series has no name; the field is `body`.
    """
    families: dict[Resource, dict[tuple[str, str, int, int], Family]] = {}
    native: dict[Resource, list[Metric]] = {}
    done = Translated(b"")
    for one in _with_exemplars(list(series)):
        labels = dict(one.labels)
        name = labels.pop("__name__", "")
        if not name:
            raise InvalidInput("body", "a series has no label __name__")
        resource = tuple((key, labels.pop(label)) for label, key in _RESOURCE.items() if label in labels)
        base, kind = _family_of(name, labels, one.type)
        for place, (value, time_ms) in enumerate(one.samples):
            exemplars = tuple(one.exemplars) if place == len(one.samples) - 1 else ()
            done.sample_count += 1
            done.exemplar_count += len(exemplars)
            of_resource = families.setdefault(resource, {})
            family = of_resource.setdefault((base, kind, time_ms, one.created_ms), Family(base, kind, one.help, one.unit))
            family.samples.append(Sample(name, labels, value, max(0, time_ms) * 10**6, exemplars))
        for histogram in one.histograms:
            unit = unit_of(Family(name, "histogram", unit=one.unit))
            metric = native_metric(name, one.help, unit, labels, histogram, one.created_ms * 10**6)
            if metric is None:
                done.refused.append(f"{name[:200]}: a native histogram that has no counterpart in OTLP")
            else:
                native.setdefault(resource, []).append(metric)
                done.histogram_count += 1
    bodies = [_layout(resource, list(of_resource.items()), known) for resource, of_resource in families.items()]
    done.body = b"".join([*bodies, *(_native(resource, metrics) for resource, metrics in native.items())])
    return done


def _with_exemplars(series: list[Written]) -> list[Written]:
    """The series, with the exemplars of entries that have no sample moved to the entry of the same series that has one."""
    by_labels = {tuple(sorted(one.labels.items())): one for one in series if one.samples}
    for one in series:
        if not one.samples and one.exemplars:
            owner = by_labels.get(tuple(sorted(one.labels.items())))
            if owner is not None:
                owner.exemplars += one.exemplars
    return series


def _family_of(name: str, labels: dict[str, str], said: str) -> tuple[str, str]:
    """Name and type of a series' family: as was said, else as its name tells."""
    if said in _SUFFIXES:
        for suffix in _SUFFIXES[said]:
            if name.endswith(suffix):
                return name.removesuffix(suffix), said
        return name, said
    if said:
        return name, said
    if name.endswith("_bucket") and "le" in labels:
        return name.removesuffix("_bucket"), "histogram"
    return name, "counter" if name.endswith(("_total", "_sum", "_count")) else "unknown"


def _layout(resource: Resource, families: list[tuple[tuple[str, str, int, int], Family]], known: KnownBuckets) -> bytes:
    written: list[Family] = []
    for (_, kind, _, created_ms), family in _joined(families):
        parts = _whole_and_torn(resource, family, known) if kind == "histogram" else [family]
        written += [_begun(part, created_ms) for part in parts]
    samples = [sample for family in written for sample in family.samples]
    values = np.array([sample.value for sample in samples], dtype=np.float64)
    times = np.array([sample.time_ns for sample in samples], dtype=np.int64)
    stale = [index for index, sample in enumerate(samples) if is_stale(sample.value)]
    return Layout(dict(resource), written, scope=SCOPE, stale=stale).fill(values, times)


def _joined(families: list[tuple[tuple[str, str, int, int], Family]]) -> list[tuple[tuple[str, str, int, int], Family]]:
    """The families; sums and counts whose type was not said join the histogram of that name and time."""
    by_key = dict(families)
    for (name, kind, time_ms, created_ms), family in families:
        for suffix in ("_sum", "_count"):
            owner = by_key.get((name.removesuffix(suffix), "histogram", time_ms, created_ms))
            if kind == "counter" and name.endswith(suffix) and owner is not None:
                owner.samples.extend(family.samples)
                del by_key[name, kind, time_ms, created_ms]
    return list(by_key.items())


def _whole_and_torn(resource: Resource, family: Family, known: KnownBuckets) -> list[Family]:
    """The histograms that are whole, and the samples of the others as the counters that they are."""
    groups: dict[Labels, list[Sample]] = {}
    for sample in family.samples:
        labels = tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
        groups.setdefault(labels, []).append(sample)
    whole, torn = replace(family, samples=[]), Family(family.name, "counter", family.help, family.unit)
    for labels, samples in groups.items():
        parts = frozenset(it.labels.get("le") or it.name.removeprefix(family.name) for it in samples)
        fits = known.is_whole((resource, family.name, labels), parts)
        (whole if fits else torn).samples.extend(samples)
    return [part for part in (whole, torn) if part.samples]


def _begun(family: Family, created_ms: int) -> Family:
    """The family with the samples that say when its series began, where that is known."""
    if not created_ms or family.type not in ("counter", "histogram", "summary"):
        return family
    name = f"{family.name}_created"
    starts = {
        tuple(sorted((key, value) for key, value in it.labels.items() if key not in ("le", "quantile"))): it for it in family.samples
    }
    added = [Sample(name, dict(labels), created_ms / 1000, it.time_ns) for labels, it in starts.items()]
    return replace(family, samples=[*family.samples, *added])


def _native(resource: Resource, metrics: list[Metric]) -> bytes:
    one = ResourceMetrics()
    one.resource.attributes.extend(KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in resource)
    scope = one.scope_metrics.add()
    scope.scope.name = SCOPE
    scope.metrics.extend(metrics)
    return ExportMetricsServiceRequest(resource_metrics=[one]).SerializeToString()
