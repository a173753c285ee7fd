"""The one form of a question that is kept: what a panel draws and a rule watches, of usage, a metric or users' SQL."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from watchglass.errors import InvalidInput, NotFound
from watchglass.query.filter import parse
from watchglass.query.frames import Frame
from watchglass.query.measures import Additive, read_measures
from watchglass.query.metric_frame import heatmap_frame, metric_frame
from watchglass.query.metric_heatmap import read_heatmap
from watchglass.query.metric_question import MAX_QUANTILES, Aggregation, SeriesQuestion
from watchglass.query.metric_series import read_series
from watchglass.query.metrics import MetricType
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql_frame import MAX_ROWS, Mapping, sql_frame
from watchglass.query.sql_sandbox import SqlLimits, placeholders, run_sql
from watchglass.query.sql_variables import INTERVAL, bound_parameters
from watchglass.query.usage import measure_usage
from watchglass.query.usage_cost import affordable_interval
from watchglass.query.usage_frame import usage_frame
from watchglass.query.usage_groups import MAX_GROUPS_BY, read_groups
from watchglass.query.usage_source import Precision, auto_interval, kept_since, read_interval
from watchglass.query.usage_statements import UsageQuestion
from watchglass.query.variables import Variables, bind
from watchglass.settings import Settings
from watchglass.store.engine import Engine


def _checked_text(text: str) -> str:
    """Refuse what a database cannot hold or a screen cannot show."""
    if any(letter < " " and letter not in "\n\t" for letter in text) or "\x7f" in text:
        raise ValueError("must not contain control characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must not contain broken Unicode") from None
    return text


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    return number


Text = Annotated[str, AfterValidator(_checked_text)]
Finite = Annotated[float, AfterValidator(_finite)]
Name = Annotated[Text, Field(max_length=200)]
Filter = Annotated[Text, Field(max_length=2000, description="Filter; `model:$model` stands for the chosen values of the variable model, `$filter` alone for a variable that is a filter")]
Interval = Annotated[Text, Field(max_length=12, description="auto, or a number with s, m, h, d or w: 5m")]
GroupBy = Annotated[list[Name], Field(max_length=MAX_GROUPS_BY, description="Columns, attributes.KEY or resource.KEY")]
Limit = Annotated[int, Field(ge=1, le=100, description="Most groups")]


class Part(BaseModel):
    """A part of a document; what is not known is refused, so that nothing is lost unseen."""

    model_config = ConfigDict(extra="forbid")


HEAT_MAP: Final = "heatmap"
"""The aggregation of a metric that gives a line a bucket."""


class UsageQuery(Part):
    """Usage of models, as GET /api/v1/usage measures it."""

    source: Literal["usage"] = Field(description="What is asked")
    measures: list[Name] = Field(min_length=1, max_length=6, description="Measures, see GET /api/v1/usage")
    per: Name | None = Field(None, description="Measure that the others are divided by; null for none")
    group_by: GroupBy = []
    filter: Filter = ""
    interval: Interval = "auto"
    limit: Limit = 8
    order_by: Name = Field("span_count", description="Measure by which groups are the largest; one that adds up")


class MetricQuery(Part):
    """A metric, as GET /api/v1/metrics/series reads it."""

    source: Literal["metrics"] = Field(description="What is asked")
    name: Annotated[Text, Field(min_length=1, max_length=1000)] = Field(description="Name of the metric")
    type: MetricType | None = Field(None, description="Type, where the name has several; null for that of the newest point")
    aggregation: Aggregation | Literal["heatmap"] | None = Field(None, description="What to make of the points; null for the usual of the type; heatmap for how the observations of a histogram are spread, a line a bucket")
    quantiles: list[Annotated[float, Field(ge=0, le=1)]] = Field([0.5, 0.95], min_length=1, max_length=MAX_QUANTILES, description="Shares from 0 to 1, for the aggregation quantile")
    group_by: GroupBy = []
    filter: Filter = ""
    interval: Interval = "auto"
    limit: Limit = 8


class SqlQuery(Part):
    """A SELECT, as POST /api/v1/sql runs it, and what its columns mean."""

    source: Literal["sql"] = Field(description="What is asked")
    query: Annotated[Text, Field(min_length=1, max_length=20_000)] = Field(description="The statement. Placeholders are bound by name: {start:DateTime64(9)}, {end:DateTime64(9)}, {interval_s:UInt32}, the panel's parameters, and variables as {model:Array(String)}, empty when none is chosen")
    parameters: dict[Name, Text | bool | int | Finite] = Field({}, max_length=20, description="Value of each placeholder that is neither of the range nor a variable")
    interval: Interval = "auto"
    time: Name | None = Field(None, description="Column of times; null for the first of such a type")
    names: list[Name] = Field([], max_length=5, description="Columns that tell lines apart; empty for all that hold text")
    values: list[Name] = Field([], max_length=10, description="Columns that are drawn; empty for all that hold numbers")


Query = Annotated[UsageQuery | MetricQuery | SqlQuery, Field(discriminator="source")]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question is asked with.

    Attributes:
        engine: The store, for users' SQL.
        reader: The store within the limits of one statement.
        settings: What is kept for how long, and how many rows users' SQL may give.
        now_ns: The present, nanoseconds since 1970 UTC.
    """

    engine: Engine
    reader: Reader
    settings: Settings
    now_ns: int


def ask(
    asking: Asking, scope: Scope, query: UsageQuery | MetricQuery | SqlQuery, variables: Variables, *, has_rows: bool, precision: Precision = "exact"
) -> Frame:
    """Answer a question within the range, with the variables bound.

    Args:
        asking: What it is asked with.
        scope: Project and range.
        query: The question.
        variables: What the names with $ in its filter, and its placeholders, stand for.
        has_rows: Whether rows are wanted, one a group, and not lines over time.
        precision: Whether usage may be estimated where it would take long to read all spans.

    Raises:
        InvalidInput: The question cannot be answered as it is; its field is named.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    match query:
        case UsageQuery():
            return _usage(asking, scope, query, variables, precision, has_rows=has_rows)
        case MetricQuery():
            return _metric(asking, scope, query, variables, has_rows=has_rows)
        case SqlQuery():
            return _sql(asking, scope, query, variables, has_rows=has_rows)


def _usage(asking: Asking, scope: Scope, query: UsageQuery, variables: Variables, precision: Precision, *, has_rows: bool) -> Frame:
    interval_s = None if has_rows else read_interval(query.interval, scope)
    question = usage_question(scope, query, variables, interval_s, precision)
    if interval_s is not None and query.interval == "auto":
        interval_s = affordable_interval(asking.reader, scope, interval_s, question.measures)
        question = usage_question(scope, query, variables, interval_s, precision)
    answer = measure_usage(asking.reader, question, kept_since(asking.settings, asking.now_ns), asking.now_ns)
    return usage_frame(question, answer, None if query.per is None else read_measures(query.per)[0])


def usage_question(
    scope: Scope, query: UsageQuery, variables: Variables, interval_s: int | None, precision: Precision = "exact"
) -> UsageQuestion:
    """Return what `query` asks of usage, in buckets of `interval_s` or, where that is None, over the whole range.

    Raises:
        InvalidInput: A measure, a group or the filter is unknown; its field is named.
    """
    if query.order_by not in get_args(Additive):
        raise InvalidInput("order_by", f"must be one of {', '.join(get_args(Additive))}")
    shown = read_measures(",".join(query.measures))
    per = None if query.per is None else read_measures(query.per)[0]
    measures = shown if per is None or per in shown else (*shown, per)
    expr = bind(parse(query.filter), variables)
    return UsageQuestion(scope, expr, read_groups(",".join(query.group_by)), measures, interval_s, query.limit, query.order_by, precision)


def metric_question(scope: Scope, query: MetricQuery, variables: Variables, interval_s: int) -> SeriesQuestion:
    """Return what `query` asks of a metric, in buckets of `interval_s`.

    Raises:
        InvalidInput: A group or the filter is unknown; its field is named.
    """
    return SeriesQuestion(
        scope=scope,
        name=query.name,
        type=query.type,
        expr=bind(parse(query.filter), variables),
        groups=read_groups(",".join(query.group_by), "metric_points"),
        interval_s=interval_s,
        aggregation=None if query.aggregation == HEAT_MAP else query.aggregation,
        quantiles=tuple(dict.fromkeys(query.quantiles)),
        limit=query.limit,
    )


def _metric(asking: Asking, scope: Scope, query: MetricQuery, variables: Variables, *, has_rows: bool) -> Frame:
    question = metric_question(scope, query, variables, read_interval(query.interval, scope))
    try:
        if query.aggregation == HEAT_MAP:
            return heatmap_frame(question, read_heatmap(asking.reader, question, asking.now_ns))
        answer = read_series(asking.reader, question, asking.now_ns)
    except NotFound:
        # a dashboard is made for what may not report yet, or has stopped to
        return Frame(f"No points of {query.name} in this range")
    return metric_frame(question, answer, has_rows=has_rows)


def _sql(asking: Asking, scope: Scope, query: SqlQuery, variables: Variables, *, has_rows: bool) -> Frame:
    # what rollups hold is a minute long at least
    interval_s = auto_interval(scope, 60) if query.interval == "auto" else read_interval(query.interval, scope)
    return sql_answer(asking, scope, query, variables, interval_s, has_rows=has_rows)


def sql_answer(asking: Asking, scope: Scope, query: SqlQuery, variables: Variables, interval_s: int, *, has_rows: bool) -> Frame:
    """Run a statement of a user, in buckets of `interval_s` where it asks for that.

    Raises:
        InvalidInput: The statement or what its columns mean is wrong; the field is named.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    limits = SqlLimits(asking.reader.max_time_s, asking.reader.max_memory_bytes, min(asking.settings.query_max_rows, MAX_ROWS))
    wanted = placeholders(asking.engine, query.query)
    parameters = bound_parameters(wanted, query.parameters, variables, scope, interval_s)
    answer = run_sql(asking.engine, scope.project_id, query.query, parameters, limits)
    mapping = Mapping(query.time, query.names, query.values)
    return sql_frame(answer, mapping, scope, interval_s if INTERVAL in wanted else None, has_rows=has_rows)
