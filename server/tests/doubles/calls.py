"""Model calls for pricers: as records in, priced rows out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from watchglass.ingest.cost import COUNT_COLUMNS, Pricer
from watchglass.store.control.prices import PriceOverride

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

Priced = tuple[float | None, float | None, float | None, str]


@dataclass(frozen=True)
class Call:
    """One model call; counts in the order of COUNT_COLUMNS."""

    provider: str
    model: str
    counts: tuple[int | None, ...] = (1000, 100)
    start: datetime = NOON
    project: str = "default"


def price(
    calls: Iterable[Call], overrides: tuple[PriceOverride, ...] = (), pricer: Pricer | None = None
) -> list[Priced]:
    """Price calls as one group: cost, input cost, output cost and source of each."""
    calls = list(calls)
    columns = {
        "project_id": pa.array([call.project for call in calls], pa.string()),
        "provider_name": pa.array([call.provider for call in calls], pa.string()),
        "model": pa.array([call.model for call in calls], pa.string()),
        "is_model_call": pa.array([True] * len(calls), pa.bool_()),
        "start_time": pa.array([call.start for call in calls], pa.timestamp("ns", tz="UTC")),
    }
    for at, name in enumerate(COUNT_COLUMNS):
        columns[name] = pa.array([call.counts[at] if at < len(call.counts) else None for call in calls], pa.uint64())
    return rows_of((pricer or Pricer(lambda: overrides)).price(columns))


def rows_of(columns: dict[str, pa.Array]) -> list[Priced]:
    """The priced columns by row."""
    names = ("cost_usd", "input_cost_usd", "output_cost_usd", "price_source")
    return list(zip(*(columns[name].to_pylist() for name in names), strict=True))


def override_of(
    model: str = "m",
    *,
    project: str | None = None,
    provider: str = "",
    input_: float = 1.0,
    output: float = 1.0,
    cache_read: float | None = None,
    cache_creation: float | None = None,
    valid_from: datetime | None = None,
    created_at_ns: int = 1,
) -> PriceOverride:
    """An override; USD for a million tokens."""
    valid_from_ns = 0 if valid_from is None else int(valid_from.timestamp()) * 10**9
    return PriceOverride(
        project, provider, model, input_, output, cache_read, cache_creation, valid_from_ns,
        id=f"price_{created_at_ns}", created_at_ns=created_at_ns,
    )  # fmt: skip
