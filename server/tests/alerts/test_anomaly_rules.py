"""Anomaly rules over real points: what is unusual is told, what is learnt is kept, and too little history is said."""

from typing import Any

import numpy as np
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows
from watchglass.alerts.evaluation import evaluate
from watchglass.alerts.kinds import anomaly
from watchglass.alerts.rule import Rule
from watchglass.alerts.try_out import try_out
from watchglass.clock import FixedClock
from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking
from watchglass.query.reader import Reader
from watchglass.settings import Settings
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.detector_states import KeptDetectorStates
from watchglass.store.engine import Engine

STEP_NS = 900 * SECOND_NS
DAY_NS = 86_400 * SECOND_NS
END_NS = NOW_NS // DAY_NS * DAY_NS - DAY_NS // 2
"""The end of the points: a noon, so that what is learnt anew each day is not learnt here."""


class States:
    """Keeps states in memory, and counts how often."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.saved = 0

    def load(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def save(self, key: str, state: bytes) -> None:
        self.kept[key] = state
        self.saved += 1


def rule(**when: Any) -> Rule:
    query = {"source": "metrics", "name": "m", "aggregation": "avg", "group_by": ["service_name"]}
    return Rule.model_validate({
        "name": "r", "project": "p", "query": query, "when": {"kind": "anomaly", "detector": "seasonal", **when}, "window_s": 900, "every_s": 300, "delay_s": 0,
    })  # fmt: skip


def asking(engine: Engine) -> Asking:
    return Asking(engine, Reader(engine, 30.0, 10**9), Settings(), NOW_NS)


def fill(engine: Engine, service: str, days: float, changes: dict[int, float], *, series: int, ahead: int = 8) -> None:
    """A gauge with a day's season, until `ahead` windows after END_NS; `changes` by window from there add to it."""
    pick = np.random.default_rng(series)
    count = round(days * DAY_NS / STEP_NS)
    rows = []
    for place in range(-count, ahead):
        time_ns = END_NS + place * STEP_NS + STEP_NS // 2
        season = 20 * np.sin(2 * np.pi * (time_ns % DAY_NS) / DAY_NS)
        rows.append({
            "project_id": "p", "received_at": NOW_NS // 10**6, "metric_name": "m", "metric_type": "gauge", "unit": "", "temporality": "unspecified",
            "series_id": series, "time": time_ns, "start_time": 0, "service_name": service, "attributes": {},
            "value": float(100 + season + pick.normal(0, 2) + changes.get(place, 0.0)),
        })  # fmt: skip
    insert_rows(engine, "metric_points", rows)


def test_what_is_unusual_is_breached_and_what_is_new_says_so(engine: Engine) -> None:
    """A spike is outside of the band; a series of two days cannot be told; the side that does not matter is left alone."""
    fill(engine, "spiky", 20, {-1: 60.0}, series=1, ahead=0)
    fill(engine, "calm", 20, {}, series=2, ahead=0)
    fill(engine, "new", 2, {-1: 60.0}, series=3, ahead=0)
    found = {it.labels["service_name"]: it for it in evaluate(rule(), asking(engine), END_NS)}
    assert {name: it.is_breached for name, it in found.items()} == {"spiky": True, "calm": False, "new": None}
    spiky = found["spiky"]
    assert spiky.value is not None and spiky.upper is not None and spiky.lower is not None and spiky.expected is not None
    assert spiky.lower < spiky.expected < spiky.upper < spiky.value
    assert spiky.p_value is not None and spiky.p_value < 1e-4
    assert "of 14 days of history" in found["new"].note
    assert found["calm"].is_recovered is True
    down = {it.labels["service_name"]: it.is_breached for it in evaluate(rule(direction="down"), asking(engine), END_NS)}
    assert down["spiky"] is False


def test_what_was_learnt_is_kept_and_gives_the_same(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same moment again, and moments one after the other, say what learning anew says."""
    monkeypatch.setattr(anomaly, "KEEP_WINDOWS", 2)
    fill(engine, "a", 20, {5: 60.0}, series=1)
    states = States()
    for place in range(8):
        at_ns = END_NS + place * STEP_NS
        [kept] = evaluate(rule(), asking(engine), at_ns, states)
        [again] = evaluate(rule(), asking(engine), at_ns + 300 * SECOND_NS, states)
        assert again == kept
        [anew] = evaluate(rule(), asking(engine), at_ns)
        assert kept.value == anew.value
        assert kept.expected == pytest.approx(anew.expected, rel=0.02)
        assert kept.is_breached is anew.is_breached is (place == 6)
    assert 2 <= states.saved <= 4
    [earlier] = evaluate(rule(), asking(engine), END_NS - 40 * STEP_NS, states)
    assert earlier.is_breached is False


def test_a_new_series_joins_within_the_hour(engine: Engine) -> None:
    """Until then it says that it is new, and from then on how much history it has."""
    fill(engine, "a", 20, {}, series=1)
    states = States()
    evaluate(rule(), asking(engine), END_NS, states)
    fill(engine, "b", 0.05, {}, series=2)
    told = {it.labels["service_name"]: it.note for it in evaluate(rule(), asking(engine), END_NS, states)}
    assert told == {"a": "", "b": "a new series: its history is learnt within the hour"}
    told = {it.labels["service_name"]: it.note for it in evaluate(rule(), asking(engine), END_NS + 4 * STEP_NS, states)}
    assert told == {"a": "", "b": "0.1 of 14 days of history"}


def test_late_data_counts(engine: Engine) -> None:
    """A moment that is read once more after its data came says so."""
    fill(engine, "a", 20, {}, series=1, ahead=0)
    states = States()
    evaluate(rule(), asking(engine), END_NS + STEP_NS, states)
    fill(engine, "a", 0, {0: 60.0}, series=1, ahead=1)
    [late] = evaluate(rule(), asking(engine), END_NS + STEP_NS, states)
    assert late.is_breached is True


def test_an_anomaly_is_tried_over_the_past(engine: Engine) -> None:
    """Three days, learnt anew each day; the spike fires and little else does."""
    fill(engine, "a", 24, {-100: 60.0, -99: 60.0, -98: 60.0}, series=1, ahead=0)
    tried = try_out(rule(), asking(engine), END_NS - 3 * DAY_NS, END_NS)
    assert (tried.step_s, len(tried.times_ns)) == (900, 288)
    [series] = tried.series
    assert all(it is not None and it.upper is not None for it in series.readings)
    assert any(period.fired_at_ns == END_NS - 99 * STEP_NS for period in series.periods)
    assert tried.firing_count <= 2


def test_usage_that_stops_is_unusual_and_what_never_was_is_unknown(engine: Engine) -> None:
    """Nothing to read at all gives no reading."""
    assert evaluate(rule(), asking(engine), END_NS) == []
    assert evaluate(rule(), asking(engine), END_NS, States()) == []
    with pytest.raises(InvalidInput, match="start"):
        try_out(rule(), asking(engine), END_NS, END_NS + 1)


def test_states_are_kept_in_the_control_database(tmp_path: Any) -> None:
    """Instead of what was; what nobody has kept anew for a week is forgotten."""
    control, clock = ControlDatabase(sqlite_url(tmp_path)), FixedClock(NOW_NS)
    states = KeptDetectorStates(control, clock)
    assert states.load("a") is None
    states.save("a", b"\x00\xff")
    states.save("a", b"2")
    clock.advance_s(8 * 86_400)
    states.save("b", b"3")
    fresh = KeptDetectorStates(control, clock)
    assert (fresh.load("a"), fresh.load("b")) == (None, b"3")
    control.close()
