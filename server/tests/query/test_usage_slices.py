"""Usage estimated from slices of time: close to the exact answer, said to be one, and only where it must be."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import TooExpensive
from watchglass.query import usage_slices
from watchglass.query.filter import parse
from watchglass.query.measures import read_measures
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage import TRY_S, Usage, measure_usage
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_slices import LEAST_SLICES, MOST_BUCKETS, SAMPLED_SPANS, with_slices
from watchglass.query.usage_source import DAY_NS, HOUR_NS, Kept, Piece, Precision, Source
from watchglass.query.usage_statements import UsageQuestion
from watchglass.store.engine import Engine, Parameter

START_NS = NOW_NS // HOUR_NS * HOUR_NS - 6 * HOUR_NS
ROWS = 43_200
"""One every half second."""


class Impatient:
    """An engine that finds every statement too long which has no more than TRY_S."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.kind = engine.kind
        self.database = engine.database
        self.refused = 0

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Parameter] | None = None,
        settings: Mapping[str, str | int | float] | None = None,
    ) -> pa.Table:
        """Run it, if there is time."""
        if float((settings or {})["max_execution_time"]) <= TRY_S:
            self.refused += 1
            raise TooExpensive("took too long")
        return self._engine.query(sql, parameters, settings)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Six hours of even load: every fifth span failed, one of four users each."""
    at_s = (START_NS - NOW_NS) / SECOND_NS
    insert_rows(engine, "spans", [
        span(number, number, at_s=at_s + number / 2, is_model_call=True, model="m", input_tokens=number % 100, cost_usd=0.5,
             duration_ns=(number % 100 + 1) * 10**6, status_code="error" if number % 5 == 0 else "ok",
             user_id=f"u{number % 7 % 4}")
        for number in range(ROWS)
    ])  # fmt: skip
    return engine


def ask(engine: Any, text: str, precision: Precision, *, group_by: str | None = None, interval_s: int | None = 600,
        start_ns: int = START_NS + 7 * SECOND_NS, end_ns: int = START_NS + 6 * HOUR_NS - 11 * SECOND_NS) -> Usage:  # fmt: skip
    """Measure usage of the six hours, but for some seconds at both ends."""
    measures = read_measures("span_count,error_count,input_tokens,cost_usd,duration_p95_ns")
    question = UsageQuestion(
        Scope("p", start_ns, end_ns), parse(text), read_groups(group_by), measures, interval_s, 20, "span_count", precision
    )
    return measure_usage(Reader(engine, 30.0, 2 * 10**9), question, Kept(0, 0, 0), NOW_NS)


@pytest.mark.parametrize("interval_s", [None, 300, 600, 3600, 7 * 86400])
@pytest.mark.parametrize(("text", "group_by", "tolerance"), [("error:true", None, 0.04), ("input_tokens>50", "user_id", 0.15)])
def test_estimate_is_close_to_the_exact_answer(
    filled: Engine, monkeypatch: pytest.MonkeyPatch, text: str, group_by: str | None, tolerance: float, interval_s: int | None
) -> None:
    """To a few per cent, more for a group of which few spans are read; no bucket is empty, and the share is said."""
    # groups take two statements, which share what is read
    monkeypatch.setattr(usage_slices, "SAMPLED_SPANS", ROWS // 5 * (2 if group_by else 1))
    exact = ask(filled, text, "exact", group_by=group_by, interval_s=interval_s)
    impatient = Impatient(filled)
    estimate = ask(impatient, text, "quick", group_by=group_by, interval_s=interval_s)
    assert impatient.refused == 1
    assert exact.source.sampled_share is None
    assert estimate.source.sampled_share == pytest.approx(0.2, rel=0.01)
    assert (estimate.times_ns, estimate.source.start_ns, estimate.source.end_ns) == (
        exact.times_ns, exact.source.start_ns, exact.source.end_ns,
    )  # fmt: skip
    found = {tuple(it.group.values()): it for it in estimate.series}
    assert len(found) == len(exact.series)
    for series in exact.series:
        guess = found[tuple(series.group.values())]
        for name, value in series.total.items():
            assert guess.total[name] == pytest.approx(value, rel=tolerance), name
        if interval_s:
            assert all(guess.values["span_count"])


@pytest.mark.parametrize("interval_s", [None, 600])
def test_what_is_found_in_time_is_exact(filled: Engine, monkeypatch: pytest.MonkeyPatch, interval_s: int | None) -> None:
    """An estimate is made only where the exact answer takes long."""
    monkeypatch.setattr(usage_slices, "SAMPLED_SPANS", ROWS // 5)
    monkeypatch.setattr("watchglass.query.usage.TRY_S", 20.0)
    quick, exact = (ask(filled, "error:true", precision, interval_s=interval_s) for precision in ("quick", "exact"))
    assert (quick.source.sampled_share, quick.series) == (None, exact.series)


def test_few_spans_are_read_once_and_whole(filled: Engine) -> None:
    """Below what an estimate would read nothing is tried in haste, and the answer is exact."""
    impatient = Impatient(filled)
    quick, exact = ask(impatient, "error:true", "quick"), ask(filled, "error:true", "exact")
    assert impatient.refused == 0
    assert (quick.source.sampled_share, quick.series) == (None, exact.series)


def test_rollups_are_never_estimated(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rollups hold is exact whatever was asked, and not tried in haste."""
    monkeypatch.setattr(usage_slices, "SAMPLED_SPANS", 10)
    impatient = Impatient(filled)
    usage = ask(impatient, "model:m", "quick", start_ns=START_NS, end_ns=START_NS + 6 * HOUR_NS)
    assert (usage.source.sampled_share, usage.series[0].total["span_count"], impatient.refused) == (None, ROWS, 0)


def test_exact_is_never_an_estimate(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for the exact answer waits for it."""
    monkeypatch.setattr(usage_slices, "SAMPLED_SPANS", 10)
    usage = ask(filled, "error:true", "exact", start_ns=START_NS, end_ns=START_NS + 6 * HOUR_NS)
    assert (usage.source.sampled_share, usage.series[0].total["span_count"]) == (None, ROWS // 5)


@given(
    start_ns=st.integers(20_000 * DAY_NS, 20_001 * DAY_NS),
    length_ns=st.integers(HOUR_NS, 40 * DAY_NS),
    interval_s=st.sampled_from([None, 60, 600, 3600, 86400, 520 * 7 * 86400]),
    span_count=st.integers(SAMPLED_SPANS + 1, 10**9),
)
def test_slices_lie_evenly_in_every_bucket(start_ns: int, length_ns: int, interval_s: int | None, span_count: int) -> None:
    """In order, within the range, of every bucket the same share, and neither few nor very many; or none for many buckets."""
    end_ns = start_ns + length_ns
    source = Source((Piece("spans", start_ns, end_ns),), 0)
    bucket_ns = interval_s * SECOND_NS if interval_s else length_ns
    slices = with_slices(source, interval_s, span_count, 1).slices
    assert bool(slices) is (length_ns <= MOST_BUCKETS * bucket_ns)
    if not slices:
        return
    assert start_ns <= slices[0].start_ns
    assert slices[-1].end_ns <= end_ns
    assert all(it.start_ns <= it.end_ns for it in slices)
    assert all(before.end_ns <= after.start_ns for before, after in pairwise(slices))
    assert LEAST_SLICES <= len(slices) <= 2 * (MOST_BUCKETS + LEAST_SLICES)
    first = start_ns // bucket_ns if interval_s else 0
    read = dict.fromkeys(range(first, (end_ns - 1) // bucket_ns + 1) if interval_s else [0], 0)
    for it in slices:
        read[it.start_ns // bucket_ns if interval_s else 0] += it.end_ns - it.start_ns
    for index, read_ns in read.items():
        within_ns = min((index + 1) * bucket_ns, end_ns) - max(index * bucket_ns, start_ns) if interval_s else length_ns
        assert read_ns == pytest.approx(within_ns * SAMPLED_SPANS / span_count, rel=1e-3, abs=2 * LEAST_SLICES)


def test_every_moment_is_as_likely_to_be_read() -> None:
    """Load that comes only at the start of each minute is neither missed nor seen too often."""
    source = Source((Piece("spans", 0, 3000 * HOUR_NS),), 0)
    minute_ns = 60 * SECOND_NS
    slices = with_slices(source, 12 * 3600, 10 * SAMPLED_SPANS, 1).slices
    bursts = sum(-(-it.end_ns // minute_ns) - -(-it.start_ns // minute_ns) for it in slices)
    assert bursts == pytest.approx(3000 * 60 / 10, rel=0.02)
