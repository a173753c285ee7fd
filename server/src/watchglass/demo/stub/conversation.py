"""What a request asks for, whichever API it came by: the stub answers these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchglass.demo.stub.tokens import count_tokens

MESSAGE_OVERHEAD_TOKENS = 4
"""Tokens that a message costs beside its text: its role and its borders."""
IMAGE_TOKENS = 255
"""Tokens of one image, whatever its size."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message.

    Attributes:
        role: system, user, assistant or tool.
        text: Its text; of several parts, joined by line ends.
        image_count: Images it holds.
        called_tools: Names of the tools it calls.
    """

    role: str
    text: str
    image_count: int = 0
    called_tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool offered to the model; `schema` is the JSON schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for text.

    Attributes:
        model: Model asked for.
        turns: Messages in order, the system's first.
        tools: Tools offered.
        max_tokens: Limit of output tokens, None for none.
        json_schema: Schema that the answer must fit; None for free text.
        must_call_tool: A tool must be called.
        top_logprobs: Likeliest tokens told at each place, with the logprobs of all; None for no logprobs.
        wants_cache: The client marked a prefix for the provider's cache.
        material: Bytes that decide everything that is drawn: the same request gives the same answer.
    """

    model: str
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int | None = None
    json_schema: Mapping[str, Any] | None = None
    must_call_tool: bool = False
    top_logprobs: int | None = None
    wants_cache: bool = False
    material: bytes = b""

    def text_of(self, *roles: str) -> str:
        """All text said by `roles`, in order."""
        return "\n".join(turn.text for turn in self.turns if turn.role in roles)

    @property
    def question(self) -> str:
        """The last thing the user said, empty when nothing was said."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")

    @property
    def input_tokens(self) -> int:
        """Tokens of all messages and tools."""
        messages = sum(
            count_tokens(turn.text) + MESSAGE_OVERHEAD_TOKENS + turn.image_count * IMAGE_TOKENS for turn in self.turns
        )
        tools = sum(count_tokens(f"{tool.name} {tool.description} {dict(tool.schema)}") for tool in self.tools)
        return messages + tools


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants called, with its arguments."""

    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says.

    Attributes:
        answer_id: Id without the API's prefix.
        text: What it says, empty when it only calls tools.
        tool_calls: Tools it calls.
        is_cut: The limit of output tokens ended it.
        input_tokens: All input tokens, cached ones included.
        cache_read_tokens: Input tokens read from the provider's cache.
        cache_creation_tokens: Input tokens written to it.
        output_tokens: Output tokens, reasoning included.
        reasoning_tokens: Output tokens spent on reasoning.
    """

    answer_id: str
    text: str
    tool_calls: tuple[ToolCall, ...]
    is_cut: bool
    input_tokens: int
    cache_read_tokens: int
    cache_creation_tokens: int
    output_tokens: int
    reasoning_tokens: int
