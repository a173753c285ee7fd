"""The shape of a group's totals in the lists of models and services, from the registry of measures."""

from typing import Any

from pydantic import BaseModel, Field, create_model

from watchglass.query.measures import MEASURES, Measure
from watchglass.query.usage import Series


def totals_model(name: str, brief: str, **keys: str) -> type[BaseModel]:
    """Build the model of one row: text `keys` with their descriptions, then every measure.

    >>> sorted(totals_model("Row", "A row.", model="Model").model_fields)[:2]
    ['cache_read_input_tokens', 'cost_usd']
    """
    fields: dict[str, Any] = {key: (str, Field(description=description)) for key, description in keys.items()}
    fields |= {measure.name: _measure(measure) for measure in MEASURES.values()}
    return create_model(name, __doc__=brief, **fields)


def totals_row(series: Series) -> dict[str, Any]:
    """Return a group's keys and measures as one flat row."""
    return {**series.group, **series.total}


def _measure(measure: Measure) -> tuple[Any, Any]:
    kind = int if measure.is_integer else float
    unit = f", {measure.unit}" if measure.unit else ""
    return (kind | None if measure.is_nullable else kind, Field(description=f"{measure.brief}{unit}"))
