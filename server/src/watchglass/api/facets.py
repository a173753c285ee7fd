"""GET /api/v1/facets and what completes a filter: values that fields have, and names of attributes that occur."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from watchglass.api.access import AskedScope, Injected
from watchglass.api.paging import AskedReader, Filter
from watchglass.query.attribute_keys import find_attribute_keys
from watchglass.query.expr import EVERYTHING
from watchglass.query.facets import Facet, FacetQuestion, FacetValue, count_facets, read_field, read_fields
from watchglass.query.filter import parse
from watchglass.query.scope import format_time
from watchglass.query.usage_source import kept_since

router = APIRouter(prefix="/api/v1", tags=["facets"])

MAX_TYPED = 500
"""Longest beginning of a value or name, in characters."""

Table = Annotated[Literal["spans", "logs"], Query(description="Whose rows are counted")]
Containing = Annotated[
    str, Query(max_length=MAX_TYPED, description="Text that it must contain, in any case; what begins with it comes first")
]


class FacetValueOut(BaseModel):
    """One value of a field."""

    value: str = Field(description="As text; `true` or `false` for truths")
    count: int = Field(description="Rows that have it")
    error_count: int = Field(description="Those of them with an error")


class Counted(BaseModel):
    """How far a count reaches."""

    start: str = Field(description="What was counted begins here, RFC 3339; in rollups the whole minute or hour")
    is_partial: bool = Field(
        description="True where only the newest rows were counted, those from `start` on, or rare values were left out"
    )
    source: Literal["rollups", "rows"] = Field(description="What was counted; rollups are exact")


class FacetOut(Counted):
    """One field and its most frequent values."""

    name: str = Field(description="Field as it was asked for")
    values: list[FacetValueOut] = Field(description="Values, the one with the most rows first")
    absent_count: int = Field(description="Rows that have no value")
    other_count: int = Field(description="Rows with a value that is not listed")


class FacetList(BaseModel):
    """Facets in the order in which they were asked for."""

    facets: list[FacetOut]


class ValueList(Counted):
    """Values that a field has."""

    values: list[FacetValueOut] = Field(description="Those that begin with the text first, each part by count")


class AttributeEntry(BaseModel):
    """One attribute that occurs."""

    name: str = Field(description="As a filter writes it: attributes.KEY or resource.KEY")
    count: int = Field(description="Rows that have it")


class AttributeList(BaseModel):
    """Attributes that occur, the most frequent first."""

    attributes: list[AttributeEntry]
    start: str = Field(description="The rows that were looked at begin here, RFC 3339")
    is_partial: bool = Field(description="True where only the newest rows of the range were looked at")


@router.get("/facets")
def facets(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    fields: Annotated[str, Query(description="Up to 20 columns, short names, attributes.KEY or resource.KEY, with commas")],
    filter: Filter = "",  # noqa: A002  the parameter's name
    table: Table = "spans",
    limit: Annotated[int, Query(ge=1, le=100, description="Most values of a field")] = 10,
) -> FacetList:
    """Count the rows of each field's values under the filter.

    A field's own conditions at the top of the filter are left out for that field, so that the other values can be seen
    with what choosing them would give.
    """
    question = FacetQuestion(scope, table, parse(filter), read_fields(fields, table), limit)
    kept = kept_since(services.settings, services.clock.now_ns())
    return FacetList(facets=[_facet(it) for it in count_facets(reader, question, kept, services.clock)])


@router.get("/fields/{name}/values")
def field_values(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    name: Annotated[str, Path(max_length=MAX_TYPED, description="Column, short name, attributes.KEY or resource.KEY")],
    prefix: Containing = "",
    table: Table = "spans",
    limit: Annotated[int, Query(ge=1, le=100, description="Most values")] = 20,
) -> ValueList:
    """Give values of a field that occur in the range, to complete what somebody types."""
    question = FacetQuestion(scope, table, EVERYTHING, read_field(name, table), limit, prefix)
    kept = kept_since(services.settings, services.clock.now_ns())
    [found] = count_facets(reader, question, kept, services.clock)
    return ValueList(values=[_value(it) for it in found.values], **_reach(found).model_dump())


@router.get("/attributes")
def attributes(
    services: Injected,
    scope: AskedScope,
    reader: AskedReader,
    prefix: Containing = "",
    table: Table = "spans",
    limit: Annotated[int, Query(ge=1, le=500, description="Most names")] = 100,
) -> AttributeList:
    """Give the names of attributes that occur in the newest rows of the range."""
    found = find_attribute_keys(reader, scope, table, prefix, limit, services.clock)
    return AttributeList(
        attributes=[AttributeEntry(name=name, count=count) for name, count in found.counts.items()],
        start=format_time(found.start_ns),
        is_partial=found.start_ns > scope.start_ns,
    )


def _facet(facet: Facet) -> FacetOut:
    return FacetOut(
        name=facet.name,
        values=[_value(it) for it in facet.values],
        absent_count=facet.absent_count,
        other_count=facet.other_count,
        **_reach(facet).model_dump(),
    )


def _reach(facet: Facet) -> Counted:
    source: Literal["rollups", "rows"] = "rollups" if facet.is_from_rollups else "rows"
    return Counted(start=format_time(facet.start_ns), is_partial=facet.is_partial, source=source)


def _value(value: FacetValue) -> FacetValueOut:
    return FacetValueOut(value=value.value, count=value.count, error_count=value.error_count)
