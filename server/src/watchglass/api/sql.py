"""POST /api/v1/sql: read-only SQL over one project's rows, answered as JSON, CSV or Arrow."""

import csv
import io
from typing import Annotated, Any

import orjson
import pyarrow as pa
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from watchglass.api.access import Injected, Project
from watchglass.api.problems import problem_response
from watchglass.errors import InvalidInput, TooExpensive
from watchglass.query.sql_sandbox import MAX_LENGTH, SqlAnswer, SqlLimits, run_sql
from watchglass.query.sql_values import json_rows
from watchglass.store.engine import Parameter

router = APIRouter(prefix="/api/v1", tags=["sql"])

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
MEDIA_TYPES = (JSON, CSV, ARROW)


class SqlQuestion(BaseModel):
    """A statement and the values of its placeholders."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=MAX_LENGTH, min_length=1, description="One SELECT in ClickHouse's SQL over spans, span_events, logs, metric_points, usage_minute, usage_hour and trace_minute; values as {name:Type}")
    parameters: dict[str, str | bool | int | float | list[str] | list[int] | list[float]] = Field(
        default_factory=dict, description="Value of each placeholder by name"
    )


class SqlColumn(BaseModel):
    """A column of the answer."""

    name: str = Field(description="Name, as the statement gives it")
    type: str = Field(description="ClickHouse type")


class SqlRows(BaseModel):
    """The answer."""

    columns: list[SqlColumn] = Field(description="The columns in order")
    rows: list[list[Any]] = Field(description="A list a row: instants as RFC 3339, NaN and infinities as null, integers of 64 bits as numbers, wider ones and decimals as text")
    is_truncated: bool = Field(description="Whether rows were cut off at the server's limit (query_max_rows)")


@router.post(
    "/sql",
    response_model=SqlRows,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}, ARROW: {"schema": {"type": "string", "format": "binary"}}}}},
)
def ask_sql(
    question: SqlQuestion,
    services: Injected,
    project: Project,
    accept: Annotated[str, Header(description="application/json, text/csv or application/vnd.apache.arrow.stream")] = JSON,
) -> Response:
    """Run one read-only SELECT; CSV and Arrow say in the header `x-watchglass-truncated` whether rows were cut off."""
    media_type = _chosen(accept)
    settings = services.settings
    limits = SqlLimits(settings.query_max_time_s, settings.query_max_memory_bytes, settings.query_max_rows)
    parameters: dict[str, Parameter] = dict(question.parameters)
    try:
        answer = run_sql(services.engine, project, question.query, parameters, limits)
    except TooExpensive as error:
        return problem_response(422, "too-expensive", "The query went over its limits", str(error), "query")
    headers = {"x-watchglass-truncated": str(answer.is_truncated).lower()}
    return Response(_written(answer, media_type), headers=headers, media_type=media_type)


def _chosen(accept: str) -> str:
    """Return the first media type in `accept` that can be had."""
    for part in accept.split(","):
        asked = part.split(";")[0].strip().lower()
        for media_type in MEDIA_TYPES:
            if asked in (media_type, "*/*", media_type.split("/")[0] + "/*"):
                return media_type
    raise InvalidInput("accept", f"can be {', '.join(MEDIA_TYPES)}")


def _written(answer: SqlAnswer, media_type: str) -> bytes:
    if media_type == ARROW:
        return _arrow(answer)
    names, rows = answer.table.column_names, json_rows(answer.table, answer.types)
    if media_type == CSV:
        return _csv(names, rows)
    columns = [{"name": name, "type": kind} for name, kind in zip(names, answer.types, strict=True)]
    return orjson.dumps({"columns": columns, "rows": rows, "is_truncated": answer.is_truncated}, default=str)


def _csv(names: list[str], rows: list[list[Any]]) -> bytes:
    """RFC 4180 with a line of names; null is empty, lists and objects are JSON."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([[_csv_cell(value) for value in row] for row in rows])
    return text.getvalue().encode()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return orjson.dumps(value, default=str).decode() if isinstance(value, list | dict) else value


def _arrow(answer: SqlAnswer) -> bytes:
    """An Arrow stream; DateTime, which ClickHouse gives as a plain number, becomes a timestamp."""
    columns = [
        column.cast(pa.int64()).cast(pa.timestamp("s", "UTC")) if _is_seconds(column.type, kind) else column
        for column, kind in zip(answer.table.columns, answer.types, strict=True)
    ]
    table = pa.table(columns, names=answer.table.column_names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _is_seconds(kind: pa.DataType, clickhouse_type: str) -> bool:
    return kind == pa.uint32() and clickhouse_type.replace("Nullable(", "").replace("LowCardinality(", "").startswith("DateTime")
