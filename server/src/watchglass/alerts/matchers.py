"""Which alerts a silence or an inhibition is about: matchers over labels, as Alertmanager has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2

from watchglass.alerts.alert import Alert
from watchglass.alerts.rule import Rule
from watchglass.errors import InvalidInput

MAX_MATCHERS = 20
MAX_PATTERN_CHARACTERS = 500
MAX_PATTERN_BYTES = 1 << 20
"""Most memory of one compiled pattern."""

Operator = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a label that is not there is empty text.

    Attributes:
        name: The label.
        operator: `=` and `!=` compare, `=~` and `!~` match a regular expression against the whole value.
        value: Text or pattern. Patterns are RE2's, whose time grows with the text alone whatever the pattern is.
    """

    name: str
    operator: Operator
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it holds of `labels`."""
        value = labels.get(self.name, "")
        match self.operator:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return _is_match(self.value, value)
            case "!~":
                return not _is_match(self.value, value)


def checked_matchers(field: str, matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
    """Return matchers that can be used, of which one at least does not match everything.

    Raises:
        InvalidInput: There are none, too many, or a pattern cannot be used; `field` is named.
    """
    checked = tuple(matchers)
    if not 1 <= len(checked) <= MAX_MATCHERS:
        raise InvalidInput(field, f"must be 1 to {MAX_MATCHERS} matchers")
    for index, matcher in enumerate(checked):
        if matcher.operator in ("=~", "!~"):
            if len(matcher.value) > MAX_PATTERN_CHARACTERS:
                raise InvalidInput(f"{field}.{index}.value", f"must not be longer than {MAX_PATTERN_CHARACTERS} characters")
            try:
                _compiled(matcher.value)
            except re2.error as error:
                raise InvalidInput(f"{field}.{index}.value", f"is no regular expression: {_said(error)}") from None
    if all(matcher.matches({}) for matcher in checked):
        raise InvalidInput(field, "must not match every alert: one of the matchers must ask for a label that is there")
    return checked


def match_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all of `matchers` hold of `labels`."""
    return all(matcher.matches(labels) for matcher in matchers)


def known_labels(rule: Rule, alert_labels: Mapping[str, str]) -> dict[str, str]:
    """What matchers see of an alert: its labels, those that the rule adds, and `rule`, `severity`, `owner` and `project`."""
    own = {"rule": rule.name, "severity": rule.severity, "owner": rule.owner, "project": rule.project or ""}
    return {**alert_labels, **rule.labels, **own}


def labels_of(rule: Rule, alert: Alert) -> dict[str, str]:
    """What matchers see of `alert`; see `known_labels`."""
    return known_labels(rule, alert.labels)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_PATTERN_BYTES
    options.dot_nl = True
    return re2.compile(pattern, options)


def _is_match(pattern: str, text: str) -> bool:
    try:
        return _compiled(pattern).fullmatch(text) is not None
    except re2.error:  # one that an older or newer version took
        return False


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))[:200]
