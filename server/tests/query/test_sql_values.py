"""How ClickHouse's values come out as JSON."""

import pytest

from watchglass.query.sql_sandbox import SqlLimits, run_sql
from watchglass.query.sql_values import json_rows, split_type
from watchglass.store.engine import Engine

LIMITS = SqlLimits(time_s=10.0, memory_bytes=10**9, rows=2000)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("toUInt64(18446744073709551615)", 2**64 - 1),
        ("toInt64(-9223372036854775808)", -(2**63)),
        ("toInt128(-5)", "-5"),
        ("toUInt256(5)", "5"),
        ("toDecimal64(1.5, 3)", "1.500"),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("nan", None),
        ("-inf", None),
        ("CAST(NULL, 'Nullable(UInt8)')", None),
        ("NULL", None),
        ("true", True),
        ("'ü'", "ü"),
        ("unhex('41ff')", "A\ufffd"),
        ("toFixedString('ab', 3)", "ab\0"),
        ("toLowCardinality('a')", "a"),
        ("toDate('2026-01-02')", "2026-01-02"),
        ("toDateTime('2026-01-02 03:04:05', 'UTC')", "2026-01-02T03:04:05.000000000Z"),
        ("toDateTime64('2026-01-02 03:04:05.123456789', 9, 'UTC')", "2026-01-02T03:04:05.123456789Z"),
        ("toDateTime64('2026-01-02 03:04:05.123', 3, 'UTC')", "2026-01-02T03:04:05.123000000Z"),
        ("CAST(NULL, 'Nullable(DateTime(\\'UTC\\'))')", None),
        ("toUUID('00000000-0000-0000-0000-0000000000ff')", "00000000-0000-0000-0000-0000000000ff"),
        ("toIPv4('1.2.3.4')", "1.2.3.4"),
        ("toIPv6('::1')", "::1"),
        ("CAST('b', 'Enum8(\\'a, )\\' = 1, \\'b\\' = 2)')", "b"),
        ("[NULL, 1, 2]", [None, 1, 2]),
        ("[[1], [], [2, 3]]", [[1], [], [2, 3]]),
        ("[]", []),
        ("[toDateTime(0, 'UTC')]", ["1970-01-01T00:00:00.000000000Z"]),
        ("[nan, 1.5]", [None, 1.5]),
        ("map('a', [toDateTime(0, 'UTC')])", {"a": ["1970-01-01T00:00:00.000000000Z"]}),
        ("map(1, 'x')", {"1": "x"}),
        ("(1, 'a')", [1, "a"]),
        ("CAST((1, 'a'), 'Tuple(x UInt8, `y z` String)')", {"x": 1, "y z": "a"}),
        ("[(1, toIPv4('1.2.3.4'))]", [[1, "1.2.3.4"]]),
        ("'{\"a\": [1]}'::JSON", {"a": [1]}),
        ("INTERVAL 2 DAY", 2),
        ("1::Variant(UInt8, String)", 1),
    ],
)
def test_value_keeps_its_meaning(engine: Engine, expression: str, value: object) -> None:
    """Each type comes out as the JSON value that says the same, also between rows of others."""
    answer = run_sql(engine, "p", f"SELECT {expression} AS v FROM numbers(2)", {}, LIMITS)
    assert json_rows(answer.table, answer.types) == [[value], [value]]


def test_columns_of_the_same_name_stay_two(engine: Engine) -> None:
    """Rows are lists, so that equal names lose nothing."""
    answer = run_sql(engine, "p", "SELECT a.number, b.number FROM numbers(1) AS a, numbers(1, 1) AS b", {}, LIMITS)
    assert json_rows(answer.table, answer.types) == [[0, 1]]


def test_rows_of_many_blocks_stay_in_order(engine: Engine) -> None:
    """Results of several blocks come out whole, also for types whose blocks cannot be put together."""
    query = "SELECT number, if(number % 2 = 0, number::Variant(UInt64, String), 'odd'::Variant(UInt64, String)) AS v FROM numbers(900)"
    answer = run_sql(engine, "p", f"{query} UNION ALL {query}", {}, LIMITS)
    assert sorted(json_rows(answer.table, answer.types))[:4] == [[0, 0], [0, 0], [1, "odd"], [1, "odd"]]


def test_types_are_on_one_line(engine: Engine) -> None:
    """A tuple with names is not laid out over lines."""
    answer = run_sql(engine, "p", "SELECT CAST((1, 'a'), 'Tuple(x UInt8, y String)') AS v", {}, LIMITS)
    assert answer.types == ("Tuple(x UInt8, y String)",)


def test_type_is_split_at_its_own_commas() -> None:
    """Commas and parentheses in inner types and in quotes are not the outer type's."""
    assert split_type("Tuple(a Map(String, UInt8), b Enum8('x, (' = 1))") == (
        "Tuple",
        ["a Map(String, UInt8)", "b Enum8('x, (' = 1)"],
    )
