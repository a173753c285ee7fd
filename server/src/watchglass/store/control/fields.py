"""Checks that projects, keys and prices share, each naming the field that is wrong."""

import re
import secrets

from watchglass.errors import InvalidInput

MAX_NAME_LENGTH = 200
MAX_TIME_NS = 2**63 - 1

_PROJECT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


def checked_project_id(field: str, text: str) -> str:
    """Return a project id.

    Raises:
        InvalidInput: It is none; `field` is named.
    """
    if not _PROJECT_ID.fullmatch(text):
        raise InvalidInput(field, "must be 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit")
    return text


def checked_text(field: str, text: str, *, may_be_empty: bool = False) -> str:
    """Return `text` without the white space around it.

    Raises:
        InvalidInput: It is empty, longer than MAX_NAME_LENGTH characters, or cannot be stored; `field` is named.
    """
    text = text.strip()
    if not text and not may_be_empty:
        raise InvalidInput(field, "must not be empty")
    if len(text) > MAX_NAME_LENGTH:
        raise InvalidInput(field, f"must not be longer than {MAX_NAME_LENGTH} characters")
    if _CONTROL_CHARACTER.search(text) or not _is_unicode(text):
        raise InvalidInput(field, "must not contain control characters or broken Unicode")
    return text


def new_id(kind: str) -> str:
    """Return a new random id such as `key_3f9a0c1d2e4b5a69`."""
    return f"{kind}_{secrets.token_hex(8)}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
