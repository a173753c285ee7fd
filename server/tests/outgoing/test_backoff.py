"""Waits before the next try: bounds, jitter, and what targets ask for."""

from watchglass.outgoing.backoff import retry_after_s, wait_s


def test_waits_double_up_to_a_bound() -> None:
    """Full jitter draws between nothing and a bound of 1, 2, 4 ... 60 seconds, however many tries there were."""
    drawn: list[tuple[float, float]] = []
    for attempt in (1, 2, 3, 7, 10**6):
        wait_s(attempt, None, lambda least, most: drawn.append((least, most)) or most)  # type: ignore[func-returns-value]
    assert drawn == [(0, 1), (0, 2), (0, 4), (0, 60), (0, 60)]


def test_what_the_target_asks_for_is_read() -> None:
    """Seconds or a date; nonsense is nothing, the past is now."""
    assert retry_after_s("12", 0) == 12
    assert retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 45) == 15
    assert retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 90) == 0
    assert [retry_after_s(text, 0) for text in (None, "", "soon", "-5", "1e9")] == [None] * 5
    assert retry_after_s("9" * 5000, 0) == 999_999_999
