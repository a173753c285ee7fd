"""States as bytes, series that cannot be, and counters."""

import numpy as np
import pytest

from watchglass.analysis.anomaly.budget import threshold
from watchglass.analysis.anomaly.series import Series, increases
from watchglass.analysis.anomaly.state import State
from watchglass.errors import InvalidInput

STATE = State("seasonal", 1, 60, 120, 60, {"level": np.arange(3, dtype=np.float32), "day": np.ones((3, 4)), "seen": np.zeros(3, np.int32)})


def test_a_state_is_read_as_it_was_written() -> None:
    """Bytes of a state give the same state, with its shapes and types."""
    again = State.from_bytes(STATE.to_bytes())
    assert again.to_bytes() == STATE.to_bytes() and len(again) == 3
    assert again.arrays["day"].shape == (3, 4) and again.arrays["seen"].dtype == np.int32


@pytest.mark.parametrize("length", [0, 3, 9, 20, -1])
def test_a_state_that_is_cut_off_is_refused(length: int) -> None:
    """Bytes that end too early are no state."""
    with pytest.raises(InvalidInput, match="state"):
        State.from_bytes(STATE.to_bytes()[:length])


def test_what_is_no_state_is_refused() -> None:
    """Bytes of another kind, version, type or length are no state."""
    data = STATE.to_bytes()
    for wrong in (b"PK" + data[2:], data[:4] + b"\x09" + data[5:], data.replace(b"<f4", b"<O8"), data + b"more", data.replace(b"[3]", b"[2]")):
        with pytest.raises(InvalidInput, match="state"):
            State.from_bytes(wrong)


def test_only_states_of_one_kind_are_joined() -> None:
    """States of other detectors or steps cannot be put together."""
    assert len(STATE.joined(STATE.rows([1]))) == 4
    with pytest.raises(InvalidInput, match="another"):
        STATE.joined(State("seasonal", 1, 60, 180, 60, STATE.arrays))


@pytest.mark.parametrize(
    ("values", "start_ns", "step_ns", "field"),
    [(np.zeros(3), 0, 10**9, "values"), (np.zeros((1, 3)), 0, 7 * 10**9, "step_ns"), (np.zeros((1, 3)), 0, 0, "step_ns"), (np.zeros((1, 3)), 5, 10**9, "start_ns")],
)
def test_a_series_off_the_grid_is_refused(values: np.ndarray, start_ns: int, step_ns: int, field: str) -> None:
    """A start or step that does not fit names its field."""
    with pytest.raises(InvalidInput) as caught:
        Series(values, start_ns, step_ns)
    assert caught.value.field == field


def test_what_is_normal_is_said_for_every_time() -> None:
    """Marks of normal times must be as many as the times."""
    with pytest.raises(InvalidInput, match="is_normal"):
        Series(np.zeros((1, 3)), 0, 10**9, np.ones(2, bool))


def test_a_counter_that_starts_again_grew_by_what_it_shows() -> None:
    """After a reset the increase is the new total, and unknown totals give none."""
    totals = np.array([[5.0, 7.0, 2.0, np.nan, 6.0, 6.0]])
    np.testing.assert_array_equal(increases(totals), [[np.nan, 2.0, 2.0, np.nan, np.nan, 0.0]])
    assert increases(np.zeros((2, 0))).shape == (2, 0)


def test_the_threshold_follows_budget_series_and_interval() -> None:
    """The threshold grows with the budget and falls with the series and the evaluations a week."""
    assert threshold(1, 100, 60) == pytest.approx(1 / (100 * 10080))
    assert threshold(2, 100, 60) == 2 * threshold(1, 100, 60) == 4 * threshold(1, 200, 60)
    assert threshold(1, 0, 3600) <= 0.05
