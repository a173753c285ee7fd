"""Whether a statement may run in the SQL sandbox: an allow-list of what ClickHouse's own parser found in it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from watchglass.errors import InvalidInput

Node = dict[str, Any]
"""A node of `parseQueryToJSON`: `type`, its fields, and nodes in them."""

NODE_TYPES = frozenset(
    {
        "SelectWithUnionQuery", "SelectQuery", "SelectIntersectExceptQuery", "ExpressionList",
        "TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableIdentifier", "TableJoin",
        "ArrayJoin", "Subquery", "WithElement", "Function", "Identifier", "Literal", "QueryParameter", "Asterisk",
        "QualifiedAsterisk", "ColumnsRegexpMatcher", "ColumnsListMatcher", "QualifiedColumnsRegexpMatcher",
        "QualifiedColumnsListMatcher", "ColumnsTransformerList", "ColumnsExceptTransformer",
        "ColumnsReplaceTransformer", "ColumnsReplaceTransformerReplacement", "ColumnsApplyTransformer",
        "OrderByElement", "InterpolateElement", "WindowDefinition", "WindowListElement",
    }
)  # fmt: skip
"""Nodes that may stand in a statement; everything that is not a SELECT has others."""

OUTPUT_FIELDS = {"out_file": "INTO OUTFILE", "format_ast": "FORMAT", "settings_ast": "SETTINGS", "settings": "SETTINGS"}
"""Fields of a SELECT that are about more than its rows."""

TABLE_FUNCTIONS = frozenset({"numbers", "zeros", "generateseries", "generate_series"})
"""Functions that may stand after FROM; in lower case."""

COMBINATORS = (
    "if", "array", "map", "state", "merge", "foreach", "distinct", "ordefault", "ornull", "resample", "argmin", "argmax",
    "simplestate", "tuple", "null",
)  # fmt: skip
"""What an aggregate function's name may end with, any number of times; in lower case."""

CASTS = frozenset({"cast", "accuratecast", "accuratecastornull", "accuratecastordefault"})

PARAMETER_TYPES = frozenset(
    {
        "String", "FixedString", "Bool", "UUID", "IPv4", "IPv6", "Date", "Date32", "DateTime", "DateTime64",
        "Decimal", "Array", "Nullable", "LowCardinality", "Int8", "Int16", "Int32", "Int64", "Int128", "Int256",
        "UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "UInt256", "Float32", "Float64",
    }
)  # fmt: skip
"""Words that may stand in the type of a placeholder. Not among them: Identifier, which would name a table after the check."""

RESERVED_PREFIX = "wg_"
"""Placeholders that begin so are the server's own."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement that may run refers to.

    Attributes:
        names: First part of every name of a column, alias or table.
        placeholders: Type of each `{name:Type}`.
    """

    names: frozenset[str]
    placeholders: dict[str, str]


@cache
def scalar_functions() -> frozenset[str]:
    """Return the functions that may be called, in lower case."""
    text = files(__package__).joinpath("sql_functions.yml").read_text("utf-8")
    return frozenset(name.lower() for names in yaml.safe_load(text).values() for name in names.split())


def check_statement(root: Node) -> Statement:
    """Refuse a statement with anything that is not on the lists.

    The caller must still look whether one of the names is a database or a table that may not be read: which names are
    columns, aliases or tables is known to the store alone.

    Raises:
        InvalidInput: What was found; the field is `query`.
    """
    if root.get("type") != "SelectWithUnionQuery":
        raise refused(f"only SELECT may be used, not {str(root.get('type')).removesuffix('Query')}")
    names: set[str] = set()
    placeholders: dict[str, str] = {}
    for node in walk(root):
        _check_node(node)
        match node["type"]:
            case "Identifier" | "TableIdentifier":
                names.add(_first_part(node))
            case "QueryParameter":
                _check_placeholder(node["name"], node["param_type"])
                placeholders[node["name"]] = node["param_type"]
            case "TableExpression":
                if (function := node.get("table_function")) and function["name"].lower() not in TABLE_FUNCTIONS:
                    raise refused(f"the table function {function['name'][:100]} may not be used")
            case "ColumnsApplyTransformer":
                _check_function(node.get("func_name") or "lambda")
            case "Function":
                _check_call(node)
    table_functions = {id(node.get("table_function")) for node in walk(root)}
    for node in walk(root):
        if node["type"] == "Function" and id(node) not in table_functions:
            _check_function(node["name"])
    return Statement(frozenset(names), placeholders)


def walk(root: Node) -> Iterator[Node]:
    """Yield `root` and every node below it, but for what is inside of literals, which is the user's data."""
    waiting: list[Any] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if "type" not in item:
                raise refused("the statement cannot be checked")
            yield item
            if item["type"] != "Literal":
                waiting.extend(value for value in item.values() if isinstance(value, dict | list) and not _is_names(value))


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


def _is_names(value: Any) -> bool:
    """Whether a field holds plain names (parts of an identifier, aliases of columns) and no nodes."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check_node(node: Node) -> None:
    if node["type"] not in NODE_TYPES:
        kind = {"SetQuery": "SETTINGS", "SampleRatio": "SAMPLE"}.get(node["type"], node["type"])
        raise refused(f"{kind} may not be used")
    for field, keyword in OUTPUT_FIELDS.items():
        if node.get(field):
            raise refused(f"{keyword} may not be used; Accept says the form, and the server sets the limits")


def _first_part(node: Node) -> str:
    parts = node.get("name_parts") or [node["name"]]
    # a quoted name may hold a dot, and be read with it as one name or as two
    if node["type"] == "TableIdentifier" and (len(parts) > 1 or "." in parts[0]):
        raise refused(f"{node['name'][:100]} may not be read; tables are named without a database")
    return str(parts[0]).partition(".")[0]


def _check_placeholder(name: str, type_name: str) -> None:
    words = re.findall(r"[A-Za-z_]\w*", re.sub(r"'[\w/]*'", "", type_name))
    if not words or not set(words) <= PARAMETER_TYPES:
        raise refused(f"the parameter {name} cannot have the type {type_name.strip()[:60]}")
    if name.startswith(RESERVED_PREFIX):
        raise refused(f"the parameter {name} cannot have this name: {RESERVED_PREFIX} is the server's own")


def _check_function(name: str) -> None:
    if not is_allowed_function(name):
        raise refused(f"the function {name[:100]} may not be used")


def _check_call(node: Node) -> None:
    """Look at names and arguments that mean more than a value."""
    name = node["name"].lower()
    if name == "lambda" and node.get("alias"):
        # a lambda named `equals` would stand for every = in the statement, also for the server's own
        raise refused("a lambda may not have a name")
    arguments = (node.get("arguments") or {}).get("children", [])
    if name in CASTS and len(arguments) > 1:
        target = str(arguments[1].get("value", {}).get("value", "")) if arguments[1]["type"] == "Literal" else ""
        if not target or "aggregatefunction" in target.lower():
            raise refused("CAST needs a plain type, written out")
