"""Trace exports for the benchmarks: spans of about 1.9 kB with believable prompts, every export different."""

import json
import random
import time

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

MODELS = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-4.1"),
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-haiku-4-5"),
    ("gcp.gemini", "gemini-2.5-flash"),
    ("mistral_ai", "mistral-large-latest"),
    ("local", "house-model-7b"),
]
SERVICES = [("support-bot", "1.4.0"), ("support-bot", "1.5.0"), ("writer", "2.0.1"), ("search", "0.9.3")]
TRACE_MARK = b"\xa7\x3c\x91\x5e\xd2\x08\xb6\x4f"
"""First half of every trace id of a template; replaced to make an export unlike all others."""

WORDS = [
    "".join(random.Random(i).choice("bcdfghklmnprstvw") + random.Random(i * 7 + k).choice("aeiou") for k in range(1 + i % 4))
    for i in range(6000)
]


def text(rng: random.Random, size_bytes: int) -> str:
    """About `size_bytes` bytes of words drawn as in a language, few of them often."""
    words = []
    size = 0
    while size < size_bytes:
        rank = int(rng.paretovariate(0.3)) - 1 if rng.random() < 0.6 else rng.randrange(len(WORDS))
        word = WORDS[min(rank, len(WORDS) - 1)]
        words.append(word)
        size += len(word) + 1
    return " ".join(words)


def template(span_count: int, seed: int, start_ns: int | None = None, span_bytes: int = 1900) -> bytes:
    """Serialise one export of `span_count` spans, each about `span_bytes` bytes on the wire."""
    rng = random.Random(seed)
    base_ns = time.time_ns() if start_ns is None else start_ns
    request = trace_service_pb2.ExportTraceServiceRequest()
    service, release = SERVICES[seed % len(SERVICES)]
    resource_spans = request.resource_spans.add()
    for key, value in {
        "service.name": service,
        "service.version": release,
        "deployment.environment.name": "production",
        "host.name": f"node-{seed % 3}",
        "telemetry.sdk.language": "python",
    }.items():
        resource_spans.resource.attributes.add(key=key).value.string_value = value
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "opentelemetry.instrumentation.genai"
    scope_spans.scope.version = "1.0"
    for number in range(span_count):
        _add_span(scope_spans, rng, number, base_ns, span_bytes)
    return request.SerializeToString()


def _add_span(scope_spans, rng: random.Random, number: int, base_ns: int, span_bytes: int) -> None:  # type: ignore[no-untyped-def]
    provider, model = rng.choice(MODELS)
    duration_ns = int(rng.lognormvariate(20.5, 0.7))
    trace_number = number // 4
    span = scope_spans.spans.add(
        trace_id=TRACE_MARK + trace_number.to_bytes(8, "big"),
        span_id=rng.getrandbits(63).to_bytes(8, "big"),
        parent_span_id=b"" if number % 4 == 0 else rng.getrandbits(63).to_bytes(8, "big"),
        name=f"chat {model}",
        kind=3,
        start_time_unix_nano=base_ns + number * 1_000_003,
        end_time_unix_nano=base_ns + number * 1_000_003 + duration_ns,
    )
    if rng.random() < 0.03:
        span.status.code = 2
        span.status.message = "upstream timed out"
    size = span_bytes - 870
    question, answer = text(rng, int(size * 0.7)), text(rng, int(size * 0.3))
    values: dict[str, str | int | float | bool] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.response.id": f"resp_{rng.getrandbits(60):x}",
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.max_tokens": 800,
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": rng.randint(100, 4000),
        "gen_ai.usage.output_tokens": rng.randint(20, 800),
        "gen_ai.response.time_to_first_chunk": duration_ns / 1e9 * 0.2,
        "gen_ai.conversation.id": f"session-{rng.randint(1, 50_000)}",
        "user.id": f"user-{rng.randint(1, 20_000)}",
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": question}]}]),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
        ),
        "app.tenant": f"tenant-{rng.randint(1, 40)}",
        "app.region": rng.choice(["eu-west", "us-east", "ap-south"]),
    }
    for key, value in values.items():
        slot = span.attributes.add(key=key).value
        if isinstance(value, bool):
            slot.bool_value = value
        elif isinstance(value, int):
            slot.int_value = value
        elif isinstance(value, float):
            slot.double_value = value
        else:
            slot.string_value = value
    reasons = span.attributes.add(key="gen_ai.response.finish_reasons").value.array_value
    reasons.values.add(string_value="stop")


def unlike(template_body: bytes, number: int) -> bytes:
    """The template with trace ids that no other `number` gives."""
    return template_body.replace(TRACE_MARK, number.to_bytes(8, "big"))
