"""Any model, with nothing but OpenTelemetry: name the span's attributes as its GenAI conventions do.

pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
"""

import json

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))  # to http://localhost:4318
tracer = provider.get_tracer("my-app")


def my_model(prompt: str) -> str:
    """Stands for whatever answers you."""
    return f"You asked: {prompt}"


def message(role: str, text: str) -> str:
    """One message as the conventions write it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


with tracer.start_as_current_span("chat my-model") as span:
    prompt = "How do I wash a down jacket?"
    answer = my_model(prompt)
    span.set_attributes(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "my-house",
            "gen_ai.request.model": "my-model",
            "gen_ai.input.messages": message("user", prompt),
            "gen_ai.output.messages": message("assistant", answer),
            "gen_ai.usage.input_tokens": len(prompt.split()),
            "gen_ai.usage.output_tokens": len(answer.split()),
        }
    )
