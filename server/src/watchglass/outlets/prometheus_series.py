"""Metric points in Prometheus' words: names with units, labels, and a histogram as its buckets, sum and count.

As OpenTelemetry's specification of Prometheus compatibility has it.
"""

import re
from collections.abc import Mapping

from watchglass.outlets.outlet import Row
from watchglass.outlets.write_request import STALE, Sample

UNSUPPORTED = "delta sums and delta histograms have no form in Prometheus; send them as cumulative ones"

UNITS = {
    "s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "min": "minutes", "h": "hours",
    "d": "days", "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "kBy": "kilobytes",
    "MBy": "megabytes", "GBy": "gigabytes", "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts",
    "Cel": "celsius", "Hz": "hertz", "%": "percent",
}  # fmt: skip
PER = {"s": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day"}

_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_:]+")
_NOT_IN_LABELS = re.compile(r"[^a-zA-Z0-9_]+")


def samples_of(row: Row) -> list[Sample] | None:
    """The samples of a point, None where Prometheus has no form for it."""
    if row["temporality"] == "delta":
        return None
    name, labels = metric_name(row), _labels(row)
    time_ms = row["time"] // 1_000_000
    is_ended = "no_recorded_value" in row["marks"]

    def sample(suffix: str, value: float, **more: str) -> Sample:
        all_labels = {**labels, **more, "__name__": name + suffix}
        return Sample(tuple(sorted(all_labels.items())), time_ms, STALE if is_ended else float(value))

    kind = row["metric_type"]
    if kind in ("gauge", "sum"):
        return [sample("", row["value"])]
    samples = [sample("_count", row["count"])]
    if row["sum"] is not None:
        samples.append(sample("_sum", row["sum"]))
    if kind == "histogram" and row["bucket_counts"]:
        total = 0
        bounds = [*(_number(bound) for bound in row["bucket_bounds"]), "+Inf"]
        for bound, count in zip(bounds, row["bucket_counts"], strict=True):
            total += count
            samples.append(sample("_bucket", total, le=bound))
    elif kind == "summary":
        pairs = zip(row["quantiles"], row["quantile_values"], strict=True)
        samples.extend(sample("", value, quantile=_number(quantile)) for quantile, value in pairs)
    return samples


def metric_name(row: Row) -> str:
    """The metric's name with its unit, and `_total` for a sum that only grows."""
    name = _NOT_IN_NAMES.sub("_", row["metric_name"]).strip("_") or "unnamed"
    if name[0].isdigit():
        name = f"_{name}"
    is_counter = row["metric_type"] == "sum" and row["is_monotonic"]
    if is_counter and name.endswith("_total"):
        name = name.removesuffix("_total")
    unit = _unit(row["unit"], is_gauge=row["metric_type"] == "gauge")
    if unit and not f"_{name}_".endswith(f"_{unit}_"):
        name = f"{name}_{unit}"
    return f"{name}_total" if is_counter else name


def _unit(unit: str, *, is_gauge: bool) -> str:
    if unit == "1":
        return "ratio" if is_gauge else ""
    what, _, per = re.sub(r"\{[^}]*\}", "", unit).partition("/")
    words = [UNITS.get(what, what)] if what else []
    if per:
        words += ["per", PER.get(per, per)]
    return _NOT_IN_LABELS.sub("_", "_".join(words)).strip("_")


def _labels(row: Row) -> dict[str, str]:
    labels: dict[str, str] = {}
    for key in sorted(row["attributes"]):
        name = _label_name(key)
        value = str(row["attributes"][key])
        # keys that differ in what labels cannot have are one label with both values
        labels[name] = f"{labels[name]};{value}" if name in labels else value
    resource: Mapping[str, str] = row["resource_attributes"]
    namespace, service = resource.get("service.namespace", ""), row["service_name"]
    job = f"{namespace}/{service}" if namespace and service else service
    given = {"job": job, "instance": row["service_instance_id"], "otel_scope_name": row["scope_name"]}
    return {name: value for name, value in {**labels, **given}.items() if value}


def _label_name(key: str) -> str:
    name = _NOT_IN_LABELS.sub("_", key) or "_"
    if name[0].isdigit():
        name = f"key_{name}"
    return name.lstrip("_") if name.startswith("__") and name.strip("_") else name


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
