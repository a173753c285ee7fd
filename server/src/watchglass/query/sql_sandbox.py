"""Read-only SQL by users over one project's rows.

Four locks, each enough for most attacks, all closed at once:

1. ClickHouse's own parser reads the statement (`parseQueryToJSON`, with the text bound), so that there is exactly one and
   nothing is read otherwise than it runs; its tree must hold nothing but SELECTs, listed functions and listed table functions
   (see sql_check). No name in it may be a database or another table of the store.
2. The tables' names stand for SELECTs of one project's rows (see sql_relations).
3. The engine itself filters every table by the project (`additional_table_filters`).
4. `readonly = 1`: no writing, no files, no network, and no setting can be changed; time, memory and result are limited.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import pyarrow as pa

from watchglass.errors import InvalidInput, StoreError, TooExpensive, Unavailable
from watchglass.query.sql_check import Node, Statement, check_statement, refused
from watchglass.query.sql_relations import PROJECT_PARAMETER, project_filters, relation_names, with_relations
from watchglass.store.engine import Engine, Parameter

MAX_LENGTH = 100_000
"""Longest statement, in characters."""

MAX_RESULT_BYTES = 256 * 2**20
"""Largest result, in the engine's bytes; it is held in memory while it is written out."""

MAX_RUNNING = 3
"""Statements that run at once, half of the embedded engine's connections: users' SQL must not hold up the screens."""

MAX_WAIT_S = 10.0
"""Longest wait for one of these places, in seconds."""

_places = threading.BoundedSemaphore(MAX_RUNNING)

UNKNOWN_FUNCTION = 46
"""ClickHouse's code for a function that it does not have."""

STORE_CODES = frozenset({0, 74, 75, 76, 209, 210, 243, 279, 425, 499, 1001})
"""Codes of errors that are the store's and not the statement's: files, network, disk, Keeper."""

UNREADABLE_TYPES = ("AggregateFunction(", "BFloat16", "QBit(", "Object(")
"""Types whose values cannot be written out; a state would come out as raw memory."""


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What one statement may use.

    Attributes:
        time_s: Seconds until it is stopped.
        memory_bytes: Bytes that it may take.
        rows: Rows that it may return; the rest is cut off.
    """

    time_s: float
    memory_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The rows of a statement.

    Attributes:
        table: Rows, at most the limit's.
        types: ClickHouse type of each column.
        is_truncated: Whether rows were cut off.
    """

    table: pa.Table
    types: tuple[str, ...]
    is_truncated: bool


def run_sql(
    engine: Engine, project_id: str, query: str, parameters: Mapping[str, Parameter], limits: SqlLimits
) -> SqlAnswer:
    """Run one SELECT over the project's rows.

    Args:
        engine: The store.
        project_id: The one project that is seen.
        query: The statement, with `{name:Type}` placeholders.
        parameters: Value of each placeholder.
        limits: What it may use.

    Raises:
        InvalidInput: The statement may not run or cannot; the field is `query` or `parameters`.
        TooExpensive: It went over a limit.
        Unavailable: Too many statements run already, or ClickHouse is too old.
    """
    checked = check_query(engine, query, parameters)
    bound: dict[str, Parameter] = {**parameters, PROJECT_PARAMETER: project_id}
    settings = _settings(engine, project_id, limits)
    statement = with_relations(engine.database, checked)
    if not _places.acquire(timeout=MAX_WAIT_S):
        raise Unavailable("too many SQL statements run already", cause="sql_busy", retry_after_s=5)
    try:
        described = _described(engine, statement, bound, settings)
        table = _asked(engine, f"{statement}\nLIMIT {limits.rows + 1}", bound, settings)
    finally:
        _places.release()
    if not table.num_columns:  # without rows the engine may answer without columns
        table = pa.table([pa.nulls(0)] * len(described), names=[name for name, _ in described])
    types = tuple(type_name for _, type_name in described)
    return SqlAnswer(table.slice(0, limits.rows), types, table.num_rows > limits.rows)


def check_query(engine: Engine, query: str, parameters: Mapping[str, Parameter]) -> str:
    """Return the statement as ClickHouse writes it, when it may run.

    Raises:
        InvalidInput: It may not, or its placeholders and `parameters` do not agree.
        Unavailable: ClickHouse is too old.
    """
    canonical, statement = _checked(engine, query)
    _check_parameters(statement.placeholders, parameters)
    _check_names(engine, statement.names)
    return canonical


def placeholders(engine: Engine, query: str) -> Mapping[str, str]:
    """Return the type of each placeholder of a statement, so that the caller can bind what it asks for and no more.

    Raises:
        InvalidInput: The statement may not run; the field is `query`.
        Unavailable: ClickHouse is too old.
    """
    return _checked(engine, query)[1].placeholders


def _checked(engine: Engine, query: str) -> tuple[str, Statement]:
    """Return the statement as ClickHouse writes it, and what it refers to."""
    if len(query) > MAX_LENGTH:
        raise refused(f"a statement has at most {MAX_LENGTH} characters")
    if "\0" in query or not _is_unicode(query):
        raise refused("the statement holds a character that no text has")
    canonical, tree = _parsed(engine, query)
    return canonical, check_statement(tree)


def _parsed(engine: Engine, query: str) -> tuple[str, Node]:
    """Return the statement as ClickHouse writes it, and the tree of that very text."""
    canonical = "formatQuerySingleLine({query:String})"
    sql = f"SELECT {canonical} AS canonical, parseQueryToJSON({canonical}) AS tree"
    try:
        row = engine.query(sql, {"query": query}).to_pylist()[0]
    except StoreError as error:
        if "parseQueryToJSON" in str(error) and error.code == UNKNOWN_FUNCTION:
            raise Unavailable("SQL needs ClickHouse 26.8 or newer", cause="old_clickhouse", retry_after_s=3600) from error
        raise _of_statement(error, query) from error
    return row["canonical"], orjson.loads(row["tree"])


def _check_parameters(wanted: Mapping[str, str], given: Mapping[str, Parameter]) -> None:
    for name, type_name in wanted.items():
        if name not in given:
            raise InvalidInput("parameters", f"the query's {{{name}:{type_name}}} has no value")
    for name in given:
        if name not in wanted:
            raise InvalidInput("parameters", f"the query has no {{{name[:60]}:Type}}")


def _check_names(engine: Engine, names: frozenset[str]) -> None:
    """Refuse names that are databases, or tables of the store that are not for users."""
    suspects = sorted(names - set(relation_names()))
    taken = engine.query(
        "SELECT name FROM system.tables WHERE database = {database:String} AND name IN {names:Array(String)} "
        "UNION ALL SELECT name FROM system.databases WHERE name IN {names:Array(String)}",
        {"database": engine.database, "names": suspects},
    )
    for row in taken.to_pylist():
        raise refused(f"{row['name']} may not be read; there are {', '.join(relation_names())}")


def _settings(engine: Engine, project_id: str, limits: SqlLimits) -> dict[str, str | int | float]:
    return {
        "additional_table_filters": project_filters(engine.database, project_id),
        "max_execution_time": limits.time_s,
        "timeout_overflow_mode": "throw",
        "max_memory_usage": limits.memory_bytes,
        "max_temporary_data_on_disk_size_for_query": limits.memory_bytes,
        "max_result_bytes": MAX_RESULT_BYTES,
        "result_overflow_mode": "throw",
        "max_subquery_depth": 50,
        "allow_ddl": 0,
        "allow_introspection_functions": 0,
        "print_pretty_type_names": 0,
        "readonly": 1,
    }


def _described(
    engine: Engine, statement: str, parameters: Mapping[str, Parameter], settings: Mapping[str, str | int | float]
) -> list[tuple[str, str]]:
    """Return name and type of each column; the statement is analysed and not run."""
    rows = _asked(engine, f"DESCRIBE TABLE ({statement})", parameters, settings).to_pylist()
    for row in rows:
        if any(word in row["type"].replace("SimpleAggregateFunction(", "") for word in UNREADABLE_TYPES):
            raise refused(f"{row['name'][:100]} of type {row['type'][:100]} cannot be returned; finalize or cast it")
    return [(row["name"], row["type"]) for row in rows]


def _asked(
    engine: Engine,
    sql: str,
    parameters: Mapping[str, Parameter],
    settings: Mapping[str, str | int | float] | None = None,
) -> pa.Table:
    try:
        return engine.query(sql, parameters, settings)
    except TooExpensive as error:
        raise TooExpensive(_plain(str(error))) from error
    except StoreError as error:
        raise _of_statement(error, None) from error


def _of_statement(error: StoreError, query: str | None) -> StoreError | InvalidInput:
    """Turn what the engine said of the statement into the user's error; what is the store's own stays."""
    if error.code in STORE_CODES:
        return error
    message = _plain(str(error))
    if "does not support JSON serialization" in message:  # parseQueryToJSON knows every SELECT, and not all else
        return refused("only SELECT may be used")
    place = re.search(r"failed at position (\d+)[^:]*: ?", message)
    if place and query is not None:
        before = query.encode()[: int(place.group(1)) - 1].decode("utf-8", "ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"{message[: place.start()].rstrip(': ')} near {message[place.end() :]}"
        return refused(f"line {line}, column {column}: {what}")
    return refused(message)


def _plain(message: str) -> str:
    """Return ClickHouse's sentence without its code, its name and the statement around the user's."""
    message = re.sub(r"^.*?DB::Exception: ", "", message, flags=re.DOTALL)
    message = re.split(r"\.?:? In scope |: [Ww]hile |: \([Ww]hile ", message)[0]
    message = re.sub(r"\.? Maybe you meant [^\[].*", "", message)  # a table of another database
    return re.sub(r" \([A-Z_0-9]+\)\s*$", "", message).strip()[:500]


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
