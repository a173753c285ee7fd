"""TraceQL, the language of Tempo's searches, as an expression of the filter language; what that cannot say is refused by name."""

import re

from watchglass.errors import InvalidInput
from watchglass.query.expr import EVERYTHING, And, Compare, Expr, Has, Not, Operator, Or, Value
from watchglass.query.otel_attributes import RESOURCE_COLUMNS, SPAN_COLUMNS, TEXT_COLUMNS

MAX_LENGTH = 10_000
MAX_DEPTH = 50

INTRINSICS = {
    "name": "name", "span:name": "name", "status": "status_code", "span:status": "status_code", "kind": "kind", "span:kind": "kind",
    "duration": "duration", "span:duration": "duration", "statusMessage": "status_message", "span:statusMessage": "status_message",
    "trace:id": "trace_id", "span:id": "span_id",
}  # fmt: skip
"""What TraceQL knows of a span beside its attributes, and our names of it."""

_TOKEN = re.compile(
    r"\s*(?:(?P<sign>&&|\|\||!=|=~|!~|<=|>=|[{}()=<>])|\"(?P<text>(?:[^\"\\]|\\.)*)\"|`(?P<raw>[^`]*)`"
    r"|(?P<word>[^\s{}()=<>!&|\"`~]+))",
    re.DOTALL,
)
_NOT_PLAIN = re.compile(r"(?<!\\)[\[\](){}+?^$]|\\[a-zA-Z0-9]|(?<!\.)\*")


def parse_traceql(text: str) -> Expr:
    """Read a search for spans; empty text and `{}` mean everything.

    Raises:
        InvalidInput: It is none, or one that filters cannot say: several sets of spans, pipelines, regular expressions that
            are more than a choice of texts; the field is `q`.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidInput("q", f"a query has at most {MAX_LENGTH} characters")
    return _Parser(text).parse() if text.strip() else EVERYTHING


def field_of(name: str) -> str:
    """Return the filter's name of an attribute or intrinsic of TraceQL: `resource.service.name` is `service_name`.

    Raises:
        InvalidInput: Nothing that a filter can look at; the field is `q`.
    """
    if name in INTRINSICS:
        return INTRINSICS[name]
    scope, dot, key = name.partition(".")
    if dot and key:
        if scope in ("resource", "") and key in RESOURCE_COLUMNS:
            return RESOURCE_COLUMNS[key]
        if scope in ("span", ""):
            return {**SPAN_COLUMNS, **TEXT_COLUMNS}.get(key, f"attributes.{key}")
        if scope == "resource":
            return f"resource.{key}"
    raise InvalidInput("q", f"{name[:100]} cannot be searched here; attributes are span.KEY and resource.KEY, and there are "
                       "name, status, kind and duration")  # fmt: skip


class _Parser:
    """One pass from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise InvalidInput("q", f"at {at}: cannot be read")
            kind = str(match.lastgroup)
            value = match[kind]
            self._tokens.append((kind, re.sub(r"\\(.)", r"\1", value) if kind == "text" else value))
            at = match.end()
        self._at = 0

    def parse(self) -> Expr:
        self._take("{")
        expr = EVERYTHING if self._peek() == ("sign", "}") else self._either(0)
        self._take("}")
        if self._at < len(self._tokens):
            raise InvalidInput("q", f"only one set of spans can be searched, without what follows it: {self._peek()[1][:50]}")
        return expr

    def _either(self, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise InvalidInput("q", f"parentheses are nested deeper than {MAX_DEPTH}")
        items = [self._all(depth)]
        while self._is("||"):
            items.append(self._all(depth))
        return items[0] if len(items) == 1 else Or(tuple(items))

    def _all(self, depth: int) -> Expr:
        items = [self._one(depth)]
        while self._is("&&"):
            items.append(self._one(depth))
        return items[0] if len(items) == 1 else And(tuple(items))

    def _one(self, depth: int) -> Expr:
        if self._is("("):
            expr = self._either(depth + 1)
            self._take(")")
            return expr
        kind, name = self._next()
        if kind != "word":
            raise InvalidInput("q", f"an attribute is missing before {name[:50]}")
        if name == "true":
            return EVERYTHING
        field = field_of(name)
        sign_kind, sign = self._next()
        value_kind, value = self._next()
        if sign_kind != "sign" or sign in "{}()&&||" or value_kind == "sign":
            raise InvalidInput("q", f"{name[:50]} needs a comparison, such as = \"text\"")
        return _compared(field, sign, value, is_word=value_kind == "word")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("sign", "its end")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _is(self, sign: str) -> bool:
        if self._peek() != ("sign", sign):
            return False
        self._at += 1
        return True

    def _take(self, sign: str) -> None:
        if not self._is(sign):
            raise InvalidInput("q", f"{sign} is missing before {self._peek()[1][:50]}")


def _compared(field: str, sign: str, value: str, *, is_word: bool) -> Expr:
    if is_word and value == "nil":
        return Has(field) if sign == "!=" else Not(Has(field))
    if sign in ("=~", "!~"):
        if _NOT_PLAIN.search(value):
            raise InvalidInput("q", f"{value[:100]}: of regular expressions only a choice of texts is known, such as a|b or a.*")
        choices = [re.sub(r"\\(.)", r"\1", choice.replace(".*", "*")) for choice in re.split(r"(?<!\\)\|", value)]
        return Compare(field, "=" if sign == "=~" else "!=", tuple(Value(choice, "*" in choice) for choice in choices))
    operator: Operator = sign  # type: ignore[assignment]
    return Compare(field, operator, (Value(value),))
