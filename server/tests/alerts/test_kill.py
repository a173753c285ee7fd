"""A process that evaluates is killed, again and again: no incident is lost, and nothing is told twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from doubles.evaluating_process import EVERY_S, PERIOD, is_breach
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.evaluations import list_runs
from watchglass.store.control.incidents import Asked, list_incidents
from watchglass.store.control.notifications import list_notifications

S = 10**9
KILLS = 6
BEGIN_NS = 1_800_000_000 * S
TESTS = Path(__file__).parents[1]


@pytest.mark.slow
def test_kills_lose_no_incident_and_tell_nothing_twice(control_url: str) -> None:
    """Each breach of the script is one incident, told once to each target to begin and once to end."""
    draw = random.Random(5)
    control = ControlDatabase(control_url)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])}
    begins_ns = BEGIN_NS
    for _ in range(KILLS):
        command = [sys.executable, "-m", "doubles.evaluating_process", control_url, str(begins_ns), "one"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.5, 1.5))  # it works meanwhile, and is killed wherever it is
        process.kill()
        process.wait()
        process.stdout.close()
        runs = list_runs(control)
        begins_ns = runs[0].ran_at_ns if runs else begins_ns
    (run,) = list_runs(control)
    incidents = [it for it, _ in list_incidents(control, "default", Asked(), 1000)]
    first, last = BEGIN_NS // S // EVERY_S, run.evaluated_at_ns // S // EVERY_S
    assert last - first > PERIOD, "too slow a machine to see a whole period"
    expected = {
        moment * EVERY_S * S
        for moment in range(first + 1, last)
        if is_breach(moment * EVERY_S * S) and not is_breach((moment - 1) * EVERY_S * S)
    }
    assert {it.started_at_ns for it in incidents} >= expected
    assert len({it.started_at_ns for it in incidents}) == len(incidents) <= len(expected) + 1
    told = Counter((it.incident_id, it.target_name, it.kind) for it in list_notifications(control, None, limit=1000))
    assert max(told.values()) == 1
    for incident in incidents:
        if incident.is_settled:
            kinds = {(target, kind) for incident_id, target, kind in told if incident_id == incident.id}
            assert kinds == {(target, kind) for target in ("pager", "chat") for kind in ("firing", "resolved")}
    assert run.skipped_count == 0
    control.close()
