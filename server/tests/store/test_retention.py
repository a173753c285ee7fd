"""Retention: old rows really go, the rest stays, and nothing happens when nothing changed."""

import time

import pyarrow as pa
import pytest
from pydantic import ValidationError

from doubles.batches import span_batch
from watchglass.errors import StoreError
from watchglass.settings import Settings
from watchglass.store.engine import Engine
from watchglass.store.retention import apply_retention, complete_since_ns

DAY_NS = 86_400 * 10**9
TABLES = ["spans", "trace_minute", "logs", "metric_points", "scores", "readings", "usage_minute", "usage_hour"]


def now_ns(engine: Engine) -> int:
    """The engine's time, by which it deletes."""
    return int(engine.query("SELECT toUnixTimestamp64Nano(now64(9)) AS v").column("v")[0].as_py())


def names(engine: Engine) -> list[str]:
    """Names of the spans left after a full merge."""
    for attempt in range(100):
        try:
            engine.execute("OPTIMIZE TABLE spans FINAL", settings={"optimize_throw_if_noop": 1})
            break
        except StoreError:  # merges of other tests' tables have the threads
            if attempt == 99:
                raise
            time.sleep(0.1)
    return engine.query("SELECT name FROM spans ORDER BY name").column("name").to_pylist()


def insert_aged(engine: Engine, ages_days: list[float]) -> None:
    """Store a span a given age, named after it, each in a part of its own."""
    now = now_ns(engine)
    for age_days in ages_days:
        engine.insert("spans", span_batch(1, name=f"{age_days:g}", received_at_ns=now - int(age_days * DAY_NS)))


def test_rows_older_than_the_days_go_and_the_rest_stays(engine: Engine) -> None:
    """With 30 days, spans that came 31 and 100 days ago are deleted by a merge; those of 0 and 28 days stay."""
    apply_retention(engine, Settings(retention_spans_days=30))
    insert_aged(engine, [0, 28, 32, 100])
    assert names(engine) == ["0", "28"]


def test_shorter_retention_reaches_rows_stored_before(engine: Engine) -> None:
    """Shortening the days deletes rows that were stored under the longer rule, and lengthening them deletes none."""
    apply_retention(engine, Settings(retention_spans_days=90))
    insert_aged(engine, [0, 5, 60])
    assert names(engine) == ["0", "5", "60"]
    apply_retention(engine, Settings(retention_spans_days=400))
    assert names(engine) == ["0", "5", "60"]
    apply_retention(engine, Settings(retention_spans_days=10))
    assert names(engine) == ["0", "5"]


def test_zero_keeps_for_ever(engine: Engine) -> None:
    """Zero days removes the rule: a row of 20 years ago stays."""
    everything = {f"retention_{table}_days": 0 for table in TABLES if table != "trace_minute"}
    apply_retention(engine, Settings(retention_spans_days=30))
    assert "spans" in apply_retention(engine, Settings(**everything))
    insert_aged(engine, [0, 7300])
    assert names(engine) == ["0", "7300"]


@pytest.mark.parametrize(
    "start", ["1970-01-01 00:00:01", "1985-05-05 00:00:00", "2105-01-01 00:00:00", "2262-01-01 00:00:00"]
)
def test_absurd_start_does_not_decide(engine: Engine, start: str) -> None:
    """A span is kept by its arrival: an absurd start neither deletes it at once nor keeps it for ever."""
    apply_retention(engine, Settings(retention_spans_days=30))
    for age_days in (1, 40):
        row = span_batch(1, name=f"{age_days}", received_at_ns=now_ns(engine) - age_days * DAY_NS)
        index = row.schema.get_field_index("start_time")
        engine.insert(
            "spans",
            row.set_column(
                index, "start_time", pa.array([start]).cast(pa.timestamp("ns")).cast(pa.timestamp("ns", "UTC"))
            ),
        )
    assert names(engine) == ["1"]


def test_usage_goes_by_its_own_days(engine: Engine) -> None:
    """Usage by the minute goes after its days while usage by the hour stays, and the spans too."""
    apply_retention(engine, Settings(retention_usage_minute_days=7, retention_usage_hour_days=700))
    insert_aged(engine, [0, 20])
    for table in ("usage_minute", "usage_hour"):
        engine.execute(f"OPTIMIZE TABLE {table} FINAL")
    kept = [
        engine.query(f"SELECT sum(span_count) AS n FROM {table}").column("n")[0].as_py()
        for table in ("usage_minute", "usage_hour")
    ]
    assert kept == [1, 2]
    assert names(engine) == ["0", "20"]


def test_what_traces_came_to_goes_with_their_spans(engine: Engine) -> None:
    """Rows of traces are deleted by the arrival of their spans, whatever these say of their start."""
    apply_retention(engine, Settings(retention_spans_days=30))
    insert_aged(engine, [0, 20, 40])
    engine.execute("OPTIMIZE TABLE trace_minute FINAL")
    assert engine.query("SELECT sum(span_count) AS n FROM trace_minute").column("n")[0].as_py() == 2


def test_same_settings_change_nothing(engine: Engine) -> None:
    """The first start writes every rule, the second none; one changed setting changes one table."""
    assert apply_retention(engine, Settings()) == TABLES
    assert apply_retention(engine, Settings()) == []
    assert apply_retention(engine, Settings(retention_logs_days=3)) == ["logs"]


def test_days_that_overflow_are_refused() -> None:
    """Days so many that ClickHouse's 32-bit time would wrap, and so delete everything, are refused as a setting."""
    Settings(retention_spans_days=18_250)
    with pytest.raises(ValidationError, match="retention_spans_days"):
        Settings(retention_spans_days=40_000)


def test_complete_since_is_the_shorter_of_spans_and_minutes() -> None:
    """Spans and minutes are both complete from the shorter of their retentions on; for ever when both are."""
    settings = Settings(retention_spans_days=10, retention_usage_minute_days=0)
    assert complete_since_ns(settings, 100 * DAY_NS) == 90 * DAY_NS
    assert complete_since_ns(Settings(retention_spans_days=0, retention_usage_minute_days=0), 100 * DAY_NS) == 0
