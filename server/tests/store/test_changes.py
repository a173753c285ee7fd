"""Listeners of changes: told once for many, in their own project, and never kept waiting at the end."""

import asyncio
import threading

import pytest

from watchglass.errors import Unavailable
from watchglass.store.changes import Changes


def test_many_changes_while_nobody_waits_are_one() -> None:
    """What was told before and between two waits comes at once, and only once."""

    async def listen() -> list[bool | None]:
        changes = Changes(2)
        listener = changes.listen("p")
        for _ in range(3):
            changes.tell("p")
        return [await listener.next(5), await listener.next(0.05)]

    assert asyncio.run(listen()) == [True, False]


def test_a_change_wakes_those_of_its_project_from_any_thread() -> None:
    """A thread that committed wakes the waiting listener of that project; the other one's wait runs out."""

    async def listen() -> list[bool | None]:
        changes = Changes(2)
        waiting = [asyncio.create_task(changes.listen(project_id).next(wait_s)) for project_id, wait_s in (("p", 5), ("q", 0.3))]
        await asyncio.sleep(0.05)
        threading.Thread(target=changes.tell, args=["p"]).start()
        return await asyncio.gather(*waiting)

    assert asyncio.run(listen()) == [True, False]


def test_listeners_are_bounded_and_leave_their_place() -> None:
    """One too many is told when to come again; a place that was left twice counts once."""
    changes = Changes(1)
    listener = changes.listen("p")
    with pytest.raises(Unavailable) as refused:
        changes.listen("q")
    assert refused.value.retry_after_s >= 1
    listener.close()
    listener.close()
    assert changes.count == 0
    changes.listen("q")
    assert changes.count == 1


def test_the_end_wakes_everybody_and_lets_nobody_in() -> None:
    """Waiting, resting and coming later all end at once."""

    async def listen() -> tuple[bool | None, bool, bool | None]:
        changes = Changes(3)
        waiting, resting, late = (changes.listen("p") for _ in range(3))
        changes.tell("p")
        assert await resting.next(5)
        tasks = asyncio.gather(waiting.next(30), waiting.next(30), resting.rest(30))
        assert await waiting.next(5)
        changes.close()
        *_, is_ended = await asyncio.wait_for(tasks, 5)
        with pytest.raises(Unavailable):
            changes.listen("p")
        return await waiting.next(30), is_ended, await late.next(30)

    assert asyncio.run(listen()) == (None, True, None)
