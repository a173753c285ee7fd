"""/api/v1/fields: the vocabulary, every column that can be asked for, and the short names in filters."""


from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Reader
from watchglass.model.fields import load_fields
from watchglass.query.columns import short_names

router = APIRouter(prefix="/api/v1", tags=["fields"])


class FieldEntry(BaseModel):
    """One column."""

    name: str = Field(description="Column name; a number's name ends in its unit")
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
                fields=[
                    FieldEntry(name=one.name, type=one.type, unit=one.unit, source=one.source, brief=one.brief)
                    for one in fields
                ],
                short_names=short_names(table),
            )
            for table, fields in load_fields().items()
        ]
    )
