"""What a dashboard is made of: variables and panels, the one form in which it is stored, exported and imported."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from watchglass.query.asked import Finite, Name, Part, Query, SqlQuery, Text
from watchglass.query.sql_variables import RESERVED

MAX_PANELS = 60
MAX_VARIABLES = 10
GRID_COLUMNS = 12


class Place(Part):
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


class Threshold(Part):
    """A value from which on a panel is coloured."""

    value: Finite = Field(description="Least value that is coloured so, in the panel's unit")
    color: Literal["good", "warning", "bad"] = Field(description="What it means")


Kind = Literal["line", "area", "bar", "table", "heatmap", "histogram", "number", "text"]
Unit = Literal["", "ns", "us", "ms", "s", "tokens", "tokens/s", "USD", "bytes", "ratio", "%", "1/s"]


class Panel(Part):
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


class Variable(Part):
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


class Document(Part):
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
