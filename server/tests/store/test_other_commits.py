"""Commits of other servers, found by looking."""

from doubles.rows import NOW_NS, insert_rows, log, span
from watchglass.clock import FixedClock
from watchglass.store.engine import Engine
from watchglass.store.other_commits import OtherCommits


def test_only_what_came_since_the_last_look_is_told(engine: Engine) -> None:
    """The first look tells nothing; a commit of spans or logs is told once, with its project; an old one never."""
    told: list[str] = []
    clock = FixedClock(NOW_NS)
    others = OtherCommits(engine, clock, told.append, lambda: True)
    insert_rows(engine, "spans", [span(1, 1)])
    others.look()
    assert told == []
    later_ms = NOW_NS // 1_000_000 + 2_000
    clock.advance_s(3)
    insert_rows(engine, "spans", [span(2, 1, project_id="q", received_at=later_ms)])
    insert_rows(engine, "logs", [log(project_id="r", received_at=later_ms), log(project_id="r", received_at=later_ms)])
    insert_rows(engine, "spans", [span(3, 1, project_id="old", received_at=later_ms - 3_600_000)])
    others.look()
    assert sorted(told) == ["q", "r"]
    others.look()
    assert sorted(told) == ["q", "r"]


def test_a_commit_by_a_clock_that_is_behind_is_told(engine: Engine) -> None:
    """Its arrival lies before that of a commit that was seen already."""
    told: list[str] = []
    others = OtherCommits(engine, FixedClock(NOW_NS), told.append, lambda: True)
    insert_rows(engine, "spans", [span(1, 1)])
    others.look()
    insert_rows(engine, "spans", [span(2, 1, received_at=NOW_NS // 1_000_000 - 5_000)])
    others.look()
    assert told == ["p"]
