"""POST /api/v1/panels/data: what one panel of a dashboard is drawn from."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import AskedScope, Injected, Reader
from watchglass.api.dashboard_document import MAX_VARIABLES, Panel
from watchglass.api.paging import AskedPrecision, AskedReader, SampledShare
from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking, Text, ask
from watchglass.query.filter import parse
from watchglass.query.frames import Frame
from watchglass.query.measures import MEASURES, Additive
from watchglass.query.scope import Scope, format_time
from watchglass.query.variables import Variables

router = APIRouter(prefix="/api/v1", tags=["dashboards"])

Chosen = Annotated[list[Annotated[Text, Field(max_length=2000)]], Field(max_length=100)]


class PanelQuestion(BaseModel):
    """A panel, stored or not, and what the variables stand for."""

    model_config = ConfigDict(extra="forbid")

    panel: Panel = Field(description="The panel")
    values: dict[str, Chosen] = Field({}, max_length=MAX_VARIABLES, description="Chosen values by variable; an empty list for everything")
    filters: dict[str, Annotated[Text, Field(max_length=2000)]] = Field({}, max_length=MAX_VARIABLES, description="Filters by variable")


class LineOut(BaseModel):
    """One line over time."""

    name: str = Field(description="What tells it apart")
    unit: str = Field(description="Unit of the values, as measured or reported; empty for a count")
    total: float | None = Field(description="The value over the whole range; null where there is none")
    values: list[float | None] = Field(description="Value in each bucket, aligned to times; null is not known")


class ColumnOut(BaseModel):
    """A column of rows."""

    name: str = Field(description="Name")
    unit: str = Field(description="Unit of the values, empty for text and counts")
    is_number: bool = Field(description="Whether it holds numbers")


class PanelData(BaseModel):
    """What a panel is drawn from: lines over time, or rows for tables, bars by group and histograms of SQL."""

    aggregates: str = Field(description="In words, what was counted, by what and how often")
    start: str = Field(description="Start of the range that was asked about")
    end: str = Field(description="End of the range, not included")
    interval_s: int | None = Field(description="Length of a bucket, in seconds; null where there are none")
    times: list[str] = Field(description="Start of each bucket in UTC")
    lines: list[LineOut] = Field(description="Lines over time, the largest groups first")
    columns: list[ColumnOut] = Field(description="Columns of the rows")
    rows: list[list[Any]] = Field(description="Rows")
    is_truncated: bool = Field(description="Whether lines or rows were left out or taken together")
    sampled_share: SampledShare


class MeasureEntry(BaseModel):
    """A measure of usage that a panel can show."""

    name: str = Field(description="Name")
    unit: str = Field(description="Unit, empty for a count")
    brief: str = Field(description="What it says")
    can_order: bool = Field(description="Whether groups can be ordered by it")


class MeasureList(BaseModel):
    """Measures of usage."""

    measures: list[MeasureEntry]


@router.get("/panels/measures")
def panel_measures(reader: Reader) -> MeasureList:
    """List what usage can be measured in."""
    del reader  # who may not read is refused
    orders = get_args(Additive)
    return MeasureList(
        measures=[
            MeasureEntry(name=it.name, unit=it.unit, brief=it.brief, can_order=it.name in orders)
            for it in MEASURES.values()
        ]
    )


@router.post("/panels/data")
def panel_data(
    asked: PanelQuestion, services: Injected, scope: AskedScope, reader: AskedReader, precision: AskedPrecision = "exact"
) -> PanelData:
    """Answer one panel's query within the range, with the variables bound; the scope read is enough."""
    variables = Variables(
        {name: tuple(values) for name, values in asked.values.items()},
        {name: parse(text) for name, text in asked.filters.items()},
    )
    if asked.panel.query is None:
        raise InvalidInput("panel.kind", "a text panel has nothing to ask")
    asking = Asking(services.engine, reader, services.settings, services.clock.now_ns())
    frame = ask(asking, scope, asked.panel.query, variables, has_rows=asked.panel.has_rows, precision=precision)
    return _written(frame, scope)


def _written(frame: Frame, scope: Scope) -> PanelData:
    return PanelData(
        aggregates=frame.aggregates,
        start=format_time(scope.start_ns),
        end=format_time(scope.end_ns),
        interval_s=frame.interval_s,
        times=[format_time(time_ns) for time_ns in frame.times_ns],
        lines=[LineOut(name=it.name, unit=it.unit, total=it.total, values=list(it.values)) for it in frame.lines],
        columns=[ColumnOut(name=it.name, unit=it.unit, is_number=it.is_number) for it in frame.columns],
        rows=[list(row) for row in frame.rows],
        is_truncated=frame.is_truncated,
        sampled_share=frame.sampled_share,
    )
