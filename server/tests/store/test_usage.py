"""Usage is complete and counted once, also after a view failed or a process died between the parts of a commit."""

import pyarrow as pa
import pytest

from doubles.batches import RECEIVED_AT_NS, span_batch
from watchglass.errors import StoreError
from watchglass.store.engine import Engine
from watchglass.store.migrate import load_migrations, statements
from watchglass.store.usage import add_missing_usage

COMMIT_MS = RECEIVED_AT_NS // 1_000_000


def counted(engine: Engine) -> dict[str, int]:
    """Spans by the table that counts them."""
    sources = {"spans": "count()", "usage_minute": "sum(span_count)", "usage_hour": "sum(span_count)", "trace_minute": "sum(span_count)"}
    return {
        table: int(engine.query(f"SELECT {count} AS n FROM {table}").column("n")[0].as_py())
        for table, count in sources.items()
    }


def rolled_up(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """Every column of the rollups that follow others, but for the time of the commit."""
    columns = "* EXCEPT (last_received_at) APPLY (x -> hex(toString(x)))"
    return {
        table: engine.query(f"SELECT {columns} FROM {table} ORDER BY ALL").to_pylist() for table in ("usage_hour", "trace_minute")
    }


def commit(engine: Engine, count: int, received_at_ms: int) -> None:
    """Commit spans at a time of their own; the start of the spans is the same."""
    engine.insert("spans", span_batch(count, received_at_ns=received_at_ms * 1_000_000))


@pytest.mark.parametrize("cut", ["usage_minute_view", "usage_hour_view", "trace_minute_view"])
def test_commit_cut_short_is_completed_once(embedded_engine: Engine, cut: str) -> None:
    """When the process died before usage by the minute or by the hour was stored, it is added, and not twice."""
    commit(embedded_engine, 5, COMMIT_MS)
    embedded_engine.execute(f"DETACH TABLE {cut}")
    commit(embedded_engine, 3, COMMIT_MS + 1)
    embedded_engine.execute(f"ATTACH TABLE {cut}")
    assert 5 in counted(embedded_engine).values()
    assert add_missing_usage(embedded_engine, COMMIT_MS + 1) != []
    assert counted(embedded_engine) == {"spans": 8, "usage_minute": 8, "usage_hour": 8, "trace_minute": 8}
    assert add_missing_usage(embedded_engine, COMMIT_MS + 1) == []
    assert counted(embedded_engine) == {"spans": 8, "usage_minute": 8, "usage_hour": 8, "trace_minute": 8}


def test_added_usage_is_what_the_view_would_have_made(embedded_engine: Engine) -> None:
    """Every column of usage added later equals that of usage added by the view."""
    commit(embedded_engine, 4, COMMIT_MS)
    expected = rolled_up(embedded_engine)
    for cut in ("usage_minute_view", "usage_hour_view", "trace_minute_view"):
        for table in counted(embedded_engine):
            embedded_engine.execute(f"TRUNCATE TABLE {table} SYNC")
        embedded_engine.execute(f"DETACH TABLE {cut}")
        commit(embedded_engine, 4, COMMIT_MS)
        embedded_engine.execute(f"ATTACH TABLE {cut}")
        add_missing_usage(embedded_engine, COMMIT_MS)
        assert rolled_up(embedded_engine) == expected


def test_spans_stored_before_a_rollup_are_filled_in(engine: Engine) -> None:
    """A store from before sessions and users were rolled up is brought to the same rows, also when each step is tried twice."""
    commit(engine, 4, COMMIT_MS)
    commit(engine, 3, COMMIT_MS + 1)
    engine.execute("OPTIMIZE TABLE trace_minute FINAL")
    expected = rolled_up(engine)["trace_minute"]
    assert expected
    migrations = [it for it in load_migrations() if "trace_minute" in it.name for _ in range(2)]
    engine.execute("DROP TABLE trace_minute_view SYNC")
    engine.execute("DROP TABLE trace_minute SYNC")
    for migration in migrations:
        for statement in statements(migration, engine.database):
            engine.execute(statement)
    engine.execute("OPTIMIZE TABLE trace_minute FINAL")
    assert rolled_up(engine)["trace_minute"] == expected
    commit(engine, 2, COMMIT_MS + 2)
    assert counted(engine)["trace_minute"] == 9


def test_complete_commit_is_left_alone(embedded_engine: Engine) -> None:
    """Nothing is added for a commit that came to its end, nor for one of which nothing was stored."""
    commit(embedded_engine, 5, COMMIT_MS)
    assert add_missing_usage(embedded_engine, COMMIT_MS) == []
    assert add_missing_usage(embedded_engine, COMMIT_MS + 1) == []
    assert counted(embedded_engine) == {"spans": 5, "usage_minute": 5, "usage_hour": 5, "trace_minute": 5}


def test_rollup_that_is_full_is_completed_later(embedded_engine: Engine) -> None:
    """While the rollup cannot be written the error is told; when it can, the usage is added once."""
    embedded_engine.execute("DETACH TABLE usage_minute_view")
    commit(embedded_engine, 3, COMMIT_MS)
    embedded_engine.execute("ATTACH TABLE usage_minute_view")
    embedded_engine.execute("DETACH TABLE usage_minute")
    with pytest.raises(StoreError):
        add_missing_usage(embedded_engine, COMMIT_MS)
    embedded_engine.execute("ATTACH TABLE usage_minute")
    add_missing_usage(embedded_engine, COMMIT_MS)
    assert counted(embedded_engine) == {"spans": 3, "usage_minute": 3, "usage_hour": 3, "trace_minute": 3}


def test_times_of_many_months_are_one_commit(engine: Engine) -> None:
    """Spans whose starts are spread over a thousand months are taken, and counted."""
    batch = span_batch(1000)
    starts = pa.array([month * 30 * 86_400 * 10**9 for month in range(1000)], pa.timestamp("ns", "UTC"))
    engine.insert("spans", batch.set_column(batch.schema.get_field_index("start_time"), "start_time", starts))
    assert counted(engine) == {"spans": 1000, "usage_minute": 1000, "usage_hour": 1000, "trace_minute": 1000}
