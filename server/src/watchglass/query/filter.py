"""The one filter language of the API, the command line, the screens and the rules: from text to an expression.

    model:gpt-4o cost_usd>0.01 "refund" -status:error (service:bot OR user:u1) attributes.tier:(gold,silver) has:session

Side by side means AND. `field:value` is equality, `*` in a bare value any text, `field:*` and `has:field` presence; a bare
word is looked for in the row's text, a quoted one as a phrase.
"""

import re

from watchglass.errors import InvalidInput
from watchglass.query.expr import KEYWORDS, And, Compare, Expr, Has, Not, Operator, Or, Text, Value

MAX_LENGTH = 8192
"""Longest filter, in characters."""

MAX_DEPTH = 40
"""Deepest nesting of parentheses and negations."""

MAX_TERMS = 200
"""Most conditions in one filter, each value of a list counted."""

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"(?:[^\s()\",:=!<>]|!(?!=))+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r":?(!=|<=|>=|<|>|=)|:")
_BARE_VALUE = re.compile(r"[^\s()\",]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str) -> Expr:
    """Read a filter; empty text means everything.

    Raises:
        InvalidInput: The text is not a filter; the field is `filter` and the detail begins with the position, from 0.

    >>> parse("model:gpt-4o refund") == And((Compare("model", "=", (Value("gpt-4o"),)), Text("refund")))
    True
    """
    if len(text) > MAX_LENGTH:
        raise invalid(MAX_LENGTH, f"a filter has at most {MAX_LENGTH} characters")
    if match := _SURROGATE.search(text):
        raise invalid(match.start(), "half of a surrogate pair is not a character")
    return _Parser(text).parse()


def invalid(position: int, detail: str) -> InvalidInput:
    """Build the error for what is wrong at `position`, counted in characters from 0."""
    return InvalidInput("filter", f"at {position}: {detail}")


class _Parser:
    """One pass from left to right; each method reads one thing and stands behind it afterwards."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0

    def parse(self) -> Expr:
        self._skip_space()
        if self._at == len(self._text):
            return And()
        expr = self._either(0)
        if self._at < len(self._text):
            raise invalid(self._at, f"unexpected {self._text[self._at]!r}")
        return expr

    def _either(self, depth: int) -> Expr:
        items = [self._all(depth)]
        while self._take_keyword("OR"):
            items.append(self._all(depth))
        flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def _all(self, depth: int) -> Expr:
        items = [self._one(depth)]
        while True:
            has_and = self._take_keyword("AND")
            if not has_and and (self._at == len(self._text) or self._peek() == ")" or self._is_keyword("OR")):
                break
            items.append(self._one(depth))
        flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
        return flat[0] if len(flat) == 1 else And(tuple(flat))

    def _one(self, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise invalid(self._at, f"more than {MAX_DEPTH} levels of parentheses")
        if self._take_keyword("NOT"):
            return Not(self._one(depth + 1))
        if self._peek() == "-" and self._at + 1 < len(self._text) and not self._text[self._at + 1].isspace():
            self._at += 1
            return Not(self._one(depth + 1))
        if self._peek() == "(":
            return self._group(depth)
        return self._term()

    def _group(self, depth: int) -> Expr:
        opened = self._at
        self._at += 1
        self._skip_space()
        if self._peek() == ")":
            raise invalid(opened, "empty parentheses")
        expr = self._either(depth + 1)
        if self._peek() != ")":
            raise invalid(opened, "the parenthesis is not closed")
        self._at += 1
        self._skip_space()
        return expr

    def _term(self) -> Expr:
        """A word, a phrase, or a field with an operator and values."""
        position = self._at
        self._count(position)
        is_phrase = self._peek() == '"'
        if is_phrase:
            name = self._quoted()
        elif match := _WORD.match(self._text, position):
            name, self._at = match.group(), match.end()
        else:
            found = repr(self._peek()) if self._peek() else "the end"
            raise invalid(position, f"a word, a phrase or field:value must stand here, not {found}")
        operator = self._operator()
        if operator is not None:
            expr = self._condition(name, operator, position)
        elif not is_phrase and name in KEYWORDS:
            raise invalid(position, f"{name} needs something on both sides; to search for the word, quote it")
        else:
            expr = Text(name, is_phrase, position)
        self._skip_space()
        return expr

    def _condition(self, name: str, operator: Operator, position: int) -> Expr:
        is_bare_star = re.compile(r"\*(?=[\s()]|$)").match(self._text, self._at) is not None
        if name == "has":
            return self._presence(operator, position)
        values = self._values(name)
        if name == "text":
            return self._words(operator, values, position)
        if is_bare_star and operator in ("=", "!="):
            return Has(name, position) if operator == "=" else Not(Has(name, position))
        if operator not in ("=", "!=") and (len(values) > 1 or values[0].is_pattern):
            raise invalid(position, f"{name}{operator} takes one plain value")
        return Compare(name, operator, values, position)

    def _presence(self, operator: Operator, position: int) -> Expr:
        if operator != "=":
            raise invalid(position, "has takes a colon: has:field")
        values = self._values("has")
        if len(values) != 1:
            raise invalid(position, "has takes one field: has:field")
        return Has(values[0].text, position)

    def _words(self, operator: Operator, values: tuple[Value, ...], position: int) -> Expr:
        if operator not in ("=", "!=") or len(values) != 1 or values[0].is_pattern:
            raise invalid(position, 'text takes one word or quoted words: text:"late refund"')
        words = Text(values[0].text, False, position)
        return words if operator == "=" else Not(words)

    def _values(self, name: str) -> tuple[Value, ...]:
        if self._peek() != "(":
            return (self._value(name),)
        opened = self._at
        self._at += 1
        values: list[Value] = []
        while not values or self._peek() == ",":
            self._at += 1 if values else 0
            self._skip_space()
            self._count(self._at)
            values.append(self._value(name))
            self._skip_space()
        if self._peek() != ")":
            raise invalid(opened, f"the list of values for {name} is not closed")
        self._at += 1
        return tuple(values)

    def _value(self, name: str) -> Value:
        if self._peek() == '"':
            return Value(self._quoted())
        if self._text.startswith('~"', self._at):
            self._at += 1
            return Value(self._quoted(), is_pattern=True)
        match = _BARE_VALUE.match(self._text, self._at)
        if match is None:
            raise invalid(self._at, f"{name} needs a value")
        self._at = match.end()
        return Value(match.group(), is_pattern="*" in match.group())

    def _quoted(self) -> str:
        match = _QUOTED.match(self._text, self._at)
        if match is None:
            raise invalid(self._at, "the quote is not closed")
        self._at = match.end()
        return re.sub(r'\\(["\\])', r"\1", match.group(1))

    def _operator(self) -> Operator | None:
        match = _OPERATOR.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        found: Operator = match.group(1) or "="  # type: ignore[assignment]
        return found

    def _is_keyword(self, word: str) -> bool:
        match = _WORD.match(self._text, self._at)
        return match is not None and match.group() == word and not _OPERATOR.match(self._text, match.end())

    def _take_keyword(self, word: str) -> bool:
        if not self._is_keyword(word):
            return False
        self._at += len(word)
        self._skip_space()
        return True

    def _count(self, position: int) -> None:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise invalid(position, f"more than {MAX_TERMS} conditions")

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]
