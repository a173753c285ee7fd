"""Requests hold memory within one bound, and give all of it back."""

import threading

import pytest

from watchglass.errors import Unavailable
from watchglass.ingest.admission import WaitingBytes


def test_holding_grows_and_is_given_back() -> None:
    """What requests hold adds up, and is gone when they end, also by an error."""
    waiting = WaitingBytes(100)
    with waiting.hold() as first, waiting.hold() as second:
        first.grow(30)
        second.grow(50)
        second.grow(20)
        assert waiting.held_bytes == 100
    assert waiting.held_bytes == 0
    with pytest.raises(KeyError), waiting.hold() as held:
        held.grow(10)
        raise KeyError
    assert waiting.held_bytes == 0


def test_bound_refuses_with_a_hint() -> None:
    """Beyond the bound a request may be sent again later; what it held until then still counts until it ends."""
    waiting = WaitingBytes(100)
    with waiting.hold() as first:
        first.grow(60)
        with waiting.hold() as second:
            second.grow(40)
            with pytest.raises(Unavailable) as caught:
                second.grow(1)
            assert (caught.value.cause, caught.value.retry_after_s) == ("queue_full", 1)
            assert waiting.held_bytes == 100
        assert waiting.held_bytes == 60


def test_request_that_is_alone_may_go_on() -> None:
    """One larger than the bound is not refused for ever; while it is there, no other begins."""
    waiting = WaitingBytes(100)
    with waiting.hold() as large:
        large.grow(80)
        large.grow(500)
        with waiting.hold() as other, pytest.raises(Unavailable):
            other.grow(1)


def test_brief_holding_ends_with_its_block() -> None:
    """Memory for the time of one step is given back after it."""
    waiting = WaitingBytes(100)
    with waiting.hold() as held:
        held.grow(10)
        with held.briefly(50):
            assert waiting.held_bytes == 60
        assert waiting.held_bytes == 10


def test_request_that_ended_holds_nothing_more() -> None:
    """A thread that still works for a request that is over can neither take nor give back."""
    waiting = WaitingBytes(100)
    with waiting.hold() as held:
        brief = held.briefly(20)
        brief.__enter__()
    assert waiting.held_bytes == 0
    brief.__exit__(None, None, None)
    assert waiting.held_bytes == 0
    with pytest.raises(Unavailable):
        held.grow(1)
    assert waiting.held_bytes == 0


def test_many_threads_end_at_nothing() -> None:
    """A hundred threads that take and give back never go over the bound, and leave nothing."""
    waiting = WaitingBytes(1000)
    highest: list[int] = []
    refused = threading.Semaphore(0)

    def work() -> None:
        for _ in range(200):
            try:
                with waiting.hold() as held:
                    held.grow(7)
                    held.grow(11)
                    highest.append(waiting.held_bytes)
            except Unavailable:
                refused.release()

    threads = [threading.Thread(target=work) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(highest) <= 1000
    assert waiting.held_bytes == 0
