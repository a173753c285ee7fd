"""/api/v1/fields: the vocabulary, every column that can be asked for, and the short names in filters."""


from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Reader
from watchglass.model.fields import Field as Column
from watchglass.model.fields import load_fields
from watchglass.query.columns import ALIASES, short_names

router = APIRouter(prefix="/api/v1", tags=["fields"])


class FieldEntry(BaseModel):
    """One column."""

    name: str = Field(description="Column name; a number's name ends in its unit")
    short_name: str = Field(description="Shorter name that filters know as well, empty when there is none")
    type: str = Field(description="ClickHouse type")
    unit: str = Field(description="Unit of a number, empty when it has none")
    source: str = Field(description="Who fills it: identity, otlp, convention or derived")
    brief: str = Field(description="What it is")


class TableEntry(BaseModel):
    """One table."""

    name: str = Field(description="Table name in SQL")
    fields: list[FieldEntry] = Field(description="Its columns in storage order")
    short_names: list[str] = Field(description="Further names that filters over it know, such as service or duration")


class Vocabulary(BaseModel):
    """All tables."""

    tables: list[TableEntry]


@router.get("/fields")
def get_fields(reader: Reader) -> Vocabulary:
    """Return every table's columns."""
    del reader
    return Vocabulary(
        tables=[
            TableEntry(
                name=table,
                fields=[_entry(one) for one in fields],
                short_names=short_names(table),
            )
            for table, fields in load_fields().items()
        ]
    )


def _entry(column: Column) -> FieldEntry:
    short_name = next((short for short, name in ALIASES.items() if name == column.name), "")
    return FieldEntry(
        name=column.name,
        short_name=short_name,
        type=column.type,
        unit=column.unit,
        source=column.source,
        brief=column.brief,
    )
