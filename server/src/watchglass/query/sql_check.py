"""Whether a statement may run in the SQL sandbox: an allow-list of what ClickHouse's parser found in it. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

from watchglass.errors import InvalidInput
from watchglass.query.sql_tree import Node

KINDS = frozenset(
    "SelectWithUnionQuery SelectQuery SelectIntersectExceptQuery ExpressionList TablesInSelectQuery "
    "TablesInSelectQueryElement TableExpression TableIdentifier TableJoin ArrayJoin Subquery WithElement Function Identifier "
    "Literal Asterisk QualifiedAsterisk ColumnsRegexpMatcher ColumnsListMatcher QualifiedColumnsRegexpMatcher "
    "QualifiedColumnsListMatcher ColumnsTransformerList ColumnsExceptTransformer ColumnsReplaceTransformer "
    "ColumnsReplaceTransformer::Replacement OrderByElement InterpolateElement WindowDefinition WindowListElement".split()
)
"""Nodes that may stand in a statement. Not among them: Set (SETTINGS), ColumnsApplyTransformer (its function is not shown)
and everything that is not a SELECT."""

TABLE_FUNCTIONS = frozenset({"numbers", "zeros", "generateseries", "generate_series"})
"""Functions that may stand after FROM; in lower case."""

COMBINATORS = (
    "if", "array", "map", "state", "merge", "foreach", "distinct", "ordefault", "ornull", "resample", "argmin", "argmax",
    "simplestate", "tuple", "null",
)  # fmt: skip
"""What an aggregate function's name may end with, any number of times; in lower case."""

CASTS = frozenset({"cast", "_cast", "accuratecast", "accuratecastornull", "accuratecastordefault"})

PARAMETER_TYPES = frozenset(
    "String FixedString Bool UUID IPv4 IPv6 Date Date32 DateTime DateTime64 Decimal Array Nullable LowCardinality "
    "Int8 Int16 Int32 Int64 Int128 Int256 UInt8 UInt16 UInt32 UInt64 UInt128 UInt256 Float32 Float64".split()
)
"""Words that may stand in the type of a placeholder. Not among them: Identifier, which would name a table after the check."""

_STRING = re.compile(r"'(?:[^'\\]|\\.|'')*'", re.DOTALL)
_IDENTIFIER = re.compile(r"`(?:[^`\\]|\\.|``)*`|\"(?:[^\"\\]|\\.|\"\")*\"", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\s*(\w+)\s*:([^{}]*)\}")


@cache
def scalar_functions() -> frozenset[str]:
    """Return the functions that may be called, in lower case."""
    text = files(__package__).joinpath("sql_functions.yml").read_text("utf-8")
    return frozenset(name.lower() for names in yaml.safe_load(text).values() for name in names.split())


def placeholders(canonical: str) -> dict[str, str]:
    """Return name and type of each `{name:Type}` in a statement that ClickHouse has formatted.

    Raises:
        InvalidInput: A type that a placeholder may not have, a reserved name, or an identifier with a backslash or control
            character in it, which could draw lines of its own into the tree; the field is `query`.
    """
    without_strings = _STRING.sub("''", canonical)
    if any("\\" in name or not name.isprintable() for name in _IDENTIFIER.findall(without_strings)):
        raise refused("a name may not hold a backslash or a control character")
    found = dict(_PLACEHOLDER.findall(_IDENTIFIER.sub('""', without_strings)))
    for name, type_name in found.items():
        words = re.findall(r"[A-Za-z_]\w*", type_name)
        if not words or not set(words) <= PARAMETER_TYPES:
            raise refused(f"the parameter {name} cannot have the type {type_name.strip()[:60]}")
        if name.startswith("wg_"):
            raise refused(f"the parameter {name} cannot have this name: wg_ is the server's own")
    return found


def check_tree(root: Node) -> set[str]:
    """Refuse a statement with anything that is not on the lists, and return the first part of every name in it.

    The caller must still look whether one of these names is a database or a table that may not be read: which names are
    columns, aliases or tables is known to the store alone.

    Raises:
        InvalidInput: What was found; the field is `query`.
    """
    names: set[str] = set()
    for node in root.walk():
        if node.kind not in KINDS:
            raise refused(_REASONS.get(node.kind, f"{node.kind} may not be used here"))
        if node.kind == "TableIdentifier" and "." in node.text:
            raise refused(f"{node.text[:100]} may not be read; tables are named without a database")
        if node.kind in ("Identifier", "TableIdentifier"):
            names.add(node.text.partition(".")[0])
        if node.kind == "TableExpression":
            _check_table_function(node)
        elif node.kind == "Function":
            _check_call(node)
    table_functions = {id(function) for function in _table_functions(root)}
    for node in root.walk():
        if node.kind == "Function" and id(node) not in table_functions:
            _check_function(node)
    return names


def refused(detail: str) -> InvalidInput:
    """Build the error for a statement that may not run."""
    return InvalidInput("query", detail)


def is_allowed_function(name: str) -> bool:
    """Whether a function of this name, with or without combinators, is on the list."""
    name = name.lower()
    if name in scalar_functions():
        return True
    return any(
        name.endswith(ending) and len(name) > len(ending) and is_allowed_function(name[: -len(ending)])
        for ending in COMBINATORS
    )


def _table_functions(root: Node) -> Iterator[Node]:
    for node in root.walk():
        if node.kind == "TableExpression":
            yield from (child for child in node.children if child.kind == "Function")


def _check_table_function(node: Node) -> None:
    for child in node.children:
        if child.kind == "Function" and child.text.lower() not in TABLE_FUNCTIONS:
            raise refused(f"the table function {child.text[:100]} may not be used")


def _check_function(node: Node) -> None:
    if not is_allowed_function(node.text):
        raise refused(f"the function {node.text[:100]} may not be used")


def _check_call(node: Node) -> None:
    """Look at arguments that mean more than a value."""
    name = node.text.lower()
    if name == "lambda" and node.has_alias:
        # a lambda named `equals` would stand for every = in the statement
        raise refused("a lambda may not have a name")
    arguments = node.children[0].children if node.children else []
    if name in CASTS and len(arguments) > 1:
        target = arguments[1]
        if target.kind != "Literal" or "aggregatefunction" in target.text.lower():
            raise refused("CAST needs a plain type, written out")
    if name.removesuffix("ignoreset") in _IN and [node.kind for node in arguments[1:]] == ["Identifier"] and "." in arguments[1].text:
        raise refused(f"IN {arguments[1].text[:100]} may not be used; for an array write has(array, value)")


_IN = frozenset({"in", "notin", "globalin", "globalnotin", "nullin", "notnullin", "globalnullin", "globalnotnullin"})

_REASONS = {
    "Set": "SETTINGS may not be used; the server sets the limits",
    "ColumnsApplyTransformer": "APPLY may not be used",
    "SampleRatio": "SAMPLE may not be used",
}
