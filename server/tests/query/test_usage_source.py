"""Which tables a question of usage is answered from, and how long its buckets are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchglass.errors import InvalidInput
from watchglass.model.fields import fields_of
from watchglass.query.filter import parse
from watchglass.query.scope import Scope
from watchglass.query.usage_source import (
    AUTO_POINTS,
    DAY_NS,
    DIMENSIONS,
    HOUR_NS,
    MINUTE_NS,
    NICE_INTERVALS_S,
    SECOND_NS,
    Kept,
    Piece,
    auto_interval,
    choose_source,
    is_in_rollups,
    kept_since,
    read_interval,
)
from watchglass.settings import Settings

FOR_EVER = Kept(0, 0, 0)
DAY = 20_000 * DAY_NS


def scope(start_ns: int, end_ns: int) -> Scope:
    """A range of project `p`."""
    return Scope("p", start_ns, end_ns)


def test_dimensions_are_the_rollups_own() -> None:
    """What counts as a dimension is what the tables keep apart, but for project and time."""
    keys = [name for name, field in fields_of("usage_minute").items() if "AggregateFunction" not in field.type]
    assert list(DIMENSIONS) == keys[2:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", True), ("model:a service:b", True), ("-env:(x,y) OR has:agent", True), ("is_model_call:true", True),
     ("status:error", False), ("model:a refund", False), ("attributes.a:b", False), ("-(model:a OR user:b)", False)],
)  # fmt: skip
def test_filter_of_dimensions_alone_is_in_the_rollups(text: str, expected: bool) -> None:
    """One condition on anything else needs the spans."""
    assert is_in_rollups(parse(text)) is expected


@given(length_ns=st.integers(SECOND_NS, 3000 * DAY_NS))
def test_auto_interval_is_the_finest_with_few_enough_points(length_ns: int) -> None:
    """At most AUTO_POINTS points, and the next finer interval would give more, but for the shortest."""
    chosen = auto_interval(scope(DAY, DAY + length_ns))
    assert chosen * SECOND_NS * AUTO_POINTS >= length_ns
    finer = [it for it in NICE_INTERVALS_S if it < chosen]
    if finer and chosen > 60:
        assert finer[-1] * SECOND_NS * AUTO_POINTS < length_ns


@pytest.mark.parametrize(("text", "seconds"), [("1m", 60), ("90s", 90), ("1h", 3600), ("1d", 86400), ("1w", 604800), ("auto", 900)])
def test_interval_is_read(text: str, seconds: int) -> None:
    """A number with a unit, or what fits a day."""
    assert read_interval(text, scope(DAY, DAY + DAY_NS)) == seconds


@pytest.mark.parametrize("text", ["", "0m", "5", "m", "-5m", "5 m", "1.5h", "5ms", "1s", "9999999999w", "٣m"])
def test_unreadable_or_too_short_interval_is_refused(text: str) -> None:
    """What is no interval, and what gives thousands of points over a day, names the field."""
    with pytest.raises(InvalidInput) as refusal:
        read_interval(text, scope(DAY, DAY + DAY_NS))
    assert refusal.value.field == "interval"


def test_hours_are_read_whole_and_the_edges_by_the_minute() -> None:
    """An interval of hours reads few rows: minutes before the first whole hour and after the last."""
    source = choose_source(
        scope(DAY + 90 * MINUTE_NS + 5, DAY + 5 * HOUR_NS + 1), 3600, can_use_rollups=True, kept=FOR_EVER
    )
    assert source.pieces == (
        Piece("usage_minute", DAY + 90 * MINUTE_NS, DAY + 2 * HOUR_NS),
        Piece("usage_hour", DAY + 2 * HOUR_NS, DAY + 5 * HOUR_NS),
        Piece("usage_minute", DAY + 5 * HOUR_NS, DAY + 5 * HOUR_NS + MINUTE_NS),
    )


def test_shorter_intervals_are_read_by_the_minute() -> None:
    """An interval that is no whole hour cannot use the hours."""
    source = choose_source(scope(DAY + 1, DAY + 5 * HOUR_NS), 5400, can_use_rollups=True, kept=FOR_EVER)
    assert source.pieces == (Piece("usage_minute", DAY, DAY + 5 * HOUR_NS),)


@pytest.mark.parametrize(("interval_s", "can_use_rollups"), [(90, True), (1, True), (3600, False), (None, False)])
def test_the_spans_are_read_where_rollups_do_not_suffice(interval_s: int | None, can_use_rollups: bool) -> None:
    """Seconds, and filters or groups of other columns, are counted on the spans, in exactly the asked range."""
    asked = scope(DAY + 1, DAY + 5 * HOUR_NS + 7)
    source = choose_source(asked, interval_s, can_use_rollups=can_use_rollups, kept=FOR_EVER)
    assert source.pieces == (Piece("spans", asked.start_ns, asked.end_ns),)


def test_hours_are_widened_where_the_minutes_are_gone() -> None:
    """Edges older than the minutes that are kept come from whole hours."""
    kept = Kept(spans_ns=DAY, minutes_ns=DAY, hours_ns=0)
    start_ns = DAY - 10 * DAY_NS + 90 * MINUTE_NS
    source = choose_source(scope(start_ns, DAY - DAY_NS + MINUTE_NS), 3600, can_use_rollups=True, kept=kept)
    assert source.pieces == (Piece("usage_hour", start_ns - 30 * MINUTE_NS, DAY - DAY_NS + HOUR_NS),)


def test_fine_intervals_of_old_days_are_read_from_spans_that_are_kept_longer() -> None:
    """Minutes that are gone can be counted again while their spans are there."""
    kept = Kept(spans_ns=DAY - 50 * DAY_NS, minutes_ns=DAY - 5 * DAY_NS, hours_ns=0)
    source = choose_source(scope(DAY - 20 * DAY_NS, DAY - 19 * DAY_NS), 900, can_use_rollups=True, kept=kept)
    assert (source.name, source.complete_since_ns) == ("spans", kept.spans_ns)


@given(
    start_ns=st.integers(DAY - 3 * DAY_NS, DAY),
    length_ns=st.integers(1, 3 * DAY_NS),
    interval_s=st.sampled_from([None, 60, 300, 3600, 86400]),
    minutes_ns=st.sampled_from([0, DAY - DAY_NS, DAY + DAY_NS]),
)
def test_pieces_cover_the_range_once(start_ns: int, length_ns: int, interval_s: int | None, minutes_ns: int) -> None:
    """Pieces follow one another without gaps or overlaps, hold the asked range, and hours start and end on the hour."""
    source = choose_source(
        scope(start_ns, start_ns + length_ns), interval_s, can_use_rollups=True, kept=Kept(minutes_ns, minutes_ns, 0)
    )
    assert source.start_ns <= start_ns
    assert source.end_ns >= start_ns + length_ns
    for before, after in zip(source.pieces, source.pieces[1:], strict=False):
        assert before.end_ns == after.start_ns
    for piece in source.pieces:
        step_ns = HOUR_NS if piece.table == "usage_hour" else MINUTE_NS if piece.table == "usage_minute" else 1
        assert piece.start_ns < piece.end_ns
        assert piece.start_ns % step_ns == piece.end_ns % step_ns == 0


def test_what_is_kept_follows_the_settings() -> None:
    """Each table's days count back from now; 0 days keep for ever."""
    settings = Settings(retention_spans_days=0, retention_usage_minute_days=2, retention_usage_hour_days=10)
    assert kept_since(settings, DAY) == Kept(0, DAY - 2 * DAY_NS, DAY - 10 * DAY_NS)
