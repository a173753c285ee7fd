"""The content-writing pipeline: research by an agent with tools, outline, draft, title; on langchain.

Instrumented with OpenInference's package for langchain.
"""

import logging
import random
import time
import warnings
from collections.abc import Callable
from typing import Any

import openai
from langchain_core._api import LangChainDeprecationWarning
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from watchglass.demo.application import Orders
from watchglass.demo.telemetry import LOGGER
from watchglass.demo.texts import Topic, load_texts

PROMPT_VERSION = "2026-10"
OUTLINE = "Write an outline for {audience} about: {title}\nHeadings:\n{headings}\nWhat is known:\n{facts}"
DRAFT = "Write the article for {audience} about: {title}\nOutline:\n{outline}\nWhat is known:\n{facts}"
TITLE = "Name a short title for this article:\n{draft}"
TITLE_SCHEMA = {
    "title": "headline",
    "type": "object",
    "properties": {"title": {"type": "string"}, "tone": {"type": "string", "enum": ["calm", "lively", "dry"]}},
    "required": ["title", "tone"],
}

tracer = trace.get_tracer("shop.writing")
log = logging.getLogger(f"{LOGGER}.writing")


@tool
def search_facts(query: str) -> str:
    """Search what is known about a topic."""
    topics = load_texts().topics
    time.sleep(0.1)
    words = set(query.lower().split())
    best = max(topics, key=lambda topic: len(words & set(topic.title.lower().split())))
    return "\n".join(best.facts)


@tool
def check_sources(query: str) -> str:
    """Check the sources of what is known, one by one."""
    time.sleep(0.3)
    if len(query) % 3 == 0:
        raise TimeoutError("the library did not answer within 0.3 s")
    return "All sources are younger than three years."


TOOLS: dict[str, BaseTool] = {"search_facts": search_facts, "check_sources": check_sources}


def instrument() -> None:
    """Patch langchain."""
    # the instrumentation calls what langchain would rather see read
    warnings.simplefilter("ignore", LangChainDeprecationWarning)
    LangChainInstrumentor().instrument()


def prepare(orders: Orders) -> Callable[[random.Random], None]:
    """Return what is done again and again: one article."""
    at: dict[str, Any] = {
        "api_key": "demo-writing",
        "base_url": f"{orders.stub}/v1",
        "default_headers": orders.model_headers(),
        "stream_usage": True,
    }
    thinker = ChatOpenAI(model="gpt-5-mini", **at)
    writer = ChatOpenAI(model="gpt-4o", temperature=0.7, logprobs=True, top_logprobs=3, **at)
    pipeline = Pipeline(thinker, writer)

    def write(draw: random.Random) -> None:
        topic = draw.choice(load_texts().topics)
        said = using_attributes(
            session_id=f"issue-{draw.randint(1, 9)}",
            user_id=f"editor-{draw.randint(1, 5)}",
            tags=["newsletter" if draw.random() < 0.3 else "magazine"],
            prompt_template=DRAFT,
            prompt_template_version=PROMPT_VERSION,
            prompt_template_variables={"title": topic.title, "audience": topic.audience},
        )
        # langchain's spans are never the current one: this one is what the logs below are tied to
        with said, tracer.start_as_current_span("POST /articles", kind=SpanKind.SERVER) as span:
            try:
                pipeline.run(topic)
            except openai.APIError as error:
                span.set_status(Status(StatusCode.ERROR, str(error)))
                log.exception("article given up")

    return write


class Pipeline:
    """Writes an article in four steps."""

    def __init__(self, thinker: ChatOpenAI, writer: ChatOpenAI) -> None:
        """`thinker` plans, `writer` writes."""
        self._researcher = thinker.bind_tools(list(TOOLS.values()))
        self._outline: Runnable[Any, str] = ChatPromptTemplate.from_template(OUTLINE) | thinker | StrOutputParser()
        self._draft: Runnable[Any, str] = _as_writer(DRAFT) | writer | StrOutputParser()
        self._title: Runnable[Any, Any] = ChatPromptTemplate.from_template(TITLE) | writer.with_structured_output(
            TITLE_SCHEMA, method="json_schema"
        )
        self._research = RunnableLambda(self._find_facts, name="research_agent")
        self._whole = RunnableLambda(self._write, name="write_article")

    def run(self, topic: Topic) -> None:
        """Write about `topic`."""
        self._whole.invoke({"title": topic.title, "audience": topic.audience, "headings": list(topic.headings)})

    def _write(self, brief: dict[str, Any]) -> dict[str, Any]:
        facts = self._research.invoke(brief["title"])
        given = {**brief, "headings": "\n".join(f"- {heading}" for heading in brief["headings"]), "facts": facts}
        outline = self._outline.invoke(given)
        draft = "".join(self._draft.stream({**given, "outline": outline}))
        headline = self._title.invoke({"draft": draft[:2000]})
        log.info("article written", extra={"words": len(draft.split())})
        return {**headline, "draft": draft}

    def _find_facts(self, title: str) -> str:
        """Let the model call tools until it speaks, three times at most."""
        question = f"Search what is known about this topic, and check the sources: {title}"
        messages: list[BaseMessage] = [SystemMessage("You research for writers."), HumanMessage(question)]
        for _ in range(3):
            said = self._researcher.invoke(messages)
            messages.append(said)
            if not said.tool_calls:
                return str(said.text)
            for call in said.tool_calls:
                try:
                    messages.append(TOOLS[call["name"]].invoke(call))
                except TimeoutError as error:
                    log.warning("tool failed: %s", error, extra={"tool": call["name"]})
                    return search_facts.func(title)  # type: ignore[attr-defined]
        return str(messages[-1].text)


def _as_writer(template: str) -> ChatPromptTemplate:
    return ChatPromptTemplate.from_messages([("system", "You are a writer with a dry, exact style."), ("user", template)])
