"""The shape of a group's totals in the lists of models and services, from the registry of measures."""

from typing import Any

from pydantic import BaseModel, Field, create_model

from watchglass.api.paging import SampledShare
from watchglass.query.measures import QUICK_MEASURES, Measure
from watchglass.query.scope import format_time
from watchglass.query.usage import Series, Usage


class TotalsList(BaseModel):
    """What the list of models and the list of services say besides their rows."""

    start: str = Field(description="Start of what was counted: the asked one, or the whole minute or hour before it")
    end: str = Field(description="End of what was counted, not included")
    is_truncated: bool = Field(description="Whether there are more than the limit")
    sampled_share: SampledShare


def totals_model(name: str, brief: str, **keys: str) -> type[BaseModel]:
    """Build the model of one row: text `keys` with their descriptions, then every measure.

    >>> sorted(totals_model("Row", "A row.", model="Model").model_fields)[:2]
    ['cache_read_input_tokens', 'cost_usd']
    """
    fields: dict[str, Any] = {key: (str, Field(description=description)) for key, description in keys.items()}
    fields |= {measure.name: _measure(measure) for measure in QUICK_MEASURES}
    return create_model(name, __doc__=brief, **fields)


def totals_list(name: str, answer: Usage) -> dict[str, Any]:
    """Return the values of a TotalsList, and the rows as `name`."""
    return {
        "start": format_time(answer.source.start_ns),
        "end": format_time(answer.source.end_ns),
        "is_truncated": any(series.is_other for series in answer.series),
        "sampled_share": answer.source.sampled_share,
        name: [_row(series) for series in answer.series if not series.is_other],
    }


def _row(series: Series) -> dict[str, Any]:
    return {**series.group, **series.total}


def _measure(measure: Measure) -> tuple[Any, Any]:
    kind = int if measure.is_integer else float
    unit = f", {measure.unit}" if measure.unit else ""
    return (kind | None if measure.is_nullable else kind, Field(description=f"{measure.brief}{unit}"))
