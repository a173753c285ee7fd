"""Matchers, schedules, inhibition and when something is due: pure."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchglass.alerts.inhibition import Firing, Inhibition, inhibitor_of
from watchglass.alerts.matchers import Matcher, Operator, checked_matchers, match_all
from watchglass.alerts.notify.message import MessageKind
from watchglass.alerts.silence import DAYS, Schedule, Silence, checked_schedule, silence_of
from watchglass.alerts.telling import GROUP_INTERVAL_S, GROUP_WAIT_S, Standing, due
from watchglass.errors import InvalidInput

S = 10**9
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    """A moment on the clock of a zone, in nanoseconds since 1970 UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * S


@pytest.mark.parametrize(
    ("operator", "value", "fits"),
    [
        ("=", "gpt-4o", True), ("=", "gpt", False), ("!=", "gpt", True), ("!=", "gpt-4o", False),
        ("=~", "gpt-.*", True), ("=~", "gpt", False), ("=~", "a|gpt-4o", True), ("!~", "gpt-.*", False), ("!~", "claude.*", True),
    ],
)  # fmt: skip
def test_matchers_are_alertmanagers(operator: Operator, value: str, fits: bool) -> None:
    """Equal, not equal, and patterns against the whole value."""
    assert Matcher("model", operator, value).matches({"model": "gpt-4o"}) is fits


def test_a_label_that_is_not_there_is_empty() -> None:
    """As in Alertmanager: `user=""` holds of an alert without a user."""
    assert Matcher("user", "=", "").matches({})
    assert Matcher("user", "!~", ".+").matches({})
    assert not match_all([Matcher("user", "=", ""), Matcher("model", "=~", ".+")], {})


def test_values_of_models_with_line_breaks_match_too() -> None:
    """A dot is any letter, since labels may hold what models and users write."""
    assert Matcher("user", "=~", "a.*z").matches({"user": "a\nü\u2028z"})


def test_no_pattern_takes_long() -> None:
    """A pattern for which a backtracking engine would take longer than anybody waits ends."""
    assert not Matcher("user", "=~", "(a*)*(a*)*(a*)*b").matches({"user": "a" * 20_000})


@pytest.mark.parametrize(
    ("matchers", "field"),
    [
        ([], "matchers"),
        ([Matcher("a", "=~", "(")], "matchers.0.value"),
        ([Matcher("a", "=", "1"), Matcher("a", "=~", "x" * 501)], "matchers.1.value"),
        ([Matcher("a", "=~", "((x{1,1000}){1,1000}){1,1000}")], "matchers.0.value"),
        ([Matcher("a", "=~", ".*")], "matchers"),
        ([Matcher("a", "!=", "1")], "matchers"),
        ([Matcher("a", "=", "1")] * 21, "matchers"),
    ],
)  # fmt: skip
def test_matchers_that_cannot_be_used_are_named(matchers: list[Matcher], field: str) -> None:
    """None, too many, no pattern, too large a pattern, or such as match everything."""
    with pytest.raises(InvalidInput) as refused:
        checked_matchers("matchers", matchers)
    assert refused.value.field == field


NIGHT = Schedule(("fri", "sat"), "22:00", 8 * 3600, "Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-27T21:59:59", False), ("2026-11-27T22:00", True), ("2026-11-28T05:59:59", True),
        ("2026-11-28T06:00", False), ("2026-11-28T23:00", True), ("2026-11-29T05:00", True), ("2026-11-29T23:00", False),
    ],
)  # fmt: skip
def test_a_window_opens_on_its_days(moment: str, is_open: bool) -> None:
    """From its time on its days in its zone, for its length, past midnight too."""
    assert NIGHT.is_open(at(moment)) is is_open


def test_clocks_that_change_do_not_change_its_length() -> None:
    """The night in which clocks go back is one hour longer, and the window is not."""
    back = replace(NIGHT, days=("sat",))
    opened = at("2026-10-24T22:00")
    assert back.is_open(opened + 8 * 3600 * S - 1)
    assert not back.is_open(opened + 8 * 3600 * S)
    skipped = Schedule(("sun",), "02:30", 3600, "Europe/Berlin")
    day = [at("2026-03-29T00:00") + minute * 60 * S for minute in range(12 * 60)]
    assert sum(skipped.is_open(moment) for moment in day) == 60


@given(
    st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    st.integers(0, 1439),
    st.integers(1, 10_080),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Pacific/Apia"]),
)
def test_a_window_is_open_as_long_as_it_says(days: list[str], minute: int, length_min: int, zone: str) -> None:
    """Over a week without a change of clocks it is open for its length at each opening, overlaps counted once."""
    schedule = checked_schedule(Schedule(tuple(days), f"{minute // 60:02}:{minute % 60:02}", length_min * 60, zone))  # type: ignore[arg-type]
    start = at("2026-06-01T00:00", ZoneInfo(zone))
    week = 7 * 1440
    wanted = [False] * week
    for day in range(-8, 7):
        if DAYS[day % 7] in days:  # the first of June 2026 is a Monday
            begin = day * 1440 + minute
            for position in range(max(0, begin), min(week, begin + length_min)):
                wanted[position] = True
    for position in range(0, week, 97):
        assert schedule.is_open(start + position * 60 * S) is wanted[position]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": ()}, "schedule.days"), ({"days": ("mon", "mon")}, "schedule.days"), ({"start": "25:00"}, "schedule.start"),
        ({"start": "22"}, "schedule.start"), ({"start": "22:00+01:00"}, "schedule.start"), ({"duration_s": 5}, "schedule.duration_s"),
        ({"time_zone": "Mars/Olympus"}, "schedule.time_zone"), ({"time_zone": "../../etc/passwd"}, "schedule.time_zone"),
        ({"time_zone": ""}, "schedule.time_zone"),
    ],
)  # fmt: skip
def test_schedules_that_cannot_be_followed_are_named(change: dict[str, object], field: str) -> None:
    """No day, no time, no length, no zone."""
    with pytest.raises(InvalidInput) as refused:
        checked_schedule(replace(NIGHT, **change))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_silence_is_of_its_time() -> None:
    """From its start to its end, the end not included; with a schedule, when that is open."""
    silence = Silence("silence_1", (Matcher("model", "=", "a"),), 10, 20)
    assert [silence.is_active(moment) for moment in (9, 10, 19, 20)] == [False, True, True, False]
    window = Silence("silence_2", (Matcher("model", "=", "b"),), 0, None, NIGHT)
    night = at("2026-11-27T23:00")
    assert silence_of([silence, window], {"model": "b"}, night) is window
    assert silence_of([silence, window], {"model": "b"}, at("2026-11-27T12:00")) is None
    assert silence_of([silence, window], {"model": "c"}, night) is None


def firing(name: str, **labels: str) -> Firing:
    """An alert that fires."""
    return Firing(name, {name: value for name, value in labels.items() if name != "severity"}, labels)


def test_inhibition_asks_for_alike_labels() -> None:
    """The source's labels must be alike; without a source that fires nothing is inhibited, nor by itself."""
    inhibition = Inhibition((Matcher("severity", "=", "critical"),), (Matcher("severity", "!=", ""),), ("model",))
    source, same = firing("1", severity="critical", model="a"), firing("2", severity="warning", model="a")
    other, without = firing("3", severity="warning", model="b"), firing("4", severity="warning")
    everything = [source, same, other, without]
    assert inhibitor_of(same, everything, [inhibition]) is source
    assert inhibitor_of(other, everything, [inhibition]) is None
    assert inhibitor_of(without, everything, [inhibition]) is None
    assert inhibitor_of(source, everything, [inhibition]) is None
    assert inhibitor_of(same, [same], [inhibition]) is None


def test_two_that_are_both_source_and_target_do_not_silence_each_other() -> None:
    """As in Alertmanager."""
    inhibition = Inhibition((Matcher("severity", "=", "critical"),), (Matcher("severity", "=~", ".+"),), ())
    one, two = firing("1", severity="critical"), firing("2", severity="critical")
    assert inhibitor_of(one, [one, two], [inhibition]) is None
    assert inhibitor_of(two, [one, two], [inhibition]) is None


NEW = Standing(0, True, False, False, {"a"}, set(), None, False, 3600)
TOLD = replace(NEW, told={"a"}, told_at_ns=0)


@pytest.mark.parametrize(
    ("standing", "after_s", "kind"),
    [
        (NEW, GROUP_WAIT_S - 1, None), (NEW, GROUP_WAIT_S, MessageKind.FIRING), (replace(NEW, is_ready=True), 0, MessageKind.FIRING),
        (replace(NEW, firing=set()), 99, None), (replace(NEW, is_acknowledged=True), 99, None),
        (replace(NEW, is_open=False), 99, None), (TOLD, 3599, None), (TOLD, 3600, MessageKind.REMINDER),
        (replace(TOLD, remind_every_s=0), 10**6, None), (replace(TOLD, firing={"a", "b"}), GROUP_INTERVAL_S - 1, None),
        (replace(TOLD, firing={"a", "b"}), GROUP_INTERVAL_S, MessageKind.FIRING),
        (replace(TOLD, firing={"a", "b"}, is_acknowledged=True), 10**6, None),
        (replace(TOLD, is_open=False, firing=set()), 0, MessageKind.RESOLVED),
        (replace(TOLD, is_open=False, firing=set(), is_end_told=True), 10**6, None),
    ],
)  # fmt: skip
def test_what_is_due(standing: Standing, after_s: float, kind: MessageKind | None) -> None:
    """Waited for first; told, reminded, told to grow, told to end; silent when taken, silenced or over before."""
    assert due(standing, int(after_s * S)) == kind
