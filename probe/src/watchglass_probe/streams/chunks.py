"""What a chunk of a stream is: a token or not, and what else it says. One reader a shape of stream."""

from collections.abc import Callable, Iterable
from typing import Any

from watchglass_probe.streams.uncertainty import Uncertainty

Reader = Callable[[Any, Uncertainty], bool]
"""Says whether a chunk brings tokens, and takes their logprobs in."""


def reader_for(first: object) -> Reader:
    """The reader of a stream, by its first chunk; a shape that is not known counts each chunk as a token."""
    if isinstance(first, (str, bytes)):
        return read_text
    if isinstance(first, dict):
        return read_chat_dict if "choices" in first else read_event_dict if "type" in first else read_any
    if hasattr(first, "choices"):
        return read_chat
    return read_event if isinstance(getattr(first, "type", None), str) else read_any


def read_text(chunk: str, uncertainty: Uncertainty) -> bool:
    """Plain text: a token unless it is empty."""
    return bool(chunk)


def read_any(chunk: object, uncertainty: Uncertainty) -> bool:
    """Anything else: a token."""
    return True


def read_chat(chunk: Any, uncertainty: Uncertainty) -> bool:
    """A chunk of OpenAI's chat completions, and of all servers that speak it."""
    choices = chunk.choices
    if not choices:
        return False
    choice = choices[0]
    delta = getattr(choice, "delta", None)
    if delta is None:  # the older completions, whose choices have their text themselves
        return bool(getattr(choice, "text", None))
    logprobs = choice.logprobs
    if logprobs is not None and logprobs.content:
        take_in(logprobs.content, uncertainty)
    if delta.content or delta.tool_calls:
        return True
    # reasoning servers send these beyond OpenAI's own fields
    return bool(getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None) or delta.refusal)


def read_event(chunk: Any, uncertainty: Uncertainty) -> bool:
    """An event of OpenAI's responses or of Anthropic's messages: those that end in `delta` bring text."""
    kind = chunk.type
    if kind == "message_delta" or not kind.endswith("delta"):
        return False
    logprobs = getattr(chunk, "logprobs", None)
    if logprobs:
        take_in(logprobs, uncertainty)
    return True


def read_chat_dict(chunk: Any, uncertainty: Uncertainty) -> bool:
    """The same as `read_chat`, of the JSON itself."""
    choices = chunk.get("choices")
    if not choices:
        return False
    choice = choices[0]
    logprobs = choice.get("logprobs")
    if logprobs and logprobs.get("content"):
        for token in logprobs["content"]:
            take_in_dict(token, uncertainty)
    delta = choice.get("delta")
    if delta is None:
        return bool(choice.get("text"))
    return any(delta.get(name) for name in ("content", "tool_calls", "reasoning_content", "reasoning", "refusal"))


def read_event_dict(chunk: Any, uncertainty: Uncertainty) -> bool:
    """The same as `read_event`, of the JSON itself."""
    kind = chunk.get("type")
    if not isinstance(kind, str) or kind == "message_delta" or not kind.endswith("delta"):
        return False
    for token in chunk.get("logprobs") or ():
        take_in_dict(token, uncertainty)
    return True


def take_in(tokens: Iterable[Any], uncertainty: Uncertainty) -> None:
    """Take in the logprobs of tokens, in the form that OpenAI's package gives them."""
    for token in tokens:
        uncertainty.add(token.token, token.logprob, {other.token: other.logprob for other in token.top_logprobs or ()})


def take_in_dict(token: Any, uncertainty: Uncertainty) -> None:
    """The same of one token, of the JSON itself."""
    likeliest = {other["token"]: other["logprob"] for other in token.get("top_logprobs") or ()}
    uncertainty.add(token["token"], token["logprob"], likeliest)


def output_tokens(chunk: Any) -> int | None:
    """The count of output tokens that the server tells in one of the chunks that bring none, or None."""
    usage = value(chunk, "usage") or value(value(chunk, "response"), "usage")
    for name in ("completion_tokens", "output_tokens"):
        count = value(usage, name)
        if isinstance(count, int):
            return count
    return None


def model_of(chunk: Any) -> str | None:
    """The model that a chunk names, or None."""
    for holder in (chunk, value(chunk, "message"), value(chunk, "response")):
        model = value(holder, "model")
        if isinstance(model, str) and model:
            return model
    return None


def value(holder: Any, name: str) -> Any:
    """An attribute of an object or an entry of a dictionary; None where there is none."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)
