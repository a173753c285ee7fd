"""What an application does with the anthropic package."""

import asyncio
from collections.abc import Callable

import anthropic

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MODEL = "claude-haiku-4-5"
SYSTEM = "You help the customers of an outdoor shop. Be brief."
MODEL_CALLS = {"tool call": 2}
"""Calls to a model in each scenario, where it is not one."""
LOOK_UP_ORDER = {
    "name": "look_up_order",
    "description": "Look up an order: its state and its tracking page",
    "input_schema": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
}


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def scenarios(stub: str) -> dict[str, Callable[[], None]]:
    """Name -> what to do, in order."""
    client = anthropic.Anthropic(api_key="demo-key", base_url=stub)

    def chat() -> None:
        client.messages.create(
            model=MODEL,
            max_tokens=200,
            system=SYSTEM,
            messages=user("How do I wash a down jacket?"),
            extra_body={"temperature": 0.2, "top_p": 0.9, "top_k": 40},
            stop_sequences=["END"],
            metadata={"user_id": "user-42"},
        )

    def cached() -> None:
        manual = "\n".join(f"Rule {number}. The shop answers within {number} hours." for number in range(1, 60))
        client.messages.create(
            model=MODEL,
            max_tokens=200,
            system=[{"type": "text", "text": manual, "cache_control": {"type": "ephemeral"}}],
            messages=user("When does the shop answer?"),
        )

    def stream() -> None:
        with client.messages.stream(
            model=MODEL, max_tokens=200, system=SYSTEM, messages=user("How long does a refund take?")
        ) as events:
            assert events.get_final_message().stop_reason == "end_turn"

    def raw_stream() -> None:
        events = client.messages.create(
            model=MODEL, max_tokens=200, messages=user("When are invoices due?"), stream=True
        )
        assert [event.type for event in events][-1] == "message_stop"

    def async_stream() -> None:
        async def go() -> None:
            async with anthropic.AsyncAnthropic(api_key="demo-key", base_url=stub) as asynchronous:
                events = await asynchronous.messages.create(
                    model=MODEL, max_tokens=200, messages=user("Do you deliver to Norway?"), stream=True
                )
                async for _ in events:
                    pass

        asyncio.run(go())

    def tool_call() -> None:
        messages = user("Where is my order A-48213? Its tracking page stands still.")
        first = client.messages.create(model=MODEL, max_tokens=200, messages=messages, tools=[LOOK_UP_ORDER])
        (called,) = first.content
        result = {"type": "tool_result", "tool_use_id": called.id, "content": "It left the warehouse on Monday."}
        messages = [
            *messages,
            {"role": "assistant", "content": [called.model_dump(include={"type", "id", "name", "input"})]},
            {"role": "user", "content": [result]},
        ]
        client.messages.create(model=MODEL, max_tokens=200, messages=messages, tools=[LOOK_UP_ORDER])

    def image() -> None:
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        content = [{"type": "image", "source": source}, {"type": "text", "text": "Is this lamp damaged?"}]
        client.messages.create(model=MODEL, max_tokens=200, messages=[{"role": "user", "content": content}])

    def bad_request() -> None:
        try:
            client.messages.create(model=MODEL, max_tokens=200, messages=[])
        except anthropic.BadRequestError:
            return
        raise AssertionError("the stub took no messages")

    def overloaded() -> None:
        try:
            client.with_options(max_retries=0).messages.create(
                model=MODEL, max_tokens=200, messages=user("Hello?"), extra_headers={"x-stub-error": "529"}
            )
        except anthropic.APIStatusError as error:
            assert error.status_code == 529
            return
        raise AssertionError("the stub was not overloaded")

    def retry() -> None:
        client.messages.create(
            model=MODEL,
            max_tokens=200,
            messages=user("Can I return sale items?"),
            extra_headers={"x-stub-error": "529", "x-stub-error-attempts": "1"},
        )

    return {
        "chat": chat,
        "cached": cached,
        "stream": stream,
        "raw stream": raw_stream,
        "async stream": async_stream,
        "tool call": tool_call,
        "image": image,
        "bad request": bad_request,
        "overloaded": overloaded,
        "retry": retry,
    }
