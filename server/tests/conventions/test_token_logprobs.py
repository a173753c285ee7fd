"""Tokens and their logprobs, as the clients record them, become columns: compact, and read by one formula."""

import json
import math
from typing import Any

import numpy as np
import pytest
from watchglass_probe.streams.uncertainty import Uncertainty, entropy_nats

from conventions.reading import kept, picked, read
from watchglass.conventions.token_columns import MAX_TOKENS
from watchglass.conventions.token_logprobs import take_tokens
from watchglass.conventions.uncertainty import entropies_nats, perplexity

OPENAI = "openinference.instrumentation.openai"
HALF, FIFTH = math.log(0.5), math.log(0.2)


def token(text: str, logprob: float, *others: tuple[str, float]) -> dict[str, Any]:
    """A token as chat completions tell it."""
    top = [{"token": other, "logprob": at, "bytes": [*other.encode()]} for other, at in others]
    return {"token": text, "logprob": logprob, "bytes": [*text.encode()], "top_logprobs": top}


SURE, TORN = token("It", 0.0, ("It", 0.0)), token(" is", HALF, (" is", HALF), (" was", FIFTH))


def chat(*tokens: dict[str, Any]) -> dict[str, Any]:
    """A whole answer of chat completions."""
    message = {"role": "assistant", "content": "".join(one["token"] for one in tokens)}
    return {"id": "c1", "choices": [{"index": 0, "message": message, "logprobs": {"content": [*tokens], "refusal": None}}]}


def openinference(answer: Any, kind: str = "LLM") -> dict[str, Any]:
    """The columns of a span of OpenInference's."""
    attributes = {"openinference.span.kind": kind, "output.value": json.dumps(answer), "output.mime_type": "application/json"}
    return read(attributes, scope=OPENAI)


def test_a_chat_completion_with_logprobs_fills_the_columns() -> None:
    """OpenInference records the whole answer; the value that stays has all but the tokens."""
    row = openinference(chat(SURE, TORN))
    assert picked(row, "token_texts", "token_surprisals_mnat") == (["It", " is"], [0, 693])
    assert picked(row, "token_alternative_counts", "token_alternatives") == ([1, 2], ["It", " is", " was"])
    assert row["token_alternative_surprisals_mnat"] == [0, 693, 1609]
    assert row["perplexity"] == pytest.approx(math.sqrt(2))
    of_torn = -(0.5 * HALF + 0.2 * FIFTH + 0.3 * math.log(0.3))
    assert row["mean_entropy_nats"] == pytest.approx(of_torn / 2)
    without = chat(SURE, TORN)
    without["choices"][0]["logprobs"]["content"] = None
    assert json.loads(row["output_value"]) == without


@pytest.mark.parametrize(
    "answer",
    [
        {"output": [{"type": "message", "content": [{"type": "output_text", "text": "It is", "logprobs": [SURE, TORN]}]}]},
        {
            "generations": [[{
                "text": "It is",
                "generation_info": {"logprobs": {"content": [SURE, TORN]}},
                "message": {"kwargs": {"response_metadata": {"logprobs": {"content": [SURE, TORN]}}}},
            }]],
        },
        {"choices": [{
            "text": "It is",
            "logprobs": {
                "tokens": ["It", " is"],
                "token_logprobs": [0.0, HALF],
                "top_logprobs": [{"It": 0.0}, {" was": FIFTH, " is": HALF}],
            },
        }]},
        {"output": [{"content": [{"text": "It", "logprobs": [SURE]}, {"text": " is", "logprobs": [TORN]}]}]},
        {"choices": [chat(SURE, TORN)["choices"][0], chat(TORN, TORN)["choices"][0]]},
    ],
    ids=["responses", "langchain tells twice", "text completions", "two parts", "two choices"],
)  # fmt: skip
def test_other_forms_of_the_same_answer_read_the_same(answer: dict[str, Any]) -> None:
    """Whichever API answered and whoever recorded it, the columns are the same."""
    row, known = openinference(answer), openinference(chat(SURE, TORN))
    for column in known.keys() - {"output_value"}:
        assert row[column] == known[column], column


def test_logprobs_of_the_vercel_sdk_are_in_the_provider_s_metadata() -> None:
    """The SDK hands on what OpenAI said as JSON beside the text."""
    attributes = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.response.text": "It is",
        "ai.response.providerMetadata": json.dumps({"openai": {"logprobs": [SURE, TORN]}}),
    }
    assert read(attributes)["token_texts"] == ["It", " is"]


def test_what_the_probe_tells_is_taken_whole() -> None:
    """Its own figures stand: they are of all tokens, of which it keeps the first."""
    uncertainty = Uncertainty()
    uncertainty.add("It", 0.0, {"It": 0.0})
    attributes = {
        "watchglass.stream.perplexity": 7.5,
        "watchglass.stream.entropy.mean": 0.5,
        "watchglass.stream.logprobs": uncertainty.as_json(),
    }
    row = read(attributes)
    assert picked(row, "perplexity", "mean_entropy_nats", "token_texts") == (7.5, 0.5, ["It"])
    assert kept(row) == {}


def test_a_step_around_the_call_has_no_tokens_of_its_own() -> None:
    """A chain that repeats the answer of its model is not told apart by surprise twice."""
    row = openinference(chat(SURE, TORN), kind="CHAIN")
    assert "perplexity" not in row and "token_texts" not in row
    assert json.loads(row["output_value"]) == chat(SURE, TORN)


def test_answers_without_logprobs_are_left_alone() -> None:
    """No logprobs, words that only look like them, and no JSON."""
    for value in ('{"choices":[{"logprobs":null}]}', '{"logprob": 1}', 'says "logprob": no', '{"a":[{"token":"x","logprob":"y"}]}'):
        row = read({"openinference.span.kind": "LLM", "output.value": value}, scope=OPENAI)
        assert "perplexity" not in row and row["output_value"] == value


def test_long_answers_keep_their_first_tokens_and_the_perplexity_of_all() -> None:
    """The bound is on what is stored, not on what is measured."""
    row = openinference(chat(*[SURE] * MAX_TOKENS, *[token("x", -1.0)] * MAX_TOKENS))
    assert len(row["token_texts"]) == len(row["token_surprisals_mnat"]) == len(row["token_alternatives"]) == MAX_TOKENS
    assert row["perplexity"] == pytest.approx(math.exp(0.5))


def test_odd_tokens_do_not_lose_the_rest() -> None:
    """No number, no text, minus infinity, a probability above one, an echo without a logprob, nesting without end."""
    odd = [{"token": "a", "logprob": None}, {"token": 5, "logprob": -1.0}, {"token": "b", "logprob": -math.inf},
           {"token": "c", "logprob": 0.1, "top_logprobs": ["x", {"token": "c"}]}, {"token": "d", "logprob": math.nan}]  # fmt: skip
    tokens = take_tokens([odd])
    assert (tokens.texts, tokens.logprobs, tokens.alternatives) == (["b", "c"], [-math.inf, 0.0], [[], []])
    deep: Any = [odd]
    for _ in range(200):
        deep = [deep]
    assert len(take_tokens(deep)) == 0


def test_the_probe_and_the_server_have_one_formula() -> None:
    """On tokens drawn here: what the probe computes in a stream is what the server computes of the same tokens."""
    draw = np.random.default_rng(7)
    uncertainty, surprisals, told, counts = Uncertainty(), [], [], []
    for _ in range(50):
        shares = draw.dirichlet(np.ones(6))[: draw.integers(1, 6)]
        likeliest = {str(place): math.log(share) for place, share in enumerate(shares)}
        uncertainty.add("0", likeliest["0"], likeliest)
        surprisals.append(-likeliest["0"])
        told.extend(-logprob for logprob in likeliest.values())
        counts.append(len(likeliest))
    entropies = entropies_nats(np.array(told), np.array(counts))
    assert perplexity(np.array(surprisals)) == pytest.approx(uncertainty.perplexity())
    assert entropies.mean() == pytest.approx(uncertainty.mean_entropy_nats())
    assert entropies[0] == pytest.approx(entropy_nats([-one for one in told[: counts[0]]]))
    assert perplexity(np.array([math.inf])) == pytest.approx(math.exp(700))
