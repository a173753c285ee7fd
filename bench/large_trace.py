"""One trace of 10,000 spans, as an agent that runs for an hour would leave it."""

import random
import time

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

SPANS = 10_000
STEPS = 500
"""Steps of the agent; each has calls to models and tools below it."""


def large_trace() -> tuple[str, bytes]:
    """The trace's id, and its export."""
    rng = random.Random(5)
    request = trace_service_pb2.ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.add(key="service.name").value.string_value = "researcher"
    spans = resource_spans.scope_spans.add().spans
    trace_id = time.time_ns().to_bytes(16, "big")
    begin_ns = time.time_ns() - 3600 * 10**9
    root, step_ns = (1).to_bytes(8, "big"), 3600 * 10**9 // STEPS
    spans.add(trace_id=trace_id, span_id=root, name="invoke_agent researcher", start_time_unix_nano=begin_ns, end_time_unix_nano=begin_ns + 3600 * 10**9)
    step = root
    for number in range(2, SPANS + 1):
        is_step = (number - 2) % (SPANS // STEPS) == 0
        step_begin_ns = begin_ns + (number - 2) * STEPS // SPANS * step_ns
        own_ns = 0 if is_step else rng.randrange(step_ns // 2)
        span = spans.add(
            trace_id=trace_id,
            span_id=number.to_bytes(8, "big"),
            parent_span_id=root if is_step else step,
            start_time_unix_nano=step_begin_ns + own_ns,
            end_time_unix_nano=step_begin_ns + (step_ns if is_step else own_ns + rng.randrange(step_ns // 3)),
        )
        if is_step:
            step, span.name = span.span_id, f"step {(number - 2) * STEPS // SPANS}"
        elif rng.random() < 0.5:
            span.name = "chat gpt-4o"
            for key, value in {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}.items():
                span.attributes.add(key=key).value.string_value = value
            span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = rng.randrange(4000)
            span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = rng.randrange(800)
        else:
            span.name = "execute_tool search"
            span.attributes.add(key="gen_ai.operation.name").value.string_value = "execute_tool"
            span.attributes.add(key="gen_ai.tool.name").value.string_value = "search"
        if rng.random() < 0.01:
            span.status.code = 2
    return trace_id.hex(), request.SerializeToString()
