"""OpenAI with OpenLLMetry.

pip install openai opentelemetry-instrumentation-openai opentelemetry-exporter-otlp-proto-http
"""

import openai
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))  # to http://localhost:4318
OpenAIInstrumentor().instrument(tracer_provider=provider)

question = {"role": "user", "content": "How do I wash a down jacket?"}
openai.OpenAI().chat.completions.create(model="gpt-4o-mini", messages=[question])
