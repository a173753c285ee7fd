"""A target's own wording: placeholders such as $title and ${value}, and nothing that runs."""

import html
from dataclasses import dataclass
from string import Template

from watchglass.alerts.notify.facts import (
    HEADS,
    head_of,
    is_web_address,
    labels_text,
    parts_of,
    since_text,
    value_text,
)
from watchglass.alerts.notify.formats import FORMATS, Format, FormatName, escape_title
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message
from watchglass.model.amounts import format_amount
from watchglass.outgoing.options import Options

MAX_TEMPLATE_CHARACTERS = 4_000

PLACEHOLDERS = {
    "head": "the title as it is without a template: [FIRING] critical: Answers are slow",
    "details": "the body as it is without a template",
    "kind": "FIRING, RESOLVED, STILL FIRING or TEST",
    "title": "what happens, in one line",
    "rule": "name of the rule",
    "severity": "info, warning or critical",
    "owner": "the team",
    "project": "the project",
    "labels": "model=gpt-4o, provider=openai",
    "measure": "what is measured",
    "value": "its value, with its unit",
    "threshold": "what it is held against, with its unit",
    "condition": "what had to be true",
    "summary": "measure, value, threshold and condition in one line",
    "since": "when it began and for how long",
    "series_count": "how many series are in the incident",
    "explanation": "what explains it best",
    "explanations": "all that explains it, a line each",
    "incident_id": "the incident",
    "incident_url": "address of its page",
    "trace_url": "address of the first example trace",
    "runbook_url": "what the rule says to read",
}
"""What a template may name, with what stands there."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a target words its messages.

    Attributes:
        links: Addresses of the screens.
        title: A template; None for the usual title.
        body: A template; None for the usual body.
    """

    links: Links
    title: Template | None = None
    body: Template | None = None

    def write(self, message: Message, format_name: FormatName) -> tuple[str, str]:
        """Write a message's title, which is always plain text, and its body."""
        form = FORMATS[format_name]
        head, details = head_of(message), form.write(parts_of(message, self.links))
        if self.title is None and self.body is None:
            return escape_title(head), details
        values = {**self._values(message), "head": head}
        title, body = escape_title(head), details
        if self.title is not None:
            title = self.title.safe_substitute(
                {name: value if name.endswith("_url") else escape_title(value) for name, value in values.items()}
            )
        if self.body is not None:
            safe = {name: _escaped(form, name, value) for name, value in values.items()}
            body = self.body.safe_substitute(safe, details=details)
        return title, body

    def _values(self, message: Message) -> dict[str, str]:
        first_trace = message.example_trace_ids[0] if message.example_trace_ids else ""
        return {
            "kind": HEADS[message.kind],
            "title": message.title,
            "rule": message.rule_name,
            "severity": message.severity,
            "owner": message.owner,
            "project": message.project_id or "",
            "labels": labels_text(message),
            "measure": message.measure,
            "value": format_amount(message.value, message.unit),
            "threshold": "" if message.threshold is None else format_amount(message.threshold, message.unit),
            "condition": message.condition,
            "summary": value_text(message),
            "since": since_text(message),
            "series_count": str(message.series_count),
            "explanation": message.explanations[0] if message.explanations else "",
            "explanations": "\n".join(message.explanations),
            "incident_id": message.incident_id,
            "incident_url": self.links.incident(message.incident_id),
            "trace_url": self.links.trace(first_trace),
            "runbook_url": message.runbook_url if is_web_address(message.runbook_url) else "",
        }


def _escaped(form: Format, name: str, value: str) -> str:
    """A value as it may stand in a template: our own addresses as they are, the rest as text, line by line."""
    if name.endswith("_url"):
        return html.escape(value) if form.name == "html" else value
    return "\n".join(form.escape(line) for line in value.split("\n"))


def read_wording(options: Options, links: Links) -> Wording:
    """Read the options `title` and `body`.

    Raises:
        InvalidInput: One is too long or names what there is not.
    """
    return Wording(links, _template(options, "title"), _template(options, "body"))


def _template(options: Options, name: str) -> Template | None:
    text = options.take(name)
    if text is None:
        return None
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEMPLATE_CHARACTERS:
        raise options.invalid(name, f"must be a text of at most {MAX_TEMPLATE_CHARACTERS} characters")
    template = Template(text)
    if not template.is_valid():
        raise options.invalid(name, "has a $ that begins no placeholder; write $$ for a dollar sign")
    for placeholder in template.get_identifiers():
        if placeholder not in PLACEHOLDERS or (name, placeholder) == ("title", "details"):
            raise options.invalid(name, f"there is no placeholder ${placeholder[:50]}; there are {', '.join(PLACEHOLDERS)}")
    return template
