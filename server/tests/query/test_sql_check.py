"""What the sandbox's allow-list lets through, without a store."""

import pytest

from watchglass.errors import InvalidInput
from watchglass.query.sql_check import check_statement, is_allowed_function, scalar_functions

READERS = (
    "file", "url", "joinGet", "joinGetOrNull", "dictGet", "dictGetString", "dictHas", "catboostEvaluate", "evalMLMethod",
    "executable", "hostName", "FQDN", "currentUser", "version", "uptime", "getSetting", "getServerPort", "getMacro",
    "sleep", "sleepEachRow", "throwIf", "hasColumnInTable", "addressToLine", "demangle", "logTrace", "showCertificate",
    "filesystemAvailable", "generateSerialID", "aiGenerate", "AIEmbed", "regionToName", "formatQuery", "formatRow", "tid",
    "queryID", "serverUUID", "connectionId", "zookeeperSessionUptime", "aggThrow", "flameGraph", "chdb", "stem", "lemmatize",
    "mergeTreePartInfo", "getClientHTTPHeader", "currentDatabase", "__getScalar", "__actionName", "structureToProtobufSchema",
    "editDistance", "levenshteinDistance", "damerauLevenshteinDistance", "jaroSimilarity", "arraySimilarity",
)  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_function_that_reaches_out_is_not_listed(name: str) -> None:
    """Nothing that reads files, other tables or the server's state, waits, raises or calls out may be called."""
    assert not is_allowed_function(name)
    assert not is_allowed_function(name.upper())


@pytest.mark.parametrize("name", ["count", "COUNT", "sumIf", "uniqStateIf", "quantilesTDigestMerge", "toStartOfHour", "has", "CASE"])
def test_plain_function_is_listed_with_its_combinators(name: str) -> None:
    """Functions on values may be called, aggregate functions with any combinators."""
    assert is_allowed_function(name) == (name != "CASE")


def test_list_of_functions_is_large_and_clean() -> None:
    """The list holds what an analyst needs, and nothing internal."""
    assert len(scalar_functions()) > 1000
    assert not [name for name in scalar_functions() if name.startswith("_")]


def select(*columns: dict[str, object], **fields: object) -> dict[str, object]:
    """The tree of a SELECT of `columns`."""
    query = {"type": "SelectQuery", "select": {"type": "ExpressionList", "children": list(columns)}}
    return {"type": "SelectWithUnionQuery", "list_of_selects": {"type": "ExpressionList", "children": [query]}, **fields}


def test_names_and_placeholders_are_told() -> None:
    """The first part of each name and the type of each placeholder come back; what is in a literal does not."""
    statement = check_statement(
        select(
            {"type": "Identifier", "name": "a.b", "name_parts": ["a", "b"]},
            {"type": "Identifier", "name": "c"},
            {"type": "QueryParameter", "name": "p", "param_type": "Array(String)"},
            {"type": "Literal", "value": {"type": "Function", "name": "file"}},
        )
    )
    assert (statement.names, statement.placeholders) == (frozenset({"a", "c"}), {"p": "Array(String)"})


@pytest.mark.parametrize(
    "node",
    [
        {"type": "SomethingNew"},
        {"type": "SetQuery"},
        {"type": "Function", "name": "newFunction"},
        {"type": "Function", "name": "count", "something_new": {"type": "SomethingNew"}},
        {"type": "Function", "name": "count", "something_new": {"no_type": 1}},
        {"type": "Function", "name": "lambda", "alias": "equals"},
        {"type": "ColumnsApplyTransformer", "func_name": "sleep"},
        {"type": "QueryParameter", "name": "t", "param_type": "Identifier"},
        {"type": "QueryParameter", "name": "t", "param_type": "Array(Identifier)"},
        {"type": "QueryParameter", "name": "t", "param_type": "AggregateFunction(sum, UInt64)"},
        {"type": "QueryParameter", "name": "wg_project_id", "param_type": "String"},
        {"type": "TableIdentifier", "name": "a.b", "name_parts": ["a", "b"]},
        {"type": "TableIdentifier", "name": "a.b"},
        {"type": "TableExpression", "table_function": {"type": "Function", "name": "count"}},
    ],
)
def test_node_that_is_not_listed_is_refused(node: dict[str, object]) -> None:
    """A node, a field with nodes, a function or a type of a later ClickHouse is refused until somebody lists it."""
    with pytest.raises(InvalidInput) as refusal:
        check_statement(select(node))
    assert refusal.value.field == "query"


@pytest.mark.parametrize("field", ["out_file", "format_ast", "settings_ast"])
def test_output_is_not_the_statements_to_say(field: str) -> None:
    """Where and how rows are written, and under which settings, is refused in every SELECT."""
    with pytest.raises(InvalidInput):
        check_statement(select(**{field: {"type": "Literal", "value": {}}}))
