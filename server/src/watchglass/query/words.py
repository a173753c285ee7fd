"""Full-text search: which words and phrases a row's text holds, served by the text index where a part has it.

The index keeps tokens in lower case: runs of ASCII letters and digits and of all characters beyond ASCII. A word that is one such
token is looked up. For any other word and for a phrase, the index finds the rows that have all its tokens and then the text itself
is looked at. Messages are stored as JSON as clients wrote it, so what JSON may escape is looked for in each form. Scripts
that write no spaces have no words to index: their text is looked through.
"""

import json
import re

from watchglass.query.filter import invalid
from watchglass.query.sql import Parameters
from watchglass.store.migrate import LOG_TEXT, SPAN_TEXT

_TEXTS = {"spans": SPAN_TEXT, "logs": LOG_TEXT}
_TOKEN = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
_EDGE = r"[\x00-/:-@\[-`{-\x7f]"
"""RE2 class of the characters that end a token."""

_EDGE_BEHIND = r"(?:[\x00-/:-@\[\]-`{-\x7f]|\\[^u]|\\$)"
"""The same, but for the backslash of an escaped letter, with which a word goes on."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese."""


def holds(text: str, is_phrase: bool, table: str, position: int, parameters: Parameters) -> str:
    """Write the condition that a row's text holds each word of `text`, or `text` itself when it is a phrase.

    Raises:
        InvalidInput: Rows of `table` have no text; the field is `filter`.
    """
    if table not in _TEXTS:
        raise invalid(position, "text can be searched in spans and logs alone; write field:value")
    pieces = [text] if is_phrase else text.split()
    conditions = [_holds(piece, table, parameters) for piece in pieces if piece]
    return "(" + " AND ".join(conditions) + ")" if conditions else "true"


def _holds(piece: str, table: str, parameters: Parameters) -> str:
    plain = [piece, json.dumps(piece, ensure_ascii=False)[1:-1]]
    # an escape has no case, so a letter that is escaped is looked for in those in which words are mostly written
    cased = [piece, piece.lower(), piece.upper(), piece.title()]
    forms = [*plain, *(json.dumps(one)[1:-1] for one in cased if not one.isascii())]
    conditions = [_holds_form(piece, form, table, parameters) for form in dict.fromkeys(forms)]
    return "(" + " OR ".join(conditions) + ")"


def _holds_form(piece: str, form: str, table: str, parameters: Parameters) -> str:
    seen = re.sub(r"\\[nrt]", " ", form)  # as the index's preprocessor sees it
    if _UNSPACED.search(piece):
        return f"position({_searched(table)}, lowerUTF8({parameters.bind(seen, 'String')})) > 0"
    tokens = f"hasAllTokens({_text(table)}, {parameters.bind(seen, 'String')})"
    if _TOKEN.fullmatch(seen):
        return tokens
    exactly = f"match({_searched(table)}, lowerUTF8({parameters.bind(_pattern(piece, seen), 'String')}))"
    return f"{tokens} AND {exactly}" if _TOKEN.search(seen) else exactly


def _pattern(piece: str, seen: str) -> str:
    """RE2 for `seen` as it is, beginning and ending where a word does if the piece begins and ends with one."""
    before = rf"(?:^|{_EDGE})" if _TOKEN.match(piece[0]) else ""
    after = rf"(?:$|{_EDGE_BEHIND})" if _TOKEN.match(piece[-1]) else ""
    return before + re.sub(_EDGE, lambda match: f"\\x{ord(match.group()):02x}", seen) + after


def _text(table: str) -> str:
    """The indexed expression, with columns written as `table.column`."""
    return re.sub(r", (\w+)", rf", {table}.\1", _TEXTS[table])


def _searched(table: str) -> str:
    """The text as the index's preprocessor leaves it."""
    text = _text(table)
    for escape in ("\\\\n", "\\\\r", "\\\\t"):
        text = f"replaceAll({text}, '{escape}', ' ')"
    return f"lowerUTF8({text})"
