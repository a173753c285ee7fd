"""Load fields.yml: the columns of every table, as frozen records."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        name: Column name; a number's name ends in its unit.
        type: ClickHouse type.
        source: Who fills it: identity, otlp, convention or derived.
        brief: One sentence for people.
        unit: Unit of a number, empty when it has none.
    """

    name: str
    type: str
    source: str
    brief: str
    unit: str = ""

    @property
    def is_nullable(self) -> bool:
        """Whether the column can be null."""
        return self.type.startswith("Nullable(")

    @property
    def is_number(self) -> bool:
        """Whether the column holds a number that can be compared and summed."""
        base = self.type.removeprefix("SimpleAggregateFunction(sum, ").removeprefix("Nullable(")
        return base.startswith(("UInt", "Int", "Float"))


@cache
def load_fields() -> dict[str, tuple[Field, ...]]:
    """Return the columns of each table in storage order."""
    text = files(__package__).joinpath("fields.yml").read_text("utf-8")
    return {table: tuple(Field(**entry) for entry in entries) for table, entries in yaml.safe_load(text).items()}


@cache
def fields_of(table: str) -> dict[str, Field]:
    """Return the columns of `table` by name, in storage order.

    Raises:
        KeyError: No such table.
    """
    return {field.name: field for field in load_fields()[table]}
