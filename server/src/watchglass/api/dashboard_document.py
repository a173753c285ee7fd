"""What a dashboard is made of: variables and panels, the one form in which it is stored, exported and imported."""

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from watchglass.query.metric_question import MAX_QUANTILES, Aggregation
from watchglass.query.metrics import MetricType
from watchglass.query.sql_variables import RESERVED
from watchglass.query.usage_groups import MAX_GROUPS_BY

MAX_PANELS = 60
MAX_VARIABLES = 10
GRID_COLUMNS = 12


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
Name = Annotated[Text, Field(max_length=200)]
Filter = Annotated[Text, Field(max_length=2000, description="Filter; `model:$model` stands for the chosen values of the variable model, `$filter` alone for a variable that is a filter")]
Interval = Annotated[Text, Field(max_length=12, description="auto, or a number with s, m, h, d or w: 5m")]
GroupBy = Annotated[list[Name], Field(max_length=MAX_GROUPS_BY, description="Columns, attributes.KEY or resource.KEY")]
Limit = Annotated[int, Field(ge=1, le=100, description="Most groups")]


class _Part(BaseModel):
    """A part of a document; what is not known is refused, so that nothing is lost unseen."""

    model_config = ConfigDict(extra="forbid")


class Place(_Part):
    """Where a panel stands in a grid of 12 columns; a row is about 40 pixels high."""

    x: int = Field(ge=0, lt=GRID_COLUMNS, description="First column, from 0")
    y: int = Field(ge=0, le=10_000, description="First row, from 0")
    w: int = Field(ge=1, le=GRID_COLUMNS, description="Width in columns")
    h: int = Field(ge=2, le=40, description="Height in rows")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.x + self.w > GRID_COLUMNS:
            raise ValueError(f"x and w must not reach beyond {GRID_COLUMNS} columns")
        return self


class Threshold(_Part):
    """A value from which on a panel is coloured."""

    value: Annotated[float, AfterValidator(_finite)] = Field(description="Least value that is coloured so, in the panel's unit")
    color: Literal["good", "warning", "bad"] = Field(description="What it means")


class UsageQuery(_Part):
    """Usage of models, as GET /api/v1/usage measures it."""

    source: Literal["usage"] = Field(description="What is asked")
    measures: list[Name] = Field(min_length=1, max_length=6, description="Measures, see GET /api/v1/usage")
    per: Name | None = Field(None, description="Measure that the others are divided by; null for none")
    group_by: GroupBy = []
    filter: Filter = ""
    interval: Interval = "auto"
    limit: Limit = 8
    order_by: Name = Field("span_count", description="Measure by which groups are the largest; one that adds up")


class MetricQuery(_Part):
    """A metric, as GET /api/v1/metrics/series reads it."""

    source: Literal["metrics"] = Field(description="What is asked")
    name: Annotated[Text, Field(min_length=1, max_length=1000)] = Field(description="Name of the metric")
    type: MetricType | None = Field(None, description="Type, where the name has several; null for that of the newest point")
    aggregation: Aggregation | None = Field(None, description="What to make of the points; null for the usual of the type")
    quantiles: list[Annotated[float, Field(ge=0, le=1)]] = Field([0.5, 0.95], min_length=1, max_length=MAX_QUANTILES, description="Shares from 0 to 1, for the aggregation quantile")
    group_by: GroupBy = []
    filter: Filter = ""
    interval: Interval = "auto"
    limit: Limit = 8


class SqlQuery(_Part):
    """A SELECT, as POST /api/v1/sql runs it, and what its columns mean."""

    source: Literal["sql"] = Field(description="What is asked")
    query: Annotated[Text, Field(min_length=1, max_length=20_000)] = Field(description="The statement. Placeholders are bound by name: {start:DateTime64(9)}, {end:DateTime64(9)}, {interval_s:UInt32}, the panel's parameters, and variables as {model:Array(String)}, empty when none is chosen")
    parameters: dict[Name, Text | bool | int | Annotated[float, AfterValidator(_finite)]] = Field({}, max_length=20, description="Value of each placeholder that is neither of the range nor a variable")
    interval: Interval = "auto"
    time: Name | None = Field(None, description="Column of times; null for the first of such a type")
    names: list[Name] = Field([], max_length=5, description="Columns that tell lines apart; empty for all that hold text")
    values: list[Name] = Field([], max_length=10, description="Columns that are drawn; empty for all that hold numbers")


Query = Annotated[UsageQuery | MetricQuery | SqlQuery, Field(discriminator="source")]
Kind = Literal["line", "area", "bar", "table", "heatmap", "histogram", "number", "text"]
Unit = Literal["", "ns", "us", "ms", "s", "tokens", "tokens/s", "USD", "bytes", "ratio", "%", "1/s"]


class Panel(_Part):
    """One thing to look at."""

    id: str = Field(pattern="^[a-z0-9-]{1,40}$", description="Names the panel within the dashboard")
    kind: Kind = Field(description="How it is drawn")
    title: Name = Field("", description="Title; $model stands for what is chosen")
    description: Annotated[Text, Field(max_length=2000)] = Field("", description="What it says and what to do about it")
    place: Place = Field(description="Where it stands")
    unit: Unit | None = Field(None, description="Unit of its values; null for what the query says")
    thresholds: list[Threshold] = Field([], max_length=8, description="Colours by value, in any order")
    is_stacked: bool = Field(False, description="Whether areas and bars stand on one another")
    by: Literal["time", "group"] = Field("time", description="What bars stand side by side for: times or groups")
    text: Annotated[Text, Field(max_length=20_000)] = Field("", description="Markdown of a text panel; shown without HTML and without loading anything")
    query: Query | None = Field(None, description="What it asks; null for text")

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if (self.kind == "text") != (self.query is None):
            raise ValueError("a text panel has no query, and every other one has one")
        return self

    @property
    def has_rows(self) -> bool:
        """Whether it is drawn from rows and not from lines over time."""
        is_list = self.kind in ("table", "number") or (self.kind == "bar" and self.by == "group")
        return is_list or (self.kind == "histogram" and isinstance(self.query, SqlQuery))


class Variable(_Part):
    """Something that a reader chooses, and that panels refer to by name."""

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,30}$", description="Name: `$model` in filters and titles, `{model:Array(String)}` in SQL")
    label: Name = Field("", description="Name for people; the name when empty")
    kind: Literal["project", "values", "filter"] = Field(description="project: the project that is looked at; values: values of a column; filter: any filter")
    column: Name = Field("", description="Column of spans, attributes.KEY or resource.KEY whose values can be chosen, for the kind values")
    is_multiple: bool = Field(True, description="Whether several values can be chosen at once")
    default: list[Annotated[Text, Field(max_length=2000)]] = Field([], max_length=100, description="What is chosen at first; empty for everything")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.name in RESERVED:
            raise ValueError(f"name must not be one of {', '.join(RESERVED)}")
        if (self.kind == "values") != bool(self.column):
            raise ValueError("column goes with the kind values, and with no other")
        return self


class Document(_Part):
    """Variables and panels."""

    format_version: Literal[1] = Field(description="Version of this form: 1")
    variables: list[Variable] = Field([], max_length=MAX_VARIABLES, description="What a reader chooses")
    panels: list[Panel] = Field([], max_length=MAX_PANELS, description="The panels")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for names in ([panel.id for panel in self.panels], [variable.name for variable in self.variables]):
            doubled = {name for name in names if names.count(name) > 1}
            if doubled:
                raise ValueError(f"{min(doubled)} is there twice")
        return self


class DashboardFile(Document):
    """A dashboard as it is exported, imported and delivered."""

    name: Annotated[Text, Field(min_length=1, max_length=200)] = Field(description="Name for people")
    description: Annotated[Text, Field(max_length=2000)] = Field("", description="What it is for")
