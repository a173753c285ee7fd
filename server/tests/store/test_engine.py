"""What both engines promise: the same answers, the same errors, one insert all or nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from doubles.batches import span_batch
from watchglass.errors import StoreError, TooExpensive
from watchglass.store.engine import Engine, Parameter


def counted(engine: Engine) -> int:
    """How many spans are stored."""
    return int(engine.query("SELECT count() AS n FROM spans").column("n")[0].as_py())


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("String", "tab\t line\n quote' backslash\\ percent % {x:String} ü 語 🦊"),
        ("String", ""),
        ("String", "x" * 20_000),
        ("UInt64", 2**64 - 1),
        ("Int64", -(2**63)),
        ("Float64", 1e-300),
        ("Bool", True),
        ("Array(String)", ["a'b", "c\\d", "e\nf", ""]),
        ("Array(UInt64)", list(range(2000))),
        ("Array(Float64)", [0.5, -1e10]),
        ("Array(String)", []),
    ],
)
def test_parameter_arrives_as_given(engine: Engine, type_name: str, value: Parameter) -> None:
    """A bound value reaches the store unchanged, whatever characters it has and however long it is."""
    table = engine.query(f"SELECT {{v:{type_name}}} AS v", {"v": value})
    assert table.column("v").to_pylist() == [value]


def test_percent_sign_in_text_is_plain(engine: Engine) -> None:
    """SQL with percent signs and parameters that it does not name runs as written."""
    assert engine.query("SELECT 'a%sb %(x)s' AS v", {"x": "unused"}).column("v").to_pylist() == ["a%sb %(x)s"]


def test_types_come_back_as_arrow_types(engine: Engine) -> None:
    """Both engines answer with the same Arrow types: text as string, times in UTC with their precision."""
    table = engine.query(
        "SELECT 'a' AS text, toLowCardinality('b') AS low, [toLowCardinality('c')] AS lows, "
        "map(toLowCardinality('k'), 'v') AS text_map, map(toLowCardinality('k'), true) AS bool_map, "
        "toDateTime64('2026-01-02 03:04:05.123456789', 9, 'UTC') AS nanos, "
        "toDateTime64('2026-01-02 03:04:05.123', 3, 'UTC') AS millis, CAST(NULL AS Nullable(UInt64)) AS absent, "
        "true AS yes, nan AS not_a_number"
    )
    text_map = pa.map_(pa.string(), pa.field("value", pa.string(), nullable=False))
    assert [
        table.schema.field(name).type for name in ("text", "low", "lows", "text_map", "nanos", "millis", "absent")
    ] == [
        pa.string(),
        pa.string(),
        pa.list_(pa.field("item", pa.string(), nullable=False)),
        text_map,
        pa.timestamp("ns", "UTC"),
        pa.timestamp("ms", "UTC"),
        pa.uint64(),
    ]
    row = table.to_pylist()[0]
    assert row["lows"] == ["c"]
    assert row["bool_map"] == [("k", True)]
    assert row["absent"] is None
    assert row["yes"] is True
    assert row["not_a_number"] != row["not_a_number"]
    assert table.column("nanos").cast(pa.int64()).to_pylist() == [1767323045123456789]


def test_time_without_a_zone_is_utc(engine: Engine) -> None:
    """A time written without a zone means UTC, wherever the server stands."""
    table = engine.query("SELECT toUnixTimestamp(toDateTime('1970-01-02 00:00:00')) AS v, timezone() AS zone")
    assert table.to_pylist() == [{"v": 86400, "zone": "UTC"}]


def test_no_rows_keep_their_columns(engine: Engine) -> None:
    """An empty result still says its columns."""
    assert engine.query("SELECT name, duration_ns FROM spans").schema.names == ["name", "duration_ns"]


def test_unqualified_names_are_of_the_database(engine: Engine) -> None:
    """Queries see the engine's database as the current one."""
    assert engine.query("SELECT currentDatabase() AS v").column("v").to_pylist() == [engine.database]


def test_refused_statement_carries_the_code(engine: Engine) -> None:
    """A statement that ClickHouse refuses raises StoreError with ClickHouse's code and words, and no address."""
    with pytest.raises(StoreError, match=r"^Code: 60\. DB::Exception: .*absent_table") as caught:
        engine.query("SELECT * FROM absent_table")
    assert caught.value.code == 60
    assert "http" not in str(caught.value)
    with pytest.raises(StoreError) as caught:
        engine.execute("CREATE TABLE spans (x UInt8) ENGINE = Memory")
    assert caught.value.code == 57


def test_failed_query_leaves_nothing_behind(engine: Engine) -> None:
    """After a query that failed while it ran, every later one is answered in full."""
    with pytest.raises(StoreError):
        engine.query("SELECT throwIf(number > 5) FROM numbers(10)")
    assert [engine.query("SELECT 1 AS v").to_pylist() for _ in range(20)] == [[{"v": 1}]] * 20


@pytest.mark.parametrize(
    ("sql", "settings"),
    [
        ("SELECT count() FROM numbers(100000000000)", {"max_execution_time": 0.2}),
        ("SELECT number FROM numbers(1000)", {"max_result_rows": 10, "result_overflow_mode": "throw"}),
        ("SELECT groupArray(number) FROM numbers(100000000)", {"max_memory_usage": 10_000_000}),
    ],
)
def test_limit_raises_too_expensive(engine: Engine, sql: str, settings: dict[str, str | int | float]) -> None:
    """A query that reaches a limit of time, rows or memory raises TooExpensive."""
    with pytest.raises(TooExpensive):
        engine.query(sql, settings=settings)


def test_settings_hold_for_one_statement(engine: Engine) -> None:
    """A setting given with one query is gone in the next, on every connection."""
    engine.query("SELECT 1", settings={"max_block_size": 7})
    for _ in range(12):
        value = engine.query("SELECT toUInt64(getSetting('max_block_size')) AS v").column("v")[0].as_py()
        assert value != 7


def test_text_setting_is_quoted(engine: Engine) -> None:
    """A text setting may hold quotes."""
    value = "it's \\ a test"
    table = engine.query("SELECT getSetting('log_comment') AS v", settings={"log_comment": value})
    assert table.column("v").to_pylist() == [value]


def test_insert_is_all_or_nothing(engine: Engine) -> None:
    """A batch of which one column cannot be taken stores nothing; the next batch is stored."""
    good = span_batch(10)
    bad = good.append_column("duration_ns", pa.array(["long"] * 10))
    with pytest.raises(StoreError):
        engine.insert("spans", bad)
    assert counted(engine) == 0
    engine.insert("spans", good)
    assert counted(engine) == 10


def test_insert_of_one_batch_is_one_part(engine: Engine) -> None:
    """However many rows a batch has, it becomes one part, and so is committed at once."""
    engine.insert("spans", span_batch(200_000))
    parts = engine.query(
        "SELECT count() AS n FROM system.parts WHERE database = {d:String} AND table = 'spans' AND level = 0 "
        "AND rows = 200000",
        {"d": engine.database},
    )
    assert parts.column("n").to_pylist() == [1]


def test_insert_raises_when_a_view_of_the_table_fails(engine: Engine) -> None:
    """What comes after the table itself counts too: a failed view is an error, not a silent loss."""
    engine.execute("CREATE TABLE taken (x UInt8) ENGINE = MergeTree ORDER BY x")
    engine.execute("CREATE MATERIALIZED VIEW failing TO taken AS SELECT throwIf(name = 'chat') AS x FROM spans")
    with pytest.raises(StoreError) as caught:
        engine.insert("spans", span_batch(3))
    assert caught.value.code == 395
    engine.insert("spans", span_batch(3, name="search"))


def test_insert_into_absent_table_raises(engine: Engine) -> None:
    """Inserting into a table that is not there raises StoreError with the code."""
    with pytest.raises(StoreError) as caught:
        engine.insert("absent_table", span_batch(1))
    assert caught.value.code == 60


def test_threads_share_the_engine(engine: Engine) -> None:
    """Twenty threads query and insert at once; every answer belongs to its question."""
    barrier = threading.Barrier(20)

    def work(number: int) -> int:
        barrier.wait()
        engine.insert("spans", span_batch(5, name=f"name-{number}"))
        table = engine.query(
            "SELECT {v:UInt64} AS v, count() AS n FROM spans WHERE name = {name:String}",
            {"v": number, "name": f"name-{number}"},
        )
        assert table.to_pylist() == [{"v": number, "n": 5}]
        return number

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(work, range(20))) == list(range(20))
    assert counted(engine) == 100
