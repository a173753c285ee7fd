"""What an application does with the openai package."""

import asyncio
from collections.abc import Callable

import openai

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SYSTEM = {"role": "system", "content": "You help the customers of an outdoor shop. Be brief."}
MODEL_CALLS = {"tool call": 2}
"""Calls to a model in each scenario, where it is not one."""
LOOK_UP_ORDER = {
    "type": "function",
    "function": {
        "name": "look_up_order",
        "description": "Look up an order: its state and its tracking page",
        "parameters": {
            "type": "object",
            "properties": {"order_id": {"type": "string"}},
            "required": ["order_id"],
        },
    },
}


def ask(text: str) -> list[dict]:
    return [SYSTEM, {"role": "user", "content": text}]


def scenarios(stub: str) -> dict[str, Callable[[], None]]:
    """Name -> what to do, in order."""
    client = openai.OpenAI(api_key="demo-key", base_url=f"{stub}/v1")

    def chat() -> None:
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=ask("How do I wash a down jacket?"),
            temperature=0.2,
            top_p=0.9,
            max_tokens=200,
            seed=7,
            stop=["END"],
            frequency_penalty=0.1,
            presence_penalty=0.3,
            user="user-42",
        )

    def cut() -> None:
        client.chat.completions.create(model="gpt-4o-mini", messages=ask("When are invoices due?"), max_tokens=5)

    def reasoning() -> None:
        client.chat.completions.create(model="gpt-5-mini", messages=ask("Which tent for two people with rucksacks?"))

    def stream() -> None:
        chunks = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=ask("How long does a refund take?"),
            stream=True,
            stream_options={"include_usage": True},
        )
        assert sum(1 for _ in chunks) > 10

    def async_stream() -> None:
        async def go() -> None:
            async with openai.AsyncOpenAI(api_key="demo-key", base_url=f"{stub}/v1") as asynchronous:
                chunks = await asynchronous.chat.completions.create(
                    model="gpt-4o",
                    messages=ask("Do you deliver to Norway?"),
                    stream=True,
                    stream_options={"include_usage": True},
                )
                async for _ in chunks:
                    pass

        asyncio.run(go())

    def tool_call() -> None:
        messages = ask("Where is my order A-48213? Its tracking page stands still.")
        first = client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[LOOK_UP_ORDER])
        called = first.choices[0].message
        assert called.tool_calls
        result = {
            "role": "tool",
            "tool_call_id": called.tool_calls[0].id,
            "content": "The parcel left the warehouse on Monday. It is on its way.",
        }
        messages = [*messages, called.model_dump(exclude_none=True), result]
        client.chat.completions.create(model="gpt-4o-mini", messages=messages, tools=[LOOK_UP_ORDER])

    def tool_call_stream() -> None:
        chunks = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=ask("Please look up the state of order B-20417."),
            tools=[LOOK_UP_ORDER],
            stream=True,
            stream_options={"include_usage": True},
        )
        deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        assert any(delta.tool_calls for delta in deltas)

    def image() -> None:
        content = [
            {"type": "text", "text": "Is this lamp damaged?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        ]
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])

    def image_address() -> None:
        content = [
            {"type": "text", "text": "Which tent is this?"},
            {"type": "image_url", "image_url": {"url": "https://shop.example/tent.jpg"}},
        ]
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])

    def bad_request() -> None:
        try:
            client.chat.completions.create(model="gpt-4o-mini", messages=ask("Hello?"), temperature=3.0)
        except openai.BadRequestError:
            return
        raise AssertionError("the stub took a temperature of 3")

    def rate_limited() -> None:
        try:
            client.with_options(max_retries=0).chat.completions.create(
                model="gpt-4o-mini", messages=ask("Hello?"), extra_headers={"x-stub-error": "429"}
            )
        except openai.RateLimitError:
            return
        raise AssertionError("the stub did not limit")

    def retry() -> None:
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=ask("Can I return sale items?"),
            extra_headers={"x-stub-error": "500", "x-stub-error-attempts": "1"},
        )

    def embeddings() -> None:
        client.embeddings.create(model="text-embedding-3-small", input=["a lamp", "a tent for two"], dimensions=8)

    def responses() -> None:
        client.responses.create(
            model="gpt-4.1-mini", instructions="Be brief.", input="How do I charge the lamp?", max_output_tokens=300
        )

    def responses_stream() -> None:
        events = client.responses.create(model="gpt-4.1-mini", input="When does a gift card end?", stream=True)
        assert [event.type for event in events][-1] == "response.completed"

    return {
        "chat": chat,
        "cut": cut,
        "reasoning": reasoning,
        "stream": stream,
        "async stream": async_stream,
        "tool call": tool_call,
        "tool call stream": tool_call_stream,
        "image": image,
        "image address": image_address,
        "bad request": bad_request,
        "rate limited": rate_limited,
        "retry": retry,
        "embeddings": embeddings,
        "responses": responses,
        "responses stream": responses_stream,
    }
