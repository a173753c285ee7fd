"""OpenAI with OpenInference.

pip install openai openinference-instrumentation-openai opentelemetry-exporter-otlp-proto-http
"""

import openai
from openinference.instrumentation import using_session, using_user
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))  # to http://localhost:4318
OpenAIInstrumentor().instrument(tracer_provider=provider)

question = {"role": "user", "content": "How do I wash a down jacket?"}
with using_session("chat-1"), using_user("ada"):
    openai.OpenAI().chat.completions.create(model="gpt-4o-mini", messages=[question])
