"""What an application does with langchain-core and langchain-openai."""

from collections.abc import Callable

import openai
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MODEL_CALLS = {"tool call": 2, "failing tool": 0}
"""Calls to a model in each scenario, where it is not one."""
SYSTEM = "You help the customers of an outdoor shop. Be brief. {context}"


@tool
def look_up_order(order_id: str) -> str:
    """Look up an order: its state and its tracking page."""
    return f"Order {order_id} left the warehouse on Monday. It is on its way."


@tool
def fail(reason: str) -> str:
    """Fail."""
    raise RuntimeError(f"the warehouse does not answer: {reason}")


class Shelf(BaseRetriever):
    """Two documents, whatever is asked."""

    def _get_relevant_documents(self, query, *, run_manager):
        return [
            Document("Refunds take five working days.", metadata={"id": "KB-102", "score": 0.91}),
            Document("Sale items give store credit.", metadata={"id": "KB-105", "score": 0.55}),
        ]


def scenarios(stub: str) -> dict[str, Callable[[], None]]:
    """Name -> what to do, in order."""
    at = {"api_key": "demo-key", "base_url": f"{stub}/v1"}
    model = ChatOpenAI(model="gpt-4o-mini", temperature=0.2, stream_usage=True, **at)
    prompt = ChatPromptTemplate.from_messages([("system", SYSTEM), ("user", "{question}")])

    def chat() -> None:
        model.invoke("How do I wash a down jacket?")

    def chain() -> None:
        steps = {"context": Shelf(), "question": RunnablePassthrough()}
        answer = (steps | prompt | model | StrOutputParser()).invoke("How long does a refund take?")
        assert "refund" in answer.lower()

    def stream() -> None:
        assert sum(1 for _ in model.stream("When are invoices due?")) > 5

    def tool_call() -> None:
        able = model.bind_tools([look_up_order])

        def agent(question: str) -> str:
            messages = [HumanMessage(question)]
            called = able.invoke(messages)
            (call,) = called.tool_calls
            result = look_up_order.invoke(call)
            assert isinstance(result, ToolMessage)
            return able.invoke([*messages, called, result]).content

        RunnableLambda(agent, name="support_agent").invoke("Where is my order A-48213? Its tracking page stands still.")

    def failing_tool() -> None:
        try:
            fail.invoke({"reason": "closed"})
        except RuntimeError:
            return
        raise AssertionError("the tool worked")

    def image() -> None:
        image_part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        model.invoke([HumanMessage([{"type": "text", "text": "Is this lamp damaged?"}, image_part])])

    def rate_limited() -> None:
        limited = ChatOpenAI(model="gpt-4o-mini", max_retries=0, default_headers={"x-stub-error": "429"}, **at)
        try:
            limited.invoke("Hello?")
        except openai.RateLimitError:
            return
        raise AssertionError("the stub did not limit")

    def retry() -> None:
        headers = {"x-stub-error": "500", "x-stub-error-attempts": "1"}
        ChatOpenAI(model="gpt-4o-mini", default_headers=headers, **at).invoke("Can I return sale items?")

    def embeddings() -> None:
        embedder = OpenAIEmbeddings(
            model="text-embedding-3-small", dimensions=8, check_embedding_ctx_length=False, **at
        )
        embedder.embed_documents(["a lamp", "a tent for two"])

    return {
        "chat": chat,
        "chain": chain,
        "stream": stream,
        "tool call": tool_call,
        "failing tool": failing_tool,
        "image": image,
        "rate limited": rate_limited,
        "retry": retry,
        "embeddings": embeddings,
    }
