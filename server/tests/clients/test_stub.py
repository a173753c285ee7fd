"""The stub keeps the contracts: the real clients' errors, streams that say what whole answers say, usage that fits."""

import math
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from watchglass.demo.stub.faults import Timing
from watchglass.demo.stub.server import running_stub
from watchglass.demo.stub.tokens import count_tokens, pieces

pytestmark = pytest.mark.real

QUESTION = [{"role": "user", "content": "How do I wash a down jacket?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "track_parcel",
        "description": "Where the parcel of an order is",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    },
}


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    with running_stub(timing=Timing(scale=0)) as address:
        yield address


@pytest.fixture
def gpt(stub: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="demo-test", base_url=f"{stub}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(stub: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="demo-test", base_url=stub, max_retries=0, open_telemetry=False) as client:
        yield client


def test_the_same_request_gets_the_same_answer(gpt: openai.OpenAI) -> None:
    """What is drawn is drawn from the request."""
    first, second = (gpt.chat.completions.create(model="gpt-4o-mini", messages=QUESTION) for _ in range(2))
    assert first.choices == second.choices and first.usage == second.usage


def test_another_seed_gives_another_answer() -> None:
    """The stub's seed is part of the draw."""
    answers = set()
    for seed in range(4):
        with running_stub(seed=seed, timing=Timing(scale=0)) as address:
            client = openai.OpenAI(api_key="demo-test", base_url=f"{address}/v1")
            answers.add(client.chat.completions.create(model="m", messages=QUESTION).choices[0].message.content)
    assert len(answers) > 1


def test_output_tokens_are_those_of_the_text(gpt: openai.OpenAI) -> None:
    """Usage fits the text, and grows with the prompt."""
    short = gpt.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
    assert short.usage.completion_tokens == count_tokens(short.choices[0].message.content)
    long = gpt.chat.completions.create(model="gpt-4o-mini", messages=QUESTION * 3)
    assert long.usage.prompt_tokens == 3 * short.usage.prompt_tokens


def test_pieces_joined_are_the_text() -> None:
    """Nothing is lost in a stream."""
    text = "Two  words,\n\tÄrger, and 日本語 (x)!"
    assert "".join(pieces(text)) == text


def test_a_stream_counts_what_it_carries(gpt: openai.OpenAI) -> None:
    """One chunk a token, and the usage of their number."""
    stream = gpt.chat.completions.create(
        model="gpt-4o-mini", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert chunks[-1].usage.completion_tokens == count_tokens(text)


def test_logprobs_are_told_when_they_are_asked_for(gpt: openai.OpenAI) -> None:
    """Of each piece, whole and in a stream alike; the likeliest first, the piece itself in its order."""
    asked: dict[str, Any] = {"model": "gpt-4o-mini", "messages": QUESTION, "logprobs": True, "top_logprobs": 3}
    whole = gpt.chat.completions.create(**asked).choices[0]
    assert "".join(token.token for token in whole.logprobs.content) == whole.message.content
    for token in whole.logprobs.content:
        told = [other.logprob for other in token.top_logprobs]
        assert 0 < len(told) <= 3 and told == sorted(told, reverse=True) and sum(map(math.exp, told)) <= 1
    chunks = gpt.chat.completions.create(**asked, stream=True)
    held = [chunk.choices[0].logprobs.content for chunk in chunks if chunk.choices and chunk.choices[0].logprobs]
    assert "".join(token.token for tokens in held for token in tokens)
    assert gpt.chat.completions.create(model="gpt-4o-mini", messages=QUESTION).choices[0].logprobs is None


def test_a_tool_is_called_with_what_the_user_said(gpt: openai.OpenAI) -> None:
    """The tool whose words fit is called, its arguments found in the text; other questions are answered."""
    asked = [{"role": "user", "content": "Where is the parcel of order B-20417?"}]
    called = gpt.chat.completions.create(model="gpt-4o-mini", messages=asked, tools=[TOOL]).choices[0]
    assert called.finish_reason == "tool_calls"
    assert called.message.tool_calls[0].function.arguments == '{"order_id": "B-20417"}'
    answered = gpt.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, tools=[TOOL]).choices[0]
    assert answered.finish_reason == "stop"


def test_embeddings_of_texts_that_share_words_are_near(gpt: openai.OpenAI) -> None:
    """So that retrieval finds what it should."""
    texts = ["wash a down jacket", "washing the down jacket", "gift cards are valid for three years"]
    first, second, third = (item.embedding for item in gpt.embeddings.create(model="e", input=texts).data)

    def nearness(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert nearness(first, second) > nearness(first, third) + 0.3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
def test_openai_errors_are_those_that_the_client_knows(
    gpt: openai.OpenAI, status: int, error: type[openai.APIStatusError]
) -> None:
    """Each status becomes the client's own error; 429 says when to come back."""
    with pytest.raises(error) as raised:
        gpt.chat.completions.create(
            model="gpt-4o-mini", messages=QUESTION, extra_headers={"x-stub-error": str(status)}
        )
    assert raised.value.status_code == status
    assert (raised.value.response.headers.get("retry-after") is not None) == (status == 429)


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error"), (500, "api_error")])
def test_anthropic_errors_are_those_that_the_client_knows(
    claude: anthropic.Anthropic, status: int, kind: str
) -> None:
    """Each status carries the type that the contract gives it."""
    with pytest.raises(anthropic.APIStatusError) as raised:
        claude.messages.create(
            model="claude-haiku-4-5", max_tokens=9, messages=QUESTION, extra_headers={"x-stub-error": str(status)}
        )
    body: Any = raised.value.body
    assert (raised.value.status_code, body["error"]["type"]) == (status, kind)


def test_a_field_that_is_wrong_is_named(gpt: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    """As `param` by the one, in the message by the other."""
    with pytest.raises(openai.BadRequestError) as raised:
        gpt.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "king", "content": "Bow."}])
    assert raised.value.param == "messages[0].role"
    with pytest.raises(anthropic.BadRequestError, match=r"messages: "):
        claude.messages.create(model="claude-haiku-4-5", max_tokens=9, messages=[])


def test_a_wrong_key_is_refused(stub: str) -> None:
    """A real key, sent here by mistake, gets the answer of a wrong one."""
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key="sk-real", base_url=f"{stub}/v1").chat.completions.create(model="m", messages=QUESTION)
    with pytest.raises(anthropic.AuthenticationError):
        anthropic.Anthropic(api_key="sk-real", base_url=stub).messages.create(
            model="m", max_tokens=9, messages=QUESTION
        )


def test_a_retry_after_one_error_succeeds(gpt: openai.OpenAI) -> None:
    """The client's own retry counter tells the stub which attempt it is."""
    once = {"x-stub-error": "500", "x-stub-error-attempts": "1"}
    answered = gpt.with_options(max_retries=1).chat.completions.create(
        model="gpt-4o-mini", messages=QUESTION, extra_headers=once
    )
    assert answered.choices[0].message.content
