"""Logs over time by level: what is counted, and what is said when there was no time for all of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import pyarrow as pa
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, log
from watchglass.clock import FixedClock
from watchglass.errors import InvalidInput, TooExpensive
from watchglass.query import log_histogram
from watchglass.query.filter import parse
from watchglass.query.log_histogram import LEVELS, LogHistogram, count_logs
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.store.engine import Engine, Parameter

HOUR = Scope("p", NOW_NS - 3600 * SECOND_NS, NOW_NS)
STILL = FixedClock(NOW_NS).monotonic_s


@pytest.fixture
def any_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the range held too many records to be counted at once."""
    monkeypatch.setattr(log_histogram, "FEW_ROWS", -1)


def counted(engine: Engine, filter_text: str = "", clock: Callable[[], float] = STILL, budget_s: float | None = 1.0) -> LogHistogram:
    """Count the last hour by minutes."""
    return count_logs(Reader(engine, 10, 2**30), HOUR, parse(filter_text), 60, NOW_NS, clock, budget_s)


def totals(found: LogHistogram) -> dict[str, int]:
    """Records of each level that has some."""
    sums = {level: sum(value or 0 for value in values) for level, values in found.counts.items()}
    return {level: value for level, value in sums.items() if value}


def test_records_are_counted_by_the_level_that_filters_know(engine: Engine) -> None:
    """Number before text, text where there is no number, `other` for neither; the counts are those of `level:`."""
    said = [{"severity_number": number} for number in (1, 4, 5, 9, 12, 13, 17, 21, 24, 255)]
    said += [{"severity_text": "Warn"}, {"severity_text": "notice"}, {}]
    insert_rows(engine, "logs", [log(-30 - 60 * position, **columns) for position, columns in enumerate(said)])
    insert_rows(engine, "logs", [log(-3700, severity_number=9), log(-30, project_id="q", severity_number=9)])
    found = counted(engine)
    assert totals(found) == {"trace": 2, "debug": 1, "info": 2, "warn": 2, "error": 1, "fatal": 3, "other": 2}
    assert {level: totals(counted(engine, f"level:{level}")).get(level) for level in LEVELS[:-1]} == {
        level: totals(found)[level] for level in LEVELS[:-1]
    }


def test_each_record_is_in_its_bucket(engine: Engine) -> None:
    """A bucket begins at a multiple of the interval and holds what is from there to before the next."""
    bucket_ns = NOW_NS // (60 * SECOND_NS) * 60 * SECOND_NS
    times = [bucket_ns - 1, bucket_ns, bucket_ns - 600 * SECOND_NS]
    insert_rows(engine, "logs", [{**log(), "time": time_ns, "severity_number": 9} for time_ns in times])
    found = counted(engine)
    by_time = dict(zip(found.times_ns, found.counts["info"], strict=True))
    assert {time_ns - bucket_ns: value for time_ns, value in by_time.items() if value} == {
        -600 * SECOND_NS: 1, -60 * SECOND_NS: 1, 0: 1,
    }  # fmt: skip
    assert found.counted_since_ns is None


def test_few_records_are_counted_whatever_the_time(engine: Engine) -> None:
    """A machine that is busy does not make fifty records too many."""
    insert_rows(engine, "logs", [log(-30 - 60 * minute, severity_number=9) for minute in range(50)])
    ticks = (float(tick) for tick in count())
    found = counted(engine, clock=lambda: next(ticks), budget_s=0.1)
    assert (totals(found), found.counted_since_ns) == ({"info": 50}, None)


@pytest.mark.usefixtures("any_are_many")
def test_newest_are_counted_first_when_there_is_no_time_for_all(engine: Engine) -> None:
    """What was not counted is null and not zero, and the answer says from when on it is complete."""
    insert_rows(engine, "logs", [log(-30 - 60 * minute, severity_number=9) for minute in range(60)])
    ticks = (float(tick) for tick in count())
    found = counted(engine, clock=lambda: next(ticks), budget_s=6)
    values = found.counts["info"]
    known = [value for value in values if value is not None]
    assert 0 < len(known) < len(values)
    assert values[: len(values) - len(known)] == [None] * (len(values) - len(known))
    assert found.counted_since_ns == found.times_ns[len(values) - len(known)]
    assert sum(known) == sum(1 for minute in range(60) if NOW_NS - (30 + 60 * minute) * SECOND_NS >= found.counted_since_ns)
    assert totals(counted(engine, budget_s=None)) == {"info": 60}


@dataclass(frozen=True, kw_only=True)
class TiredReader(Reader):
    """A reader that runs out of time when it was asked `patience` questions."""

    patience: Iterator[int]

    def query(
        self, sql: str, parameters: Mapping[str, Parameter], settings: Mapping[str, str | int | float] | None = None
    ) -> pa.Table:
        """See Reader.query."""
        if next(self.patience, None) is None:
            raise TooExpensive("took too long")
        return super().query(sql, parameters, settings)


@pytest.mark.usefixtures("any_are_many")
def test_stretch_that_takes_too_long_ends_the_count(engine: Engine) -> None:
    """What was counted before it is answered, and nothing of it."""
    insert_rows(engine, "logs", [log(-30 - 60 * minute, severity_number=9) for minute in range(60)])
    found = count_logs(TiredReader(engine=engine, max_time_s=10, max_memory_bytes=2**30, patience=iter(range(3))), HOUR, parse(""), 60, NOW_NS, STILL, 1.0)
    assert found.counted_since_ns == found.times_ns[-9]
    assert [value is None for value in found.counts["info"]] == [True] * (len(found.times_ns) - 9) + [False] * 9


def test_unknown_field_is_named(engine: Engine) -> None:
    """A filter over what logs do not have is refused."""
    with pytest.raises(InvalidInput, match="unknown field 'model'"):
        counted(engine, "model:gpt-4o")
