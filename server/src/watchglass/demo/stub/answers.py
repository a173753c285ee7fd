"""A request in, an answer out: tools called when their words fit, else sentences from what the request holds."""

import hashlib
import json
import random
import re

from watchglass.demo.stub.conversation import Answer, Ask, Tool, ToolCall
from watchglass.demo.stub.schemas import fill
from watchglass.demo.stub.tokens import count_tokens, pieces
from watchglass.demo.stub.words import best_sentences, sentences_of, words_of
from watchglass.demo.texts import load_texts

OPENINGS = ("Thanks for asking.", "Happy to help.", "I looked that up for you.", "Good question.", "Of course.")
CLOSINGS = (
    "Is there anything else I can do?",
    "Tell me if that does not work for you.",
    "I have added a note to your order.",
    "You will get a mail about it as well.",
)
CACHE_BLOCK_TOKENS = 128
"""Providers cache prompts in blocks of this many tokens."""
_REASONING_MODEL = re.compile(r"^(o\d|gpt-5)")


def answer(ask: Ask, seed: int) -> Answer:
    """Answer a request; the same request and seed give the same answer."""
    digest = hashlib.blake2b(ask.material, digest_size=16, key=seed.to_bytes(8, "big", signed=True)).digest()
    draw = random.Random(digest)
    calls = _tool_calls(ask, draw)
    text = "" if calls else _text(ask, draw)
    reasoning_tokens = draw.randrange(64, 512, 64) if _REASONING_MODEL.match(ask.model) else 0
    kept = pieces(text)[: ask.max_tokens]
    is_cut = len(kept) < count_tokens(text)
    spoken_tokens = len(kept) + sum(count_tokens(call.name + json.dumps(call.arguments)) for call in calls)
    read_tokens, creation_tokens = _cached(ask, draw)
    return Answer(
        answer_id=digest.hex()[:24],
        text="".join(kept),
        tool_calls=calls,
        is_cut=is_cut,
        input_tokens=ask.input_tokens,
        cache_read_tokens=read_tokens,
        cache_creation_tokens=creation_tokens,
        output_tokens=spoken_tokens + reasoning_tokens,
        reasoning_tokens=reasoning_tokens,
    )


def _tool_calls(ask: Ask, draw: random.Random) -> tuple[ToolCall, ...]:
    """The tool whose words fit the question best, unless it was called since the user last spoke."""
    if not ask.tools:
        return ()
    since_asked: set[str] = set()
    for turn in ask.turns:
        since_asked = set() if turn.role == "user" else since_asked | set(turn.called_tools)
    open_tools = [tool for tool in ask.tools if ask.must_call_tool or tool.name not in since_asked]
    said = set(words_of(ask.question))
    scores = [len(said & _tool_words(tool)) for tool in open_tools]
    if not scores or (max(scores) < 2 and not ask.must_call_tool):
        return ()
    tool = open_tools[scores.index(max(scores))]
    arguments = fill(tool.schema, ask.text_of("user"), draw)
    return (ToolCall(f"{draw.getrandbits(64):016x}", tool.name, arguments),)


def _tool_words(tool: Tool) -> set[str]:
    return set(words_of(f"{tool.name.replace('_', ' ')} {tool.description}"))


def _text(ask: Ask, draw: random.Random) -> str:
    if ask.json_schema is not None:
        return json.dumps(fill(ask.json_schema, ask.question, draw))
    known = [sentence for sentence in _known(ask) if not sentence.endswith("?")]
    if "outline" in ask.question.partition("\n")[0].lower():
        return _outline(ask)
    if any(word in ask.text_of("system").lower() for word in ("write", "writer", "editor")):
        chosen = best_sentences(ask.question, known, limit=12) or known
        return "\n\n".join(" ".join(chosen[start : start + 4]) for start in range(0, len(chosen), 4))
    chosen = sentences_of(_told_by_tools(ask))[:2]
    chosen += best_sentences(ask.question, sentences_of(_context(ask)), limit=3)
    if not chosen:
        chosen = best_sentences(ask.question, sentences_of("\n".join(a.text for a in load_texts().articles)), limit=3)
    return " ".join([draw.choice(OPENINGS), *dict.fromkeys(chosen), draw.choice(CLOSINGS)])


def _known(ask: Ask) -> list[str]:
    """All sentences that the request holds, but for its instructions."""
    return sentences_of("\n".join([_context(ask), _told_by_tools(ask), ask.text_of("user")]))


def _context(ask: Ask) -> str:
    """What the system says after its first blank line: before it stand instructions, which nobody wants repeated."""
    return ask.text_of("system").partition("\n\n")[2]


def _told_by_tools(ask: Ask) -> str:
    """What tools answered since the user last spoke; of JSON the texts."""
    turns = ask.turns
    last = max((index for index, turn in enumerate(turns) if turn.role == "user"), default=0)
    return "\n".join(_texts_of(turn.text) for turn in turns[last:] if turn.role == "tool")


def _texts_of(text: str) -> str:
    try:
        read = json.loads(text)
    except ValueError:
        return text
    values = read.values() if isinstance(read, dict) else [read]
    return "\n".join(f"{value.rstrip('.')}." for value in values if isinstance(value, str) and " " in value)


def _outline(ask: Ask) -> str:
    """The headings that the request names, each with the fact that fits it."""
    known = _known(ask)
    headings = re.findall(r"^- (.+)$", ask.question, re.MULTILINE) or known[:4]
    facts = [sentence for sentence in known if sentence not in headings]
    lines = [f"{number}. {heading}: {facts[number % len(facts)] if facts else heading}"
             for number, heading in enumerate(headings, start=1)]
    return "\n".join(lines)


def _cached(ask: Ask, draw: random.Random) -> tuple[int, int]:
    """Input tokens read from the provider's cache and written to it: whole blocks of the prompt's beginning."""
    blocks = ask.input_tokens // CACHE_BLOCK_TOKENS
    cached = max(blocks - 1, 0) * CACHE_BLOCK_TOKENS
    is_warm = draw.random() < 0.7
    if ask.wants_cache:
        return (cached, 0) if is_warm else (0, cached)
    return (cached if is_warm else 0), 0
