"""Two sides compared over a real store."""

from typing import Any

import numpy as np
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import InvalidInput
from watchglass.query import compare_sample
from watchglass.query.compare import Comparison, compare
from watchglass.query.expr import EVERYTHING
from watchglass.query.filter import parse
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.usage_source import Kept
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 3600 * SECOND_NS, NOW_NS)
KEPT = Kept(0, 0, 0)


def calls(first: int, count: int, random: np.random.Generator, slower: float = 1.0, **columns: Any) -> list[dict[str, Any]]:
    """Calls of a model, whose cost and duration vary by chance."""
    return [
        span(
            number, number, at_s=-float(random.uniform(1, 3500)), is_model_call=True,
            duration_ns=int(slower * random.lognormal(0, 0.3) * SECOND_NS), cost_usd=float(random.lognormal(-7, 0.3)),
            input_tokens=int(random.integers(90, 110)), output_tokens=50, **columns,
        )
        for number in range(first, first + count)
    ]  # fmt: skip


def compared(engine: Engine, dimension: str = "release", left: str = "1", right: str = "2", text: str = "") -> Comparison:
    """The comparison over the last hour."""
    expr = parse(text) if text else EVERYTHING
    return compare(Reader(engine, 30.0, 2**30), SCOPE, dimension, left, right, expr, KEPT, NOW_NS)


def changes(found: Comparison) -> dict[str, str]:
    """What is said of each measure."""
    return {measure.name: measure.change for measure in found.measures}


def test_a_slower_release_that_fails_more_is_worse_in_that_alone(engine: Engine) -> None:
    """Twice the duration and ten times the errors are told; cost and tokens, which chance alone moves, are not."""
    random = np.random.default_rng(1)
    insert_rows(engine, "spans", calls(1, 300, random, release="1"))
    insert_rows(engine, "spans", calls(1000, 270, random, slower=2, release="2"))
    insert_rows(engine, "spans", calls(2000, 30, random, slower=2, release="2", status_code="error"))
    insert_rows(engine, "spans", [span(1, 5000, release="2", duration_ns=10**12), *calls(3000, 50, random, release="3")])
    found = compared(engine)
    assert (found.left_call_count, found.right_call_count, found.sample.is_partial) == (300, 300, False)
    assert changes(found) == {
        "cost_mean_usd": "unclear", "input_mean_tokens": "unclear", "output_mean_tokens": "unclear", "duration_p50_ns": "worse",
        "duration_p95_ns": "worse", "time_to_first_token_p50_ns": "unknown", "time_per_output_token_p50_ns": "unknown",
        "error_ratio": "worse",
    }  # fmt: skip
    duration = next(measure for measure in found.measures if measure.name == "duration_p50_ns")
    assert duration.difference.ratio == pytest.approx(2, rel=0.15)
    assert (duration.greater_ratio or 0) > 0.9
    back = {measure.name: measure for measure in compared(engine, left="2", right="1").measures}
    assert back["duration_p50_ns"].change == back["error_ratio"].change == "better"
    assert back["duration_p50_ns"].difference.difference == pytest.approx(-(duration.difference.difference or 0))
    assert compared(engine).measures == found.measures


def test_fewer_tokens_are_neither_good_nor_bad(engine: Engine) -> None:
    """Tokens are lower or higher; any text that spans have can tell the sides apart, and a filter narrows both."""
    random = np.random.default_rng(2)
    a, b = {"attributes": {"arm": "a'\\"}}, {"attributes": {"arm": "b"}}
    insert_rows(engine, "spans", calls(1, 100, random, model="x", **a))
    insert_rows(engine, "spans", [{**row, "input_tokens": 500} for row in calls(500, 100, random, model="x", **b)])
    insert_rows(engine, "spans", calls(900, 100, random, model="y", **b))
    found = compared(engine, "attributes.arm", "a'\\", "b", "model:x")
    assert (found.left_call_count, found.right_call_count) == (100, 100)
    assert changes(found)["input_mean_tokens"] == "higher"


def test_a_sample_is_drawn_evenly(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more calls than are drawn, as many come from each part of the range, the same ones each time; errors stay exact."""
    monkeypatch.setattr(compare_sample, "SAMPLE", 400)
    monkeypatch.setattr(compare_sample, "MOST_CALLS", 4000)
    random = np.random.default_rng(3)
    for first in range(0, 6000, 1000):
        insert_rows(engine, "spans", calls(first, 1000, random, release="1", status_code="error"))
    insert_rows(engine, "spans", calls(9000, 100, random, release="2"))
    found = compared(engine)
    assert found.sample.is_partial
    assert 300 < found.sample.left.num_rows < 500
    errors = found.measures[-1].difference
    assert (errors.left, errors.right, errors.left_count, errors.right_count) == (1.0, 0.0, 6000, 100)
    assert compared(engine).sample.left.num_rows == found.sample.left.num_rows


@pytest.mark.parametrize(
    ("dimension", "right", "field"),
    [("nothing", "2", "dimension"), ("duration", "2", "dimension"), ("model,release", "2", "dimension"), ("tags", "2", "dimension"), ("release", "1", "right")],
)
def test_what_cannot_be_compared_is_refused(engine: Engine, dimension: str, right: str, field: str) -> None:
    """An unknown name, a number, two names and one value against itself are said to be wrong by name."""
    with pytest.raises(InvalidInput) as refused:
        compared(engine, dimension, "1", right)
    assert refused.value.field == field


def test_sides_without_calls_are_unknown(engine: Engine) -> None:
    """Nothing on either side has no values and no verdict."""
    found = compared(engine)
    assert (found.left_call_count, set(changes(found).values())) == (0, {"unknown"})
