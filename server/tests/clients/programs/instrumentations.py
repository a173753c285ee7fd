"""The instrumentations under test: each patches the clients and says how it is told of session and user."""

from contextlib import AbstractContextManager, nullcontext

SESSION, USER = "session-7", "user-42"


async def uploaded(trace_id: str, span_id: str, name: str, data: str) -> str:
    """Where an image went; without an uploader OpenLLMetry leaves out the messages of calls that hold inline images."""
    del trace_id, span_id, data
    return f"https://images.example/{name}"


def openllmetry(client: str):
    """OpenLLMetry's packages, as `pip install opentelemetry-instrumentation-...` gives them."""
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
    from opentelemetry.instrumentation.langchain import LangchainInstrumentor
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    if client == "anthropic":
        AnthropicInstrumentor().instrument()
    else:
        OpenAIInstrumentor(upload_base64_image=uploaded).instrument()
    if client == "langchain":
        # the package asks for the distribution `langchain`, yet needs only langchain-core
        LangchainInstrumentor().instrument(skip_dep_check=True)
    return nullcontext


def openinference(client: str):
    """OpenInference's packages; session and user are told by its context manager."""
    from openinference.instrumentation import using_attributes

    if client == "anthropic":
        from openinference.instrumentation.anthropic import AnthropicInstrumentor

        AnthropicInstrumentor().instrument()
    else:
        from openinference.instrumentation.openai import OpenAIInstrumentor

        OpenAIInstrumentor().instrument()
    if client == "langchain":
        from openinference.instrumentation.langchain import LangChainInstrumentor

        LangChainInstrumentor().instrument()

    def told() -> AbstractContextManager[None]:
        return using_attributes(
            session_id=SESSION, user_id=USER, tags=["golden"], prompt_template="{question}", prompt_template_version="v3"
        )

    return told


def otel_genai(client: str):
    """OpenTelemetry's own GenAI packages."""
    if client == "anthropic":
        from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

        AnthropicInstrumentor().instrument()
    else:
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

        OpenAIInstrumentor().instrument()
    return nullcontext


def native(client: str):
    """No instrumentation: what the client itself tells OpenTelemetry."""
    del client
    return nullcontext


INSTRUMENTATIONS = {
    "openllmetry": openllmetry,
    "openinference": openinference,
    "otel_genai": otel_genai,
    "native": native,
}
