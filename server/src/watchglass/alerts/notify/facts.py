"""What a message says, in parts that every format writes in its own way: a head, and lines of a label, a text and a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message, MessageKind
from watchglass.model.amounts import UNKNOWN, format_amount, format_duration

HEADS = {
    MessageKind.FIRING: "FIRING",
    MessageKind.RESOLVED: "RESOLVED",
    MessageKind.REMINDER: "STILL FIRING",
    MessageKind.TEST: "TEST",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        label: Our own word; empty for none.
        text: Never trusted.
        url: Where the text leads, our own address; empty for nowhere.
    """

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together.

    Attributes:
        heading: Our own words; empty for none.
        lines: One or more.
    """

    heading: str
    lines: Sequence[Line]


def head_of(message: Message) -> str:
    """One line that says it all: [FIRING] critical: Answers are slow."""
    return f"[{HEADS[message.kind]}] {message.severity}: {message.title}"


def parts_of(message: Message, links: Links) -> list[Part]:
    """Everything else, the most important first."""
    facts = [
        Line("Value", value_text(message)),
        Line("Since", since_text(message)),
        Line("Rule", message.rule_name, message.runbook_url if is_web_address(message.runbook_url) else ""),
        Line("Owner", message.owner),
        Line("Labels", labels_text(message)),
        Line("Series", str(message.series_count) if message.series_count > 1 else ""),
        Line("Runbook", "" if is_web_address(message.runbook_url) else message.runbook_url),
    ]
    traces = [Line("", trace_id, links.trace(trace_id)) for trace_id in message.example_trace_ids]
    incident = links.incident(message.incident_id)
    parts = [
        Part("", [line for line in facts if line.text]),
        Part("What explains it", [Line("", text) for text in message.explanations]),
        Part("Example traces", traces),
        Part("", [Line("Incident", incident, incident)] if incident else []),
    ]
    return [part for part in parts if part.lines]


def value_text(message: Message) -> str:
    """What was measured against what: p95 of duration is 4.2 s, threshold 2 s (above 2 s for 5 min)."""
    value = format_amount(message.value, message.unit)
    text = f"{message.measure} is {value}" if message.measure else value
    if message.threshold is not None:
        text += f", threshold {format_amount(message.threshold, message.unit)}"
    if message.condition:
        text += f" ({message.condition})"
    return "" if text == UNKNOWN else text


def since_text(message: Message) -> str:
    """When it began, and how long it lasted or has lasted."""
    ends_ns = message.at_ns if message.resolved_at_ns is None else message.resolved_at_ns
    lasted = format_duration(max(0, ends_ns - message.started_at_ns))
    return f"{time_text(message.started_at_ns)}, {'lasted' if message.resolved_at_ns is not None else 'for'} {lasted}"


def time_text(time_ns: int) -> str:
    """An instant for people: 2026-11-30 18:38:52 UTC."""
    return f"{datetime.fromtimestamp(time_ns // 10**9, UTC):%Y-%m-%d %H:%M:%S} UTC"


def labels_text(message: Message) -> str:
    """What tells this incident from others of the rule: model=gpt-4o, provider=openai."""
    return ", ".join(f"{name}={value}" for name, value in sorted(message.labels.items()))


def is_web_address(text: str) -> bool:
    """Whether a rule's author gave an address; everything else stays a text."""
    return text.startswith(("https://", "http://")) and not any(character in text for character in " \"'<>\\")
