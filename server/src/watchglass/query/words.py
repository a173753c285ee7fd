"""Full-text search: which words and phrases a row's text holds, served by the text index where a part has it.

The index keeps tokens in lower case: runs of ASCII letters and digits and of all characters beyond ASCII. A word that is one such
token is looked up. For any other word and for a phrase, the index finds the rows that have all its tokens and then the text itself
is looked at. Messages are stored as JSON, so what JSON would escape is looked for in both forms.
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
    if _TOKEN.fullmatch(piece):
        return f"hasAllTokens({_text(table)}, {parameters.bind(piece, 'String')})"
    forms = dict.fromkeys([piece, json.dumps(piece, ensure_ascii=False)[1:-1]])
    return "(" + " OR ".join(_holds_form(form, table, parameters) for form in forms) + ")"


def _holds_form(form: str, table: str, parameters: Parameters) -> str:
    seen = re.sub(r"\\[nrt]", " ", form)  # as the index's preprocessor sees it
    exactly = f"match({_searched(table)}, lowerUTF8({parameters.bind(_pattern(seen), 'String')}))"
    if not _TOKEN.search(seen):
        return exactly
    return f"hasAllTokens({_text(table)}, {parameters.bind(seen, 'String')}) AND {exactly}"


def _pattern(text: str) -> str:
    """RE2 for `text` as it is, beginning and ending where a word does if it begins and ends with one."""
    before = rf"(?:^|{_EDGE})" if _TOKEN.match(text[0]) else ""
    after = rf"(?:$|{_EDGE})" if _TOKEN.match(text[-1]) else ""
    return before + re.sub(r"[\x00-/:-@\[-`{-\x7f]", lambda match: f"\\x{ord(match.group()):02x}", text) + after


def _text(table: str) -> str:
    """The indexed expression, with columns written as `table.column`."""
    return re.sub(r", (\w+)", rf", {table}.\1", _TEXTS[table])


def _searched(table: str) -> str:
    """The text as the index's preprocessor leaves it."""
    text = _text(table)
    for escape in ("\\\\n", "\\\\r", "\\\\t"):
        text = f"replaceAll({text}, '{escape}', ' ')"
    return f"lowerUTF8({text})"
