"""What users' SQL can do, and the many things that it must not."""

import threading
import time
from pathlib import Path

import pytest

from doubles.rows import insert_rows, span
from watchglass.errors import InvalidInput, StoreError, TooExpensive, Unavailable
from watchglass.model.fields import load_fields
from watchglass.query import sql_sandbox
from watchglass.query.sql_relations import (
    PROJECT_PARAMETER,
    project_filters,
    relation_names,
    relations,
    with_relations,
)
from watchglass.query.sql_sandbox import SqlAnswer, SqlLimits, run_sql
from watchglass.query.sql_values import json_rows
from watchglass.store.engine import Engine, Parameter

LIMITS = SqlLimits(time_s=10.0, memory_bytes=10**9, rows=1000)


def two_projects(engine: Engine) -> None:
    """Rows of `p` and of `other` in one part, in turn, so that they lie in the same granule."""
    rows = [
        span(number, number, name="mine" if number % 2 else "secret", project_id="p" if number % 2 else "other",
             event_times=[1], event_names=["event"], event_attributes=["{}"])
        for number in range(100)
    ]  # fmt: skip
    insert_rows(engine, "spans", rows)


def ask(engine: Engine, query: str, parameters: dict[str, Parameter] | None = None, limits: SqlLimits = LIMITS) -> SqlAnswer:
    """Run `query` for project `p`."""
    return run_sql(engine, "p", query, parameters or {}, limits)


def first(engine: Engine, query: str, parameters: dict[str, Parameter] | None = None) -> object:
    """The only value of the answer."""
    return ask(engine, query, parameters).table.column(0)[0].as_py()


ATTACKS = [
    # other tables and databases
    "SELECT * FROM system.tables",
    'SELECT * FROM "system"."tables"',
    "SELECT * FROM `system` . `tables`",
    "SELECT * FROM `system.tables`",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM INFORMATION_SCHEMA.COLUMNS",
    "SELECT * FROM default.spans",
    "SELECT * FROM schema_migrations",
    "SELECT * FROM `schema_migrations`",
    "SELECT * FROM usage_minute_view",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM schema_migrations))",
    "WITH x AS (SELECT * FROM schema_migrations) SELECT * FROM x",
    "SELECT 1 IN schema_migrations",
    "SELECT 'a' IN (SELECT name FROM schema_migrations)",
    "SELECT 'a' IN system.databases",
    "SELECT in('a', system.databases)",
    "SELECT system.databases.name FROM spans",
    "SELECT name FROM spans GROUP BY `system`.databases",
    "WITH schema_migrations AS x SELECT ('a', 'b') IN x",
    "WITH system.databases AS x SELECT 'a' IN x",
    "SELECT 1 FROM spans JOIN system.tables ON 1 = 1",
    "SELECT (SELECT count() FROM system.tables)",
    "SELECT 1 WHERE exists(SELECT 1 FROM system.tables)",
    "SELECT 1 UNION ALL SELECT 2 FROM system.tables",
    "SELECT 1 EXCEPT SELECT 1 FROM system.tables",
    "SELECT 1 INTERSECT SELECT 1 FROM system.tables",
    "SELECT /* FROM spans */ * FROM /**/ system . tables -- spans",
    "SELECT arrayMap(x -> (SELECT count() FROM system.tables), [1])",
    "SELECT * FROM spans ORDER BY (SELECT count() FROM system.tables)",
    "SELECT 1 LIMIT (SELECT count() FROM system.tables)",
    # table functions
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/a', 'CSV')",
    "SELECT * FROM remote('127.0.0.1', system.tables)",
    "SELECT * FROM remoteSecure('127.0.0.1', system, tables)",
    "SELECT * FROM cluster('default', system.tables)",
    "SELECT * FROM clusterAllReplicas('default', system.tables)",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 'e')",
    "SELECT * FROM sqlite('/tmp/a.db', 'b')",
    "SELECT * FROM jdbc('a', 'b')",
    "SELECT * FROM odbc('a', 'b')",
    "SELECT * FROM hdfs('hdfs://127.0.0.1:1/a', 'CSV')",
    "SELECT * FROM executable('id', 'CSV', 'a String')",
    "SELECT * FROM python('a')",
    "SELECT * FROM Python('a')",
    "SELECT * FROM merge('system', '.*')",
    "SELECT * FROM merge('.*')",
    "SELECT * FROM view(SELECT * FROM schema_migrations)",
    "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT 1))",
    "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('a Int8'))",
    "SELECT * FROM loop(system.tables)",
    "SELECT * FROM mergeTreeIndex(currentDatabase(), 'spans')",
    "SELECT * FROM dictionary('a')",
    "SELECT * FROM input('a String')",
    "SELECT * FROM fuzzJSON('a', 'b')",
    "SELECT * FROM generateRandom('a UInt8')",
    "SELECT * FROM values('a AggregateFunction(sum, UInt64)', 'x')",
    "SELECT * FROM format('LineAsString', 'a')",
    "SELECT * FROM (VALUES (1), (2))",
    "VALUES (1)",
    "SELECT * FROM numbers((SELECT count() FROM system.tables))",
    "SELECT 1 IN file('/etc/passwd')",
    # functions
    "SELECT file('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT FILE('/etc/passwd')",
    "SELECT joinGet('a.b', 'c', 1)",
    "SELECT dictGet('a', 'b', 1)",
    "SELECT catboostEvaluate('/a', 1)",
    "SELECT hostName()",
    "SELECT currentUser()",
    "SELECT getSetting('readonly')",
    "SELECT sleep(3)",
    "SELECT sleepEachRow(1) FROM numbers(100)",
    "SELECT throwIf(1)",
    "SELECT count() FROM spans WHERE throwIf(name = 'secret') = 0",
    "SELECT hasColumnInTable('127.0.0.1', 'default', '', 'system', 'tables', 'name')",
    "SELECT addressToLine(1)",
    "SELECT aiGenerate('a')",
    "SELECT * APPLY(sleep) FROM numbers(1)",
    "SELECT * APPLY(x -> file(x)) FROM numbers(1)",
    "SELECT COLUMNS('n') APPLY(hostName) FROM numbers(1)",
    "SELECT arrayMap(x -> sleep(x), [1])",
    "SELECT * REPLACE(hostName() AS number) FROM numbers(1)",
    "SELECT sum(number) OVER (ORDER BY sleep(1)) FROM numbers(1)",
    "SELECT sum(number) OVER (PARTITION BY hostName()) FROM numbers(1)",
    "SELECT sum(number) OVER (ORDER BY number ROWS BETWEEN sleep(1) PRECEDING AND CURRENT ROW) FROM numbers(1)",
    "SELECT sum(number) OVER w FROM numbers(1) WINDOW w AS (ORDER BY (SELECT count() FROM system.tables))",
    "SELECT quantile(sleep(1))(number) FROM numbers(1)",
    "SELECT number FROM numbers(1) ORDER BY number WITH FILL STEP sleep(1)",
    "SELECT number FROM numbers(1) ORDER BY number WITH FILL INTERPOLATE (number AS sleep(1))",
    "SELECT number FROM numbers(1) QUALIFY sleep(1)",
    "SELECT number FROM numbers(1) GROUP BY GROUPING SETS ((sleep(1)))",
    "SELECT number FROM numbers(1) LIMIT 1 BY sleep(1)",
    "SELECT DISTINCT ON (hostName()) number FROM numbers(1)",
    "SELECT number FROM numbers(1) LIMIT sleep(1)",
    "SELECT CASE sleep(1) WHEN 0 THEN 1 END",
    "SELECT INTERVAL sleep(1) DAY",
    "SELECT arrayReduce('sum', [sleep(1)])",
    "SELECT count() FILTER (WHERE sleep(1)) FROM numbers(1)",
    "SELECT 1 ORDER BY hostName()",
    "SELECT 1 GROUP BY hostName()",
    "SELECT 1 FROM numbers(1) ARRAY JOIN [hostName()] AS a",
    "SELECT CAST('a', 'AggregateFunction(sum, UInt64)')",
    "SELECT CAST('a', concat('Aggregate', 'Function(sum, UInt64)'))",
    "SELECT 'a'::AggregateFunction(sum, UInt64)",
    "SELECT sumState(1)",
    "SELECT [sumState(1)]",
    # lambdas in the place of the filter's functions
    "WITH (a, b) -> 1 AS equals SELECT count() FROM spans",
    "WITH ((a, b) -> true) AS `equals` SELECT count() FROM spans",
    "WITH x -> hostName() AS f SELECT f(1)",
    # not one SELECT
    "",
    " ",
    ";",
    "--",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE spans",
    "SELECT 1) FROM (SELECT 2",
    "SELECT 1) UNION ALL SELECT * FROM (SELECT 2",
    "INSERT INTO spans (name) VALUES ('a')",
    "INSERT INTO spans SELECT * FROM spans",
    "INSERT INTO FUNCTION file('/tmp/a.csv') SELECT 1",
    "CREATE TABLE a (b Int8) ENGINE = Memory",
    "CREATE VIEW a AS SELECT 1",
    "CREATE TEMPORARY TABLE a (b Int8)",
    "CREATE FUNCTION f AS x -> x",
    "CREATE DATABASE a",
    "CREATE USER a",
    "DROP TABLE spans",
    "TRUNCATE TABLE spans",
    "ALTER TABLE spans DELETE WHERE 1",
    "DELETE FROM spans WHERE 1",
    "UPDATE spans SET name = 'a' WHERE 1",
    "OPTIMIZE TABLE spans",
    "RENAME TABLE spans TO a",
    "ATTACH TABLE a",
    "DETACH TABLE spans",
    "BACKUP TABLE spans TO File('/tmp/a')",
    "DESCRIBE TABLE spans",
    "DESCRIBE TABLE system.tables",
    "SHOW TABLES",
    "SHOW CREATE TABLE spans",
    "SHOW PROCESSLIST",
    "EXISTS TABLE spans",
    "CHECK TABLE spans",
    "EXPLAIN SELECT 1",
    "EXPLAIN AST SELECT 1",
    "SELECT * FROM (EXPLAIN SELECT 1)",
    "SELECT * FROM (SHOW TABLES)",
    "SYSTEM SHUTDOWN",
    "SYSTEM FLUSH LOGS",
    "KILL QUERY WHERE 1",
    "SET max_execution_time = 0",
    "USE system",
    "GRANT ALL ON *.* TO default",
    "BEGIN TRANSACTION",
    "WATCH a",
    "HANDLER a",
    # ways out of the answer, and of the limits
    "SELECT 1 INTO OUTFILE '/tmp/watchglass_escaped'",
    "SELECT 1 INTO OUTFILE '/tmp/watchglass_escaped' TRUNCATE FORMAT CSV",
    "SELECT 1 FORMAT CSV",
    "SELECT 1 FORMAT Null",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 FORMAT JSON SETTINGS readonly = 0",
    "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)",
    "WITH x AS (SELECT 1 SETTINGS additional_table_filters = {}) SELECT * FROM x",
    "SELECT 1 UNION ALL SELECT 2 SETTINGS max_memory_usage = 0",
    "SELECT count() FROM spans SETTINGS additional_table_filters = {'a.b': '1'}",
    "SELECT count() FROM spans FINAL",
    "SELECT count() FROM spans SAMPLE 1 / 10",
    "SELECT {wg_project_id:String}",
    "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
    "SELECT " + "[" * 2_000 + "1" + "]" * 2_000,
    "SELECT " + "-" * 1 + "not " * 20_000 + "1",
    "SELECT '" + "x" * 100_001 + "'",
    "SELECT '\ud800'",
    "SELECT 1\0",
]


@pytest.mark.parametrize("query", ATTACKS, ids=lambda query: ascii(query[:60]))
def test_attack_is_refused(engine: Engine, query: str) -> None:
    """None of these runs, and each is answered as the user's mistake in the field `query`."""
    with pytest.raises(InvalidInput) as refusal:
        ask(engine, query)
    assert refusal.value.field == "query"
    assert refusal.value.detail
    assert not Path("/tmp/watchglass_escaped").exists()


SHADOWS = [
    "WITH spans AS (SELECT * FROM spans) SELECT count() FROM spans",
    "WITH spans AS (SELECT * FROM spans WHERE 1) SELECT count() FROM (SELECT * FROM spans) AS spans",
    "WITH 'other' AS project_id SELECT count() FROM spans",
    "WITH 'other' AS project_id SELECT count() FROM spans WHERE project_id = 'other' OR 1",
    "SELECT count() FROM spans WHERE project_id = 'other' OR 1",
    "SELECT count() FROM (SELECT 'other' AS project_id, name FROM spans)",
    "SELECT count() FROM spans AS other WHERE other.project_id != '' OR true",
    "SELECT count() FROM span_events",
    "SELECT uniq(a.span_id) FROM spans AS a LEFT JOIN spans AS b ON a.trace_id = b.trace_id",
    "SELECT count() FROM spans AS a WHERE exists(SELECT 1 FROM spans AS b WHERE b.span_id = a.span_id)",
    "SELECT count() FROM (SELECT name FROM spans UNION ALL SELECT name FROM spans WHERE 0)",
    "SELECT count() FROM (SELECT span_id FROM spans INTERSECT SELECT span_id FROM spans)",
    "WITH RECURSIVE r AS (SELECT span_id, 1 AS n FROM spans UNION ALL SELECT span_id, n + 1 FROM r WHERE n < 1) SELECT count() FROM r",
    "SELECT sum(span_count) FROM usage_minute",
    "SELECT sum(span_count) FROM usage_hour",
]


@pytest.mark.parametrize("query", SHADOWS)
def test_only_the_own_project_is_counted(engine: Engine, query: str) -> None:
    """Whatever the query calls things, 50 of the 100 spans are its project's."""
    two_projects(engine)
    assert first(engine, query) == 50


LEAKS = [
    "SELECT count() FROM spans WHERE name = 'secret'",
    "SELECT count() FROM span_events WHERE length(name) = 0 OR project_id = 'other'",
    "SELECT count() FROM spans WHERE toUInt64(replaceAll(replaceAll(name, 'mine', '1'), 'secret', 'leak')) != 1",
    "SELECT count() FROM spans WHERE duration_ns >= 0 AND toUInt8(replaceAll(name, 'mine', '1')) != 1",
    "SELECT sum(toUInt8(replaceAll(name, 'mine', '1')) - 1) FROM spans",
    "SELECT count() FROM spans AS a JOIN spans AS b ON toUInt8(replaceAll(a.name, 'mine', '1')) = b.duration_ns + 2",
    "SELECT countIf('secret' IN (SELECT name FROM spans)) FROM numbers(3)",
    "SELECT count() FROM span_events WHERE toUInt8(replaceAll(name, 'event', '1')) != 1",
]


@pytest.mark.parametrize("query", LEAKS)
def test_other_projects_rows_are_not_even_computed_on(engine: Engine, query: str) -> None:
    """Conditions that raise on a row, and so tell of it, never meet the other project's rows in the same granule."""
    two_projects(engine)
    assert first(engine, query) == 0


@pytest.mark.parametrize("lock", ["names", "filter"])
@pytest.mark.parametrize(
    "inner",
    [
        "SELECT count() AS n FROM spans",
        "SELECT count() AS n FROM span_events",
        "SELECT sum(span_count) AS n FROM usage_minute",
        "SELECT sum(span_count) AS n FROM usage_hour",
    ],
)
def test_each_lock_holds_alone(engine: Engine, inner: str, lock: str) -> None:
    """The SELECTs behind the names, and the engine's own filter, each keep the other project out by themselves."""
    two_projects(engine)
    settings = {"additional_table_filters": project_filters(engine.database, "p")} if lock == "filter" else {}
    query = with_relations(engine.database, inner) if lock == "names" else inner
    assert engine.query(query, {PROJECT_PARAMETER: "p"}, settings).column("n")[0].as_py() == 50


def test_filter_holds_where_names_are_got_round(engine: Engine) -> None:
    """A lambda that takes the place of `=` opens the second lock in ClickHouse 26.9; the third holds."""
    two_projects(engine)
    query = with_relations(engine.database, "WITH (a, b) -> 1 AS equals SELECT count() AS n FROM spans")
    settings = {"additional_table_filters": project_filters(engine.database, "p")}
    assert engine.query(query, {PROJECT_PARAMETER: "p"}, settings).column("n")[0].as_py() == 50


def test_read_only_setting_closes_files_and_writing(engine: Engine) -> None:
    """The fourth lock, alone: the engine itself refuses to read files, to call out and to write."""
    for statement in (
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'a String')",
        "SELECT * FROM remote('127.0.0.1:1', system.one)",
    ):
        with pytest.raises(StoreError, match="readonly"):
            engine.query(statement, settings={"readonly": 1})


def test_busy_sandbox_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all places are taken the statement waits for a while and is then told to come again; the place is given back."""
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(sql_sandbox, "_places", places)
    monkeypatch.setattr(sql_sandbox, "MAX_WAIT_S", 0.05)
    with places, pytest.raises(Unavailable) as refusal:
        ask(engine, "SELECT 1")
    assert refusal.value.cause == "sql_busy"
    with pytest.raises(InvalidInput):
        ask(engine, "SELECT nothing")
    assert first(engine, "SELECT 1") == 1


def test_filter_survives_a_hostile_project_name(engine: Engine) -> None:
    """A project's id is text to the filter, whatever its letters."""
    two_projects(engine)
    answer = run_sql(engine, "' OR 1 = 1 --\\", "SELECT count() FROM spans", {}, LIMITS)
    assert answer.table.column(0)[0].as_py() == 0


def test_every_documented_table_can_be_read(engine: Engine) -> None:
    """Each table of the vocabulary and each view answers with its documented columns."""
    for name in relation_names():
        readable = [field.name for field in load_fields().get(name, ()) if "AggregateFunction(q" not in field.type]
        columns = ", ".join(readable) or "*"
        answer = ask(engine, f"SELECT {columns} FROM {name}")
        assert len(answer.types) == (len(readable) or 8)


def test_view_is_written_out_as_the_schema_has_it(engine: Engine) -> None:
    """The sandbox's span_events gives the columns of the schema's view, in its order."""
    described = engine.query("DESCRIBE TABLE span_events").column("name").to_pylist()
    sandboxed = relations(engine.database)["span_events"]
    written = engine.query(f"DESCRIBE TABLE ({sandboxed})", {"wg_project_id": "p"}).column("name").to_pylist()
    assert written == described


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT count() FROM spans", 50),
        ("select COUNT(*) from spans where name like 'm%' -- all of them", 50),
        ("SELECT count() FROM spans;", 50),
        ("WITH x AS (SELECT name FROM spans) SELECT uniqExact(name) FROM x", 1),
        ("SELECT n FROM (SELECT sum(duration_ns) OVER (PARTITION BY name) AS n FROM spans) LIMIT 1", 50 * 10**9),
        ("SELECT CASE WHEN 1 = 1 THEN 'a' ELSE 'b' END", "a"),
        ("SELECT max(x) FROM (SELECT arrayJoin([1, 2, 3]) AS x)", 3),
        ("SELECT 'system.tables FROM (SELECT ;'", "system.tables FROM (SELECT ;"),
        ("SELECT length('\\'\\\\n')", 3),
        ("SELECT n FROM (SELECT max(number) OVER (ORDER BY number) AS n FROM numbers(3)) ORDER BY n DESC", 2),
        ("SELECT * APPLY(max) FROM numbers(3)", 2),
        ("SELECT 1 AS `a\n.b`", 1),
        ("SELECT sum(number) FROM numbers(10) WHERE number IN (SELECT arrayJoin([2, 3]))", 5),
        ("SELECT quantileTDigestMerge(0.5)(s) FROM (SELECT quantileTDigestState(0.5)(duration_ns) AS s FROM spans)", 1e9),
        ("SELECT countIf(start_time > toDateTime('2020-01-01') - INTERVAL 1 DAY) FROM spans", 50),
    ],
)
def test_honest_query_is_answered(engine: Engine, query: str, answer: object) -> None:
    """Aggregates, windows, subqueries, common tables, strings and comments work as in ClickHouse."""
    two_projects(engine)
    assert first(engine, query) == answer


@pytest.mark.parametrize(
    ("query", "parameters", "answer"),
    [
        ("SELECT {n:UInt64}", {"n": 2**64 - 1}, 2**64 - 1),
        ("SELECT {s:String}", {"s": "a'b\\c\nd"}, "a'b\\c\nd"),
        ("SELECT count() FROM spans WHERE name = {name:String}", {"name": "mine' OR 1 = 1 --"}, 0),
        ("SELECT count() FROM spans WHERE name IN {names:Array(String)}", {"names": ["mine", "secret"]}, 50),
        ("SELECT {x:Float64} + {y:Nullable(Int8)}", {"x": 0.5, "y": 1}, 1.5),
    ],
)
def test_parameters_are_bound(engine: Engine, query: str, parameters: dict[str, Parameter], answer: object) -> None:
    """A placeholder takes its value as a value, whatever is in it."""
    two_projects(engine)
    assert first(engine, query, parameters) == answer


@pytest.mark.parametrize(("query", "parameters"), [("SELECT {a:UInt8}", {}), ("SELECT 1", {"a": 1})])
def test_parameters_must_agree_with_the_query(engine: Engine, query: str, parameters: dict[str, Parameter]) -> None:
    """A placeholder without a value and a value without a placeholder are both said."""
    with pytest.raises(InvalidInput) as refusal:
        ask(engine, query, parameters)
    assert refusal.value.field == "parameters"


def test_parse_error_says_where(engine: Engine) -> None:
    """A syntax error names line and column of the user's own text."""
    with pytest.raises(InvalidInput, match=r"line 2, column 22: Syntax error near x"):
        ask(engine, "SELECT 1\nFROM spans WHERE AND x =")


def test_order_is_kept(engine: Engine) -> None:
    """The statement's ORDER BY is the answer's order."""
    numbers = ask(engine, "SELECT number FROM numbers_of ORDER BY number DESC".replace("numbers_of", "numbers(900)"))
    assert numbers.table.column(0).to_pylist() == list(range(899, -1, -1))


def test_rows_over_the_limit_are_cut_and_said(engine: Engine) -> None:
    """One row more than the limit makes the answer truncated; exactly the limit does not."""
    limits = SqlLimits(time_s=10.0, memory_bytes=10**9, rows=10)
    answers = [ask(engine, f"SELECT number FROM numbers({count})", limits=limits) for count in (10, 11)]
    assert [(answer.table.num_rows, answer.is_truncated) for answer in answers] == [(10, False), (10, True)]


def test_no_rows_still_have_columns(engine: Engine) -> None:
    """An answer without rows names its columns and their types."""
    answer = ask(engine, "SELECT name, duration_ns FROM spans")
    assert (answer.table.column_names, answer.types) == (["name", "duration_ns"], ("LowCardinality(String)", "UInt64"))


def test_slow_query_is_stopped(engine: Engine) -> None:
    """A query over its time ends soon after, and the next one runs."""
    started_s = time.monotonic()
    with pytest.raises(TooExpensive, match=r"(?i)time"):
        ask(engine, "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)", limits=SqlLimits(1.0, 10**9, 10))
    assert time.monotonic() - started_s < 8
    assert first(engine, "SELECT 1") == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT groupArray(number) FROM numbers(1000000000)",
        "SELECT uniqExact(number) FROM numbers(1000000000)",
        "SELECT length(arrayMap(x -> x * 2, range(400000000)))",
        "SELECT repeat('x', 1000000) FROM numbers(1000)",
        "SELECT (SELECT groupArray(number) FROM numbers(1000000000))",
    ],
)
def test_hungry_query_is_stopped(engine: Engine, query: str) -> None:
    """A query over its memory is refused as too expensive, or for its size."""
    with pytest.raises((TooExpensive, InvalidInput)):
        ask(engine, query, limits=SqlLimits(20.0, 200_000_000, 1000))


def test_percentiles_of_a_rollup_can_be_read(engine: Engine) -> None:
    """As docs/sql.md says: from the counts by bucket, to 2.2 %; the counts themselves are an object in JSON."""
    insert_rows(engine, "spans", [span(1, number, duration_ns=(number + 1) * 10**6) for number in range(101)])
    answer = ask(
        engine,
        "SELECT sum(span_count) AS spans, "
        "quantileExactWeightedInterpolatedArray(0.95)(mapKeys(duration_buckets), mapValues(duration_buckets)) AS bucket, "
        "exp2((bucket + 0.5) / 16) - 1 AS duration_p95_ns, sumMap(duration_buckets) AS counts FROM usage_hour",
    )
    [[spans, _, duration_p95_ns, counts]] = json_rows(answer.table, answer.types)
    assert (spans, duration_p95_ns) == (101, pytest.approx(96e6, rel=0.0222))
    assert sum(counts.values()) == 101
    assert counts["318"] == 1  # 1 ms: 2^(318/16) - 1 ns is 0.958 ms
