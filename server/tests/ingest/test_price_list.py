"""Prices of the list: the same as the library says, for names as spans carry them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, StartDateConstraint, TimeOfDateConstraint

from doubles.calls import NOON, Call, price
from watchglass.ingest import cost
from watchglass.ingest.price_list import find_provider

LIBRARY_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
)
"""Names of COUNT_COLUMNS in genai-prices."""


def library_price(call: Call) -> tuple[float, float, float] | None:
    """What genai-prices itself says, None where it says nothing."""
    counts = {name: value for name, value in zip(LIBRARY_COUNTS, call.counts, strict=False) if value is not None}
    read, audio = counts.get("cache_read_tokens", 0), counts.get("input_audio_tokens", 0)
    if read and audio:  # the library asks how many cached tokens were audio: as few as the other counts allow
        counts["cache_audio_read_tokens"] = max(0, read + audio - counts.get("input_tokens", 0))
    try:
        said = genai_prices.calc_price(
            genai_prices.Usage(**counts), call.model, provider_id=call.provider, genai_request_timestamp=call.start
        )
    except (ValueError, LookupError):  # the counts contradict each other, or no pattern fits the model's own id
        return None
    return float(said.total_price), float(said.input_price), float(said.output_price)


def check_as_library(calls: list[Call]) -> int:
    """Compare each call's cost with the library's, and return how many had one other than 0."""
    paid = 0
    for begin in range(0, len(calls), cost.MAX_NEW_SCHEDULES):
        part = calls[begin : begin + cost.MAX_NEW_SCHEDULES]
        for call, got in zip(part, price(part), strict=True):
            expected = library_price(call)
            if got[0] is None:
                # not priced: the library refuses, or says 0 as it knows only other kinds of usage (seconds, pages)
                assert expected is None or expected[0] == 0, call
                assert got == (None, None, None, ""), call
            else:
                assert got[:3] == pytest.approx(expected, rel=1e-9, abs=1e-15), call
                assert got[3] == "genai-prices"
                paid += got[0] > 0
    return paid


def all_models() -> list[tuple[str, str, Any]]:
    """Provider id, model id and prices of everything in the list."""
    return [(provider.id, model.id, model.prices) for provider in get_snapshot().providers for model in provider.models]


def random_counts(rnd: random.Random) -> tuple[int | None, ...]:
    """Counts that mostly add up, often next to where prices change by the number of input tokens."""
    input_ = rnd.choice([0, 5, 1000, 128_000, 199_999, 200_000, 200_001, 272_001, rnd.randrange(2_000_000)])
    read = rnd.choice([None, 0, rnd.randint(0, input_)])
    write = rnd.choice([None, 0, rnd.randint(0, input_ - (read or 0))])
    audio = rnd.choice([None, 0, rnd.randint(0, input_)])
    output = rnd.choice([None, 0, 1, rnd.randrange(100_000)])
    reasoning = rnd.choice([None, 0, rnd.randint(0, output or 0)])
    audio_output = rnd.choice([None, rnd.randint(0, (output or 0) - (reasoning or 0))])
    return rnd.choice([input_, input_, input_, None]), output, read, write, reasoning, audio, audio_output


@pytest.mark.parametrize("seed", range(2))
def test_every_model_of_the_list_costs_what_the_library_says(seed: int) -> None:
    """All models, at random times since 2023, with random counts."""
    rnd = random.Random(seed)
    calls = [
        Call(
            provider,
            model,
            random_counts(rnd),
            datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=rnd.randrange(2 * 10**8)),
        )
        for provider, model, _ in all_models()
    ]
    assert check_as_library(calls) > 1000


def test_prices_change_at_their_very_moment() -> None:
    """Each price that begins on a date or holds for hours of a day, a microsecond before, at and after each boundary."""
    calls = []
    for provider, model, prices in all_models():
        for conditional in [] if isinstance(prices, ModelPrice) else prices:
            constraint = conditional.constraint
            boundaries = []
            if isinstance(constraint, StartDateConstraint):
                boundaries = [datetime.combine(constraint.start_date, datetime.min.time(), UTC)]
            elif isinstance(constraint, TimeOfDateConstraint):
                boundaries = [datetime.combine(NOON.date(), at) for at in (constraint.start_time, constraint.end_time)]
            moments = [at + timedelta(microseconds=by) for at in boundaries for by in (-1, 0, 1)]
            calls += [Call(provider, model, (1000, 100, 10), at) for at in moments]
    assert len(calls) > 500
    assert check_as_library(calls) > 400


def test_prices_change_above_the_start_of_a_tier() -> None:
    """Each tier of each model, one input token below, at and above its start."""
    calls = []
    for provider, model, prices in all_models():
        for held in [prices] if isinstance(prices, ModelPrice) else [it.prices for it in prices]:
            starts = {tier.start for rate in vars(held).values() for tier in getattr(rate, "tiers", ())}
            calls += [Call(provider, model, (start + by, 100, 10)) for start in starts for by in (-1, 0, 1)]
    assert len(calls) > 300
    assert check_as_library(calls) > 300


@pytest.mark.parametrize(
    ("provider_name", "expected"),
    [
        ("anthropic", "anthropic"),
        ("aws.bedrock", "aws"),
        ("azure.ai.inference", "azure"),
        ("azure.ai.openai", "azure"),
        ("azure-openai.chat", "azure"),
        ("cohere", "cohere"),
        ("deepseek", "deepseek"),
        ("gcp.gemini", "google"),
        ("gcp.gen_ai", "google"),
        ("gcp.vertex_ai", "google"),
        ("google.generative-ai", "google"),
        ("groq", "groq"),
        ("mistral_ai", "mistral"),
        ("openai", "openai"),
        ("openai.responses", "openai"),
        ("perplexity", "perplexity"),
        ("x_ai", "x-ai"),
        ("xai.chat", "x-ai"),
    ],
)
def test_provider_names_of_the_conventions_are_known(provider_name: str, expected: str) -> None:
    """What gen_ai.provider.name says, and what products write instead, is found in the list."""
    provider = find_provider(provider_name)
    assert provider is not None
    assert provider.id == expected


@pytest.mark.parametrize("provider_name", ["", "my-gateway"])
@pytest.mark.parametrize(
    ("model", "owner"), [("gpt-4o", "openai"), ("claude-sonnet-4-5", "anthropic"), ("gemini-2.0-flash", "google")]
)
def test_a_name_that_says_whose_it_is_needs_no_provider(provider_name: str, model: str, owner: str) -> None:
    """With no provider or an unknown one a model of a well-known family costs what its maker asks."""
    assert price([Call(provider_name, model)]) == price([Call(owner, model)])
    assert price([Call(provider_name, model)])[0][3] == "genai-prices"


@pytest.mark.parametrize(
    ("provider_name", "model"),
    [
        ("", "meta-llama/Llama-3.3-70B-Instruct"),
        ("", "text-embedding-3-small"),
        ("", ""),
        ("openai", ""),
        ("openai", "no-such-model"),
        ("openai", "claude-sonnet-4-5"),
        ("ollama", "deepseek-r1"),
        ("vllm", "gpt-4o"),
        ("", "no-such-model"),
        ("my-gateway", "no-such-model"),
        ("openai", "gpt-4o" * 100),
        ("openai" * 100, "gpt-4o"),
    ],
)
def test_what_is_not_known_for_sure_has_no_price(provider_name: str, model: str) -> None:
    """Several sellers, other people's models, machines of one's own, unknown names: null and never 0."""
    assert price([Call(provider_name, model)]) == [(None, None, None, "")]


def test_litellm_names_the_provider_before_the_model() -> None:
    """provider/model of LiteLLM is the provider's model."""
    assert price([Call("litellm", "openai/gpt-4o")]) == price([Call("openai", "gpt-4o")])
