"""Messages in plain text, Markdown and HTML. Whatever is not our own word is escaped, and nothing of it becomes a link."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from watchglass.alerts.notify.facts import Line, Part

FormatName = Literal["text", "markdown", "html"]

_MARKDOWN = re.compile(r"([\\`*{}\[\]()<>#!|~&]|(?<!\w)_|_(?!\w)|^[-+=]|(?<=^[0-9])[.)])")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}):(?=//)|\b(javascript|vbscript|data|file|mailto|tel|sms):")
_MENTION = re.compile(r"(?<![\w.])@(?=\w)")


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write.

    Attributes:
        name: Its word.
        escape: Makes a text that is not trusted safe to stand anywhere in it.
        write: Writes parts.
    """

    name: FormatName
    escape: Callable[[str], str]
    write: Callable[[Sequence[Part]], str]


def defused(text: str) -> str:
    """A text in which no chat or mail program finds a link or a name to call: https[:]//host, and a gap after @.

    Programs make links of what looks like one, whatever it is escaped with. Bare names of hosts stay as they are, since
    a model's or a server's name looks like them.
    """
    text = _SCHEME.sub(lambda found: f"{found[1] or found[2]}[:]", text)
    return _MENTION.sub("@\u200b", text)


def escape_title(text: str) -> str:
    """A title, which some services show as text and others read as markup: on one line, and with no sign that begins a tag."""
    return defused(" ".join(text.split())).replace("<", "‹").replace(">", "›")


def escape_markdown(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", defused(" ".join(text.split())))


def escape_html(text: str) -> str:
    """A text that HTML shows as it is, also within an attribute."""
    return html.escape(defused(text))


def _text(parts: Sequence[Part]) -> str:
    return "\n\n".join("\n".join([*([f"{part.heading}:"] if part.heading else []), *map(_text_line, part.lines)]) for part in parts)


def _text_line(line: Line) -> str:
    if line.url == line.text:
        return f"{line.label}: {line.url}"
    text = defused(line.text) + (f" {line.url}" if line.url else "")
    return f"{line.label}: {text}" if line.label else f"- {text}"


def _markdown(parts: Sequence[Part]) -> str:
    blocks = []
    for part in parts:
        lines = [f"- {_markdown_line(line)}" for line in part.lines]
        blocks.append("\n".join([*([f"**{part.heading}**\n"] if part.heading else []), *lines]))
    return "\n\n".join(blocks)


def _markdown_line(line: Line) -> str:
    text = escape_markdown(line.text)
    if line.url:
        url = line.url.replace("(", "%28").replace(")", "%29")
        text = f"[{'open' if line.url == line.text else text}]({url})"
    return f"**{line.label}:** {text}" if line.label else text


def _html(parts: Sequence[Part]) -> str:
    blocks = []
    for part in parts:
        items = "".join(f"<li>{_html_line(line)}</li>" for line in part.lines)
        blocks.append((f"<p><b>{part.heading}</b></p>" if part.heading else "") + f"<ul>{items}</ul>")
    return "\n".join(blocks)


def _html_line(line: Line) -> str:
    text = line.text if line.url == line.text else escape_html(line.text)
    if line.url:
        text = f'<a href="{html.escape(line.url)}">{text}</a>'
    return f"<b>{line.label}:</b> {text}" if line.label else text


FORMATS: dict[str, Format] = {
    "text": Format("text", defused, _text),
    "markdown": Format("markdown", escape_markdown, _markdown),
    "html": Format("html", escape_html, _html),
}
"""Every format."""
