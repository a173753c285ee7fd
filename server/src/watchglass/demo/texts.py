"""The bundled texts: what the shop's support knows, what customers ask, and what the writers write about."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the support knowledge base."""

    article_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to write about: its title, its readers, and what is known about it."""

    title: str
    audience: str
    headings: Sequence[str]
    facts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Texts:
    """All bundled texts.

    Attributes:
        articles: The knowledge base.
        questions: Conversations that customers have: what they say, in order.
        topics: What the content pipeline is asked for.
    """

    articles: Sequence[Article]
    questions: Sequence[Sequence[str]]
    topics: Sequence[Topic]


@cache
def load_texts() -> Texts:
    """Return the texts that lie beside this file."""
    data = json.loads(files(__package__).joinpath("texts.json").read_text("utf-8"))
    return Texts(
        articles=[Article(**article) for article in data["articles"]],
        questions=data["questions"],
        topics=[Topic(**topic) for topic in data["topics"]],
    )
