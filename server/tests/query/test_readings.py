"""The readings of rules, written and read on both engines."""

from dataclasses import replace

from watchglass.query.reader import Reader
from watchglass.query.readings import MAX_POINTS, read_readings
from watchglass.query.scope import Scope
from watchglass.store.engine import Engine
from watchglass.store.readings import KeptReading, keep_readings

S = 10**9
START_NS = 1_800_000_000 * S
ONE = KeptReading(
    "default", "rule_1", "f" * 32, {"model": 'gpt"4\'o', "user": "ünï"}, START_NS, 2.5, 2.0, None, None, None, None, None, True,
    "pending", "3 of 14 days",
)  # fmt: skip
SCOPE = Scope("default", START_NS, START_NS + 3600 * S)


def reader(engine: Engine) -> Reader:
    """Reads within the usual limits."""
    return Reader(engine, 30, 2**30)


def test_readings_come_back_by_series(engine: Engine) -> None:
    """Values, bounds, states and labels are as they were, of this rule, project and range alone."""
    band = replace(ONE, fingerprint="0" * 32, labels={}, lower=1.0, upper=3.0, expected=2.0, score=4.5, p_value=0.001, threshold=None)
    later = replace(ONE, time_ns=START_NS + 60 * S, value=None, is_breached=None, state="firing", note="")
    others = [replace(ONE, project_id="other"), replace(ONE, rule_id="rule_2"), replace(ONE, time_ns=SCOPE.end_ns)]
    keep_readings(engine, [ONE, band, later, *others], START_NS)
    first, second = read_readings(reader(engine), SCOPE, "rule_1")
    assert (first.fingerprint, first.labels) == (ONE.fingerprint, ONE.labels)
    assert first.times_ns == [START_NS, START_NS + 60 * S]
    assert first.columns["value"] == [2.5, None]
    assert first.columns["is_breached"] == [True, None]
    assert first.columns["state"] == ["pending", "firing"]
    assert first.columns["note"] == ["3 of 14 days", ""]
    assert {name: second.columns[name] for name in ("lower", "upper", "expected", "score", "p_value", "threshold")} == {
        "lower": [1.0], "upper": [3.0], "expected": [2.0], "score": [4.5], "p_value": [0.001], "threshold": [None],
    }  # fmt: skip


def test_a_moment_that_is_read_again_is_there_once(engine: Engine) -> None:
    """What data that came late change takes the place of what was read before."""
    keep_readings(engine, [ONE], START_NS)
    keep_readings(engine, [replace(ONE, value=1.0, is_breached=False, state="inactive")], START_NS + 120 * S)
    (series,) = read_readings(reader(engine), SCOPE, "rule_1")
    assert (series.columns["value"], series.columns["state"]) == ([1.0], ["inactive"])


def test_a_long_range_is_thinned_to_what_is_furthest_out(engine: Engine) -> None:
    """No more than MAX_POINTS moments a series, and those that fired are among them."""
    every_s = 10
    count = 2 * MAX_POINTS
    readings = [
        replace(ONE, time_ns=START_NS + index * every_s * S, value=float(index), is_breached=index == 77,
                state="firing" if index == 77 else "inactive")
        for index in range(count)
    ]  # fmt: skip
    keep_readings(engine, readings, START_NS)
    (series,) = read_readings(reader(engine), Scope("default", START_NS, START_NS + count * every_s * S), "rule_1")
    assert len(series.times_ns) <= MAX_POINTS + 1
    assert 77.0 in series.columns["value"]


def test_without_readings_there_are_no_series(engine: Engine) -> None:
    """Nothing kept, nothing read."""
    keep_readings(engine, [], START_NS)
    assert read_readings(reader(engine), SCOPE, "rule_1") == []
