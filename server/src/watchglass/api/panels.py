"""POST /api/v1/panels/data: what one panel of a dashboard is drawn from."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import AskedScope, Injected, Reader
from watchglass.api.dashboard_document import MAX_VARIABLES, MetricQuery, Panel, SqlQuery, Text, UsageQuery
from watchglass.api.paging import AskedPrecision, AskedReader, SampledShare
from watchglass.api.services import Services
from watchglass.api.usage import Additive
from watchglass.errors import InvalidInput, NotFound
from watchglass.query.filter import parse
from watchglass.query.frames import Frame
from watchglass.query.measures import MEASURES, read_measures
from watchglass.query.metric_frame import metric_frame
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.metric_series import read_series
from watchglass.query.reader import Reader as Store
from watchglass.query.scope import Scope, format_time
from watchglass.query.sql_frame import MAX_ROWS, Mapping, sql_frame
from watchglass.query.sql_sandbox import SqlLimits, placeholders, run_sql
from watchglass.query.sql_variables import INTERVAL, bound_parameters
from watchglass.query.usage import measure_usage
from watchglass.query.usage_cost import affordable_interval
from watchglass.query.usage_frame import usage_frame
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_source import Precision, auto_interval, kept_since, read_interval
from watchglass.query.usage_statements import UsageQuestion
from watchglass.query.variables import Variables, bind

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
    query = asked.panel.query
    has_rows = asked.panel.has_rows
    match query:
        case UsageQuery():
            frame = _usage(services, reader, scope, query, variables, precision, has_rows=has_rows)
        case MetricQuery():
            frame = _metric(services, reader, scope, query, variables, has_rows=has_rows)
        case SqlQuery():
            frame = _sql(services, scope, query, variables, has_rows=has_rows)
        case None:
            raise InvalidInput("panel.kind", "a text panel has nothing to ask")
    return _written(frame, scope)


def _usage(
    services: Services, reader: Store, scope: Scope, query: UsageQuery, variables: Variables, precision: Precision, *, has_rows: bool
) -> Frame:
    if query.order_by not in get_args(Additive):
        raise InvalidInput("order_by", f"must be one of {', '.join(get_args(Additive))}")
    shown = read_measures(",".join(query.measures))
    per = None if query.per is None else read_measures(query.per)[0]
    measures = shown if per is None or per in shown else (*shown, per)
    interval_s = None if has_rows else read_interval(query.interval, scope)
    if interval_s is not None and query.interval == "auto":
        interval_s = affordable_interval(reader, scope, interval_s, measures)
    expr = bind(parse(query.filter), variables)
    groups = read_groups(",".join(query.group_by))
    question = UsageQuestion(scope, expr, groups, measures, interval_s, query.limit, query.order_by, precision)
    now_ns = services.clock.now_ns()
    return usage_frame(question, measure_usage(reader, question, kept_since(services.settings, now_ns), now_ns), per)


def _metric(services: Services, reader: Store, scope: Scope, query: MetricQuery, variables: Variables, *, has_rows: bool) -> Frame:
    question = SeriesQuestion(
        scope=scope,
        name=query.name,
        type=query.type,
        expr=bind(parse(query.filter), variables),
        groups=read_groups(",".join(query.group_by), "metric_points"),
        interval_s=read_interval(query.interval, scope),
        aggregation=query.aggregation,
        quantiles=tuple(dict.fromkeys(query.quantiles)),
        limit=query.limit,
    )
    try:
        answer = read_series(reader, question, services.clock.now_ns())
    except NotFound:
        # a dashboard is made for what may not report yet, or has stopped to
        return Frame(f"No points of {query.name} in this range")
    return metric_frame(question, answer, has_rows=has_rows)


def _sql(services: Services, scope: Scope, query: SqlQuery, variables: Variables, *, has_rows: bool) -> Frame:
    settings = services.settings
    limits = SqlLimits(settings.query_max_time_s, settings.query_max_memory_bytes, min(settings.query_max_rows, MAX_ROWS))
    # what rollups hold is a minute long at least
    interval_s = auto_interval(scope, 60) if query.interval == "auto" else read_interval(query.interval, scope)
    wanted = placeholders(services.engine, query.query)
    parameters = bound_parameters(wanted, query.parameters, variables, scope, interval_s)
    answer = run_sql(services.engine, scope.project_id, query.query, parameters, limits)
    mapping = Mapping(query.time, query.names, query.values)
    return sql_frame(answer, mapping, scope, interval_s if INTERVAL in wanted else None, has_rows=has_rows)


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
