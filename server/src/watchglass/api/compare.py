"""GET /api/v1/compare: what one model, release or prompt changed against another, with confidence intervals."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.compare import Change, Compared, compare
from watchglass.query.filter import parse
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/api/v1", tags=["usage"])


class ComparedMeasure(BaseModel):
    """One measure of both sides."""

    name: str = Field(description="Name, which ends in the unit where it has one")
    unit: str = Field(description="Unit of values, difference and interval; empty for a ratio")
    brief: str = Field(description="What it is")
    left: float | None = Field(description="The left side's value, null when no call says it")
    right: float | None = Field(description="The right side's value, likewise")
    difference: float | None = Field(description="Right minus left")
    ratio: float | None = Field(description="Right over left, null where left is 0")
    low: float | None = Field(description="Lower end of the difference's 95 % confidence interval, null with too few calls")
    high: float | None = Field(description="Its upper end")
    p_value: float | None = Field(description="Chance of a difference as large where there is none")
    adjusted_p_value: float | None = Field(description="The same, corrected for all measures read together (Holm)")
    greater_ratio: float | None = Field(
        description="How often a call of the right side has more than one of the left, 0 to 1, 0.5 when alike; null for errors"
    )
    greater_p_value: float | None = Field(description="The p-value of that (Mann-Whitney)")
    left_count: int = Field(description="Calls of the left side behind its value")
    right_count: int = Field(description="Calls of the right side behind its value")
    change: Change = Field(
        description="better or worse (lower or higher where neither is good) when adjusted_p_value is below 0.05, unclear when "
        "it is not, unknown with too few calls"
    )


class ComparisonOut(BaseModel):
    """What the right side changed."""

    dimension: str = Field(description="What tells the sides apart")
    left: str = Field(description="The value that is compared with")
    right: str = Field(description="The value of which is said what it changed")
    left_call_count: int = Field(description="Calls of the left side, about: rollups count whole minutes")
    right_call_count: int = Field(description="Calls of the right side, likewise")
    is_sampled: bool = Field(description="Means and quantiles are of an even sample of about 10,000 calls a side; errors are of all calls")
    measures: list[ComparedMeasure]


@router.get("/compare")
def get_comparison(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    dimension: Annotated[str, Query(min_length=1, description="Column, short name, attributes.KEY or resource.KEY that holds text: model, release, prompt_version, provider")],
    left: Annotated[str, Query(max_length=4096, description="Its value on the left side")],
    right: Annotated[str, Query(max_length=4096, description="Its value on the right side")],
    filter: Filter = "",  # noqa: A002  the parameter's name
) -> ComparisonOut:
    """Compare the calls to models of two sides: cost, tokens, latencies and errors, each with a confidence interval."""
    now_ns = services.clock.now_ns()
    kept = kept_since(services.settings, now_ns)
    found = compare(reader, scope, dimension, left, right, parse(filter), kept, now_ns)
    return ComparisonOut(
        dimension=dimension,
        left=left,
        right=right,
        left_call_count=found.left_call_count,
        right_call_count=found.right_call_count,
        is_sampled=found.sample.is_partial,
        measures=[_entry(measure) for measure in found.measures],
    )


def _entry(measure: Compared) -> ComparedMeasure:
    difference = measure.difference
    return ComparedMeasure(
        name=measure.name,
        unit=measure.unit,
        brief=measure.brief,
        left=difference.left,
        right=difference.right,
        difference=difference.difference,
        ratio=difference.ratio,
        low=difference.low,
        high=difference.high,
        p_value=difference.p_value,
        adjusted_p_value=measure.adjusted_p_value,
        greater_ratio=measure.greater_ratio,
        greater_p_value=measure.greater_p_value,
        left_count=difference.left_count,
        right_count=difference.right_count,
        change=measure.change,
    )
