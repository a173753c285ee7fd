"""Text in, pieces of about a token each out; a count is the number of pieces, so usage always fits the text."""

import re

_PIECE = re.compile(r"\s?\w{1,7}|\s?[^\w\s]{1,3}|\s+")


def pieces(text: str) -> list[str]:
    """Cut text into pieces which, joined, are the text again."""
    return _PIECE.findall(text)


def count_tokens(text: str) -> int:
    """Number of pieces in a text, 0 for an empty one."""
    return len(pieces(text))
