"""Text as a server exposes it in, families out: Prometheus 0.0.4 and OpenMetrics 1.0, read by prometheus-client."""

import re
from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from prometheus_client.samples import Sample as ReadSample
from prometheus_client.samples import Timestamp

from watchglass.errors import InvalidInput
from watchglass.ingest.prometheus.families import Exemplar, Family, Sample

OPENMETRICS = "application/openmetrics-text"
_RAW_NAME = re.compile(r"^([^\s{#\"]+)", re.MULTILINE)


def parse_exposition(text: str, *, is_openmetrics: bool) -> list[Family]:
    """Read what a server exposes.

    Raises:
        InvalidInput: It is not what it claims to be; the field is empty.
    """
    try:
        read: list[Metric] = list(read_openmetrics(text) if is_openmetrics else read_text(text))  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        # the parser answers broken text with any of these
        form = "OpenMetrics" if is_openmetrics else "Prometheus's text format"
        raise InvalidInput("", f"not readable as {form}: {type(error).__name__}: {str(error)[:200]}") from error
    names = frozenset() if is_openmetrics else frozenset(_RAW_NAME.findall(text))
    return [_family(metric, names) for metric in read]


def _family(metric: Metric, names: frozenset[str]) -> Family:
    """A family of ours; counters have the names that stand in the text.

    Args:
        metric: As prometheus-client reads it: it adds `_total` to a counter of the text format that has none.
        names: All names in the text; empty for OpenMetrics, where a counter ends in `_total`.
    """
    is_renamed = metric.type == "counter" and bool(names) and f"{metric.name}_total" not in names and metric.name in names
    samples = [_sample(sample, metric.name if is_renamed else sample.name) for sample in metric.samples]
    return Family(metric.name, metric.type, metric.documentation, metric.unit, samples)


def _sample(sample: ReadSample, name: str) -> Sample:
    exemplars: Iterable[Exemplar] = ()
    if sample.exemplar is not None:
        time_ns = _nanoseconds(sample.exemplar.timestamp) or 0
        exemplars = (Exemplar(sample.exemplar.labels, sample.exemplar.value, time_ns),)
    return Sample(name, sample.labels, float(sample.value), _nanoseconds(sample.timestamp), tuple(exemplars))


def _rounded(number: float) -> int:
    return round(number) if abs(number) < 2.0**63 else 2**63


def _nanoseconds(time: float | Timestamp | None) -> int | None:
    """Seconds as nanoseconds since 1970 UTC; a time that the store cannot hold is none."""
    if time is None:
        return None
    # a double of seconds is good for a microsecond, and the text format has milliseconds
    whole = time.sec * 10**9 + time.nsec if isinstance(time, Timestamp) else _rounded(float(time) * 1e6) * 1000
    return int(whole) if 0 <= whole < 2**63 else None
