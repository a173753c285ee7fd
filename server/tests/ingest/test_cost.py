"""What calls cost: every token once, each call at its own time, and never a guess."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.calls import NOON, Call, override_of, price, rows_of
from watchglass.ingest import cost
from watchglass.ingest.cost import COUNT_COLUMNS, Pricer

ANY_COUNT = st.one_of(st.none(), st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**53, 2**63, 2**64 - 1]))
ANY_FLOAT = st.one_of(st.none(), st.floats())
ANY_TEXT = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["openai", "gpt-4o", "anthropic", "claude-*"]))


def test_each_span_is_priced_at_its_own_time() -> None:
    """One group with a model's day price and night price."""
    night, day = datetime(2025, 7, 1, 20, tzinfo=UTC), datetime(2025, 7, 1, 12, tzinfo=UTC)
    costs = [row[0] for row in price([Call("deepseek", "deepseek-chat", start=at) for at in (night, day, night)])]
    assert costs[0] == costs[2]
    assert costs[0] != costs[1]


@pytest.mark.parametrize("counts", [(None, None), (100, 10, 101), (100, 10, 60, 60), (None, 10, 5)])
def test_counts_that_are_absent_or_contradict_each_other_have_no_price(counts: tuple[int | None, ...]) -> None:
    """No counts at all, more cached tokens than there was input, or cached tokens of an input that nobody counted."""
    assert price([Call("p", "m", counts)], (override_of(cache_read=0.1, cache_creation=2.0),)) == [
        (None, None, None, "")
    ]


def test_more_reasoning_than_output_has_no_price_where_reasoning_has_its_own() -> None:
    """A model that asks for reasoning apart cannot be priced by counts that do not add up."""
    calls = [Call("perplexity", "sonar-deep-research", (100, 10, None, None, reasoning)) for reasoning in (10, 11)]
    assert [row[3] for row in price(calls)] == ["genai-prices", ""]


def test_a_half_known_call_costs_what_is_known() -> None:
    """Input without output, as of embeddings or a stream that was cut, has a price."""
    both, input_only = price([Call("openai", "gpt-4o", (1000, 100)), Call("openai", "gpt-4o", (1000, None))])
    assert input_only[0] == input_only[1] == both[1]
    assert input_only[2] == 0


def test_cached_tokens_are_paid_once_at_their_own_price() -> None:
    """Input tokens include the cached ones, which cost less or more than the rest and are not paid twice."""
    override = override_of(input_=10.0, output=0.0, cache_read=1.0, cache_creation=12.5)
    (row,) = price([Call("p", "m", (1_000_000, 0, 400_000, 100_000))], (override,))
    assert row[0] == pytest.approx(0.5 * 10 + 0.4 * 1 + 0.1 * 12.5)
    (plain,) = price([Call("p", "m", (1_000_000, 0, 400_000, 100_000))], (override_of(input_=10.0, output=0.0),))
    assert plain[0] == pytest.approx(10)


def test_reasoning_tokens_are_part_of_the_output() -> None:
    """Reasoning does not add to the price of output."""
    without, with_reasoning = price([Call("openai", "o3", (10, 500)), Call("openai", "o3", (10, 500, None, None, 400))])
    assert without == with_reasoning


def test_only_model_calls_are_priced() -> None:
    """Spans that are not the call itself have no cost, as it would be counted twice."""
    columns = {
        "model": pa.array(["gpt-4o"] * 3),
        "provider_name": pa.array(["openai"] * 3),
        "is_model_call": pa.array([False, True, None]),
        "start_time": pa.array([NOON] * 3, pa.timestamp("ns", tz="UTC")),
        "input_tokens": pa.array([10] * 3, pa.uint64()),
    }
    priced = rows_of(Pricer(tuple).price(columns))
    assert [row[3] for row in priced] == ["", "genai-prices", ""]
    assert [row[0] is None for row in priced] == [True, False, True]


def test_a_flood_of_new_models_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """More new models than a group may bring stay unpriced, known ones do not suffer, and memory is bounded."""
    monkeypatch.setattr(cost, "MAX_NEW_SCHEDULES", 5)
    monkeypatch.setattr(cost, "MAX_SCHEDULES", 20)
    overrides = (override_of("new-*"),)
    pricer = Pricer(lambda: overrides)
    price([Call("openai", "gpt-4o")], pricer=pricer)
    flood = [Call("", f"new-{number:03}") for number in range(50)]
    priced = price([*flood, Call("openai", "gpt-4o")], pricer=pricer)
    assert [row[3] for row in priced].count("override") == 5
    assert priced[-1][3] == "genai-prices"
    for number in range(20):
        price([Call("", f"new-{number}-{at}") for at in range(5)], pricer=pricer)
        assert len(pricer._schedules) <= 20


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_input_raises(data: st.DataObject) -> None:
    """Any counts, names and times, also as other types, absent or null: as many rows come out, finite or null."""
    row_count = data.draw(st.integers(0, 6))

    def column(values: st.SearchStrategy[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(data.draw(st.lists(values, min_size=row_count, max_size=row_count)), kind)

    columns = {
        "start_time": column(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), pa.int64()).cast(
            pa.timestamp("ns", tz="UTC")
        ),
        "is_model_call": column(st.sampled_from([True, True, False, None]), pa.bool_()),
    }
    for name in ("project_id", "provider_name", "model"):
        if data.draw(st.booleans()):
            columns[name] = column(ANY_TEXT, pa.string())
    for name in COUNT_COLUMNS:
        kind = data.draw(st.sampled_from(["count", "float", "null", "absent"]))
        if kind != "absent":
            values, arrow = {
                "count": (ANY_COUNT, pa.uint64()),
                "float": (ANY_FLOAT, pa.float64()),
                "null": (st.none(), pa.null()),
            }[kind]
            columns[name] = column(values, arrow)
    priced = rows_of(Pricer(lambda: (override_of("c*"),)).price(columns))
    assert len(priced) == row_count
    for cost_usd, input_usd, output_usd, source in priced:
        assert (cost_usd is None) == (input_usd is None) == (output_usd is None) == (source == "")
        assert cost_usd is None or (np.isfinite(cost_usd) and cost_usd >= 0)
