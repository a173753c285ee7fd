"""The user's word: which calls it is for, and which one wins."""

from datetime import timedelta

import pytest

from doubles.calls import NOON, Call, override_of, price
from watchglass.ingest.cost import Pricer
from watchglass.store.control.prices import PriceOverride


def test_an_override_wins_over_the_list_and_is_named() -> None:
    """The user's word counts, for known and unknown models."""
    overrides = (override_of("gpt-4o", input_=3.0, output=7.0), override_of("my-*", input_=3.0, output=7.0))
    for model in ("gpt-4o", "GPT-4o", "my-model"):
        assert price([Call("openai", model, (1_000_000, 1_000_000))], overrides) == [(10.0, 3.0, 7.0, "override")]
    assert price([Call("openai", "gpt-4o-mini")], overrides)[0][3] == "genai-prices"


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (override_of("*", project="shop"), override_of("gpt-4o", provider="openai")),
        (override_of("gpt-4o"), override_of("gpt-4*", provider="openai")),
        (override_of("*", provider="openai"), override_of("gpt-4*")),
        (override_of("gpt-4*"), override_of("gpt-*")),
        (override_of("gpt-4o", valid_from=NOON - timedelta(days=1)), override_of("gpt-4o", created_at_ns=9)),
        (override_of("gpt-4o", created_at_ns=2), override_of("gpt-4o", created_at_ns=1)),
    ],
)
def test_the_most_special_override_wins(winner: PriceOverride, loser: PriceOverride) -> None:
    """Project, exact model, provider, longer pattern, later start, newer: in this order, wherever they stand."""
    fields = {name: getattr(winner, name) for name in PriceOverride.__dataclass_fields__}
    dear = PriceOverride(**{**fields, "input_usd_per_mtok": 50.0})
    for overrides in ((dear, loser), (loser, dear)):
        (row,) = price([Call("openai", "gpt-4o", (1_000_000, 0), project="shop")], overrides)
        assert row[0] == 50


def test_an_override_holds_for_its_project_provider_and_time_alone() -> None:
    """Elsewhere and before, the next one or the list says the price."""
    override = override_of("gpt-4o", project="shop", provider="OpenAI", input_=99.0, valid_from=NOON)
    calls = [
        Call("openai", "gpt-4o", project="shop"),
        Call("openai", "gpt-4o", project="default"),
        Call("azure.ai.openai", "gpt-4o", project="shop"),
        Call("openai", "gpt-4o", project="shop", start=NOON - timedelta(microseconds=1)),
    ]
    assert [row[3] for row in price(calls, (override,))] == ["override"] + ["genai-prices"] * 3


def test_changed_overrides_hold_for_the_next_group() -> None:
    """New, changed and deleted overrides are seen without a new pricer."""
    current: list[tuple[PriceOverride, ...]] = [()]
    pricer = Pricer(lambda: current[0])
    seen = []
    for overrides in ((), (override_of("mine", input_=1.0),), (override_of("mine", input_=2.0),), ()):
        current[0] = overrides
        seen.append(price([Call("", "mine", (1_000_000, 0))], pricer=pricer)[0][0])
    assert seen == [None, 1.0, 2.0, None]


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*a", "a", False),
        ("ab*ba", "aba", False),
        ("a*b*b", "ab", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("*a" * 99, "a" * 199 + "b", False),
    ],
)
def test_only_stars_are_special_in_a_pattern(pattern: str, text: str, fits: bool) -> None:
    """A star stands for any text; nothing else does, and no pattern takes long."""
    override = override_of(pattern, input_=1.0)
    priced = price([Call("nobody", text, (1_000_000, 0))], (override,))
    assert (priced[0][3] == "override") is fits
