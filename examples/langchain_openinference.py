"""LangChain with OpenInference.

pip install langchain-openai openinference-instrumentation-langchain opentelemetry-exporter-otlp-proto-http
"""

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))  # to http://localhost:4318
LangChainInstrumentor().instrument(tracer_provider=provider)

prompt = ChatPromptTemplate.from_template("In one sentence: {question}")
(prompt | ChatOpenAI(model="gpt-4o-mini")).invoke({"question": "How do I wash a down jacket?"})
