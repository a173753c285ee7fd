"""Filters as SQL: they pick the rows that the language says, on random expressions over random rows."""

import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.rows import NOW_NS, insert_rows, log, span
from watchglass.errors import InvalidInput
from watchglass.query.conditions import condition
from watchglass.query.expr import And, Compare, Expr, Has, Not, Or, Text, Value, write
from watchglass.query.filter import parse
from watchglass.query.scope import Scope
from watchglass.query.sql import both, in_scope
from watchglass.store.engine import Engine

SCOPE = Scope("p", NOW_NS - 10**15, NOW_NS + 10**9)


def found(engine: Engine, expr: Expr | str, table: str = "spans", project_id: str = "p") -> list[int]:
    """Numbers of the rows that fit, in order."""
    expr = parse(expr) if isinstance(expr, str) else expr
    where = both(in_scope(Scope(project_id, SCOPE.start_ns, SCOPE.end_ns), table), condition(expr, table, NOW_NS))
    rows = engine.query(f"SELECT span_id FROM {table} WHERE {where.text} ORDER BY span_id", where.parameters)
    return [int(row, 16) for row in rows.column("span_id").to_pylist()]


# -- the reference: what an expression means, in Python

_words = st.sampled_from(["refund", "Refund", "fund", "late", "hay-stack", "O'Brien", "née", "NÉE", 'say "hi"', "a\\b", "a\nb", "!?", "%_"])
_texts = st.one_of(st.sampled_from(["", "a", "A", "ab", "a%b", "a_b", "a\\b", "a*b", "x\ny", "'", "5", "true", "ü"]), st.text(st.characters(exclude_categories=["Cs"]), max_size=4))
_floats = st.sampled_from([0.0, -1.5, 0.1, 5.0, 1e300])
_ints = st.sampled_from([0, 1, 5, 2**53 + 1, 2**63 - 1])
_rows = st.fixed_dictionaries(
    {
        "model": _texts,
        "session_id": _texts,
        "cost_usd": st.none() | _floats,
        "input_tokens": st.none() | st.sampled_from([0, 5, 2**53 + 1, 2**64 - 1]),
        "output_tokens": st.none() | st.sampled_from([0, 5]),
        "duration_ns": st.sampled_from([0, 2_000_000_000, 1_500_000, 1]),
        "is_streaming": st.booleans(),
        "status_code": st.sampled_from(["unset", "ok", "error"]),
        "tags": st.lists(_texts, max_size=3),
        "attributes": st.dictionaries(st.sampled_from(["k", "k'x"]), st.sampled_from(["", "a", "ab", "5", "true", "0.1"])),
        "attributes_int": st.dictionaries(st.sampled_from(["k", "n"]), _ints),
        "attributes_double": st.dictionaries(st.sampled_from(["k", "d"]), _floats),
        "attributes_bool": st.dictionaries(st.sampled_from(["k", "b"]), st.booleans()),
        "resource_attributes": st.dictionaries(st.sampled_from(["k", "r"]), st.sampled_from(["", "a", "5", "7.5"])),
        "input_messages": st.lists(_words, max_size=3).map(lambda words: json.dumps([" ".join(words)], ensure_ascii=False)),
        "output_value": st.lists(_words, max_size=3).map(" ".join),
    }
)

_text_values = st.builds(Value, st.one_of(_texts, st.sampled_from(["a*", "*b", "*", "a*b", "**"])), st.booleans())
_number_values = st.builds(Value, st.sampled_from(["0", "5", "-1.5", "0.1", "1e300", "9007199254740993", "18446744073709551615", "99999999999999999999"]))
_equal = st.sampled_from(["=", "!="])
_any_operator = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
_attribute_fields = st.sampled_from(["attributes.k", "attributes.k'x", "attributes.n", "attributes.d", "attributes.b", "resource.k", "resource.r"])


def _lists(values: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[Value, ...]]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


_leaves = st.one_of(
    st.builds(Compare, st.sampled_from(["model", "session_id", "session", "tags"]), _equal, _lists(_text_values)),
    st.builds(Compare, st.sampled_from(["cost", "input_tokens", "tokens", "duration_ns"]), _any_operator, st.tuples(_number_values)),
    st.builds(Compare, st.just("duration"), _any_operator, st.tuples(st.builds(Value, st.sampled_from(["2s", "1.5ms", "1ns", "1h"])))),
    st.builds(Compare, st.sampled_from(["error", "is_streaming"]), _equal, st.tuples(st.builds(Value, st.sampled_from(["true", "False"])))),
    st.builds(Compare, _attribute_fields, _equal, _lists(st.one_of(_text_values, _number_values))),
    st.builds(Compare, _attribute_fields, _any_operator, st.tuples(_number_values)),
    st.builds(Has, st.one_of(st.sampled_from(["model", "tags", "cost_usd", "tokens", "error", "duration", "attributes"]), _attribute_fields)),
    st.builds(Text, _words, st.booleans()),
)
_exprs = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def holds(expr: Expr, row: dict[str, Any]) -> bool:
    """What `expr` means for a row, written as plainly as can be."""
    match expr:
        case And(items):
            return all(holds(item, row) for item in items)
        case Or(items):
            return any(holds(item, row) for item in items)
        case Not(item):
            return not holds(item, row)
        case Has(name):
            return any(is_there(value, name) for value in read(name, row))
        case Text(text, is_phrase):
            return all(text_holds(piece, row) for piece in ([text] if is_phrase else text.split()))
        case Compare(name, operator, values):
            if operator == "!=":
                return not holds(Compare(name, "=", values), row)
            return any(compare(have, operator, value, "." in name) for value in values for have in read(name, row))
    raise AssertionError(expr)


def is_there(value: Any, name: str) -> bool:
    """Whether a value counts as one: not empty, and not the default of a column that cannot be null."""
    if "." in name or name in ("cost_usd", "tokens"):
        return value != ""
    return bool(value)


def read(name: str, row: dict[str, Any]) -> list[Any]:
    """All values that a name has in a row."""
    if name.startswith("attributes."):
        key = name.removeprefix("attributes.")
        maps = ("attributes", "attributes_int", "attributes_double", "attributes_bool")
        return [row[one][key] for one in maps if key in row[one]]
    if name.startswith("resource."):
        key = name.removeprefix("resource.")
        return [row["resource_attributes"][key]] if key in row["resource_attributes"] else []
    if name == "tags":
        return list(row["tags"])
    if name == "tokens":
        known = [row[one] for one in ("input_tokens", "output_tokens") if row[one] is not None]
        return [sum(known) % 2**64] if known else []
    if name == "error":
        return [row["status_code"] == "error"]
    value = row[{"cost": "cost_usd", "duration": "duration_ns", "session": "session_id"}.get(name, name)]
    return [] if value is None else [value]


def compare(have: Any, operator: str, value: Value, is_attribute: bool) -> bool:
    """Whether one value fits."""
    units = {"2s": 2 * 10**9, "1.5ms": 1_500_000, "1ns": 1, "1h": 3600 * 10**9}
    if value.is_pattern:
        text = have if isinstance(have, str) else str(have).lower() if isinstance(have, bool) else clickhouse_text(have)
        return re.fullmatch(".*".join(map(re.escape, value.text.split("*"))), text, re.DOTALL) is not None
    if isinstance(have, bool):
        return value.text.lower() == str(have).lower()
    wanted = as_number(value.text) if value.text not in units else units[value.text]
    if isinstance(have, str):
        if operator == "=":
            return have == value.text
        have = as_number(have)
    if have is None or wanted is None:
        return False
    return {"=": have == wanted, "<": have < wanted, "<=": have <= wanted, ">": have > wanted, ">=": have >= wanted}[operator]


def as_number(text: str) -> int | float | None:
    """A plain number, or None."""
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text) if int(text) < 2**64 else float(text)
    return float(text) if re.fullmatch(r"[+-]?[\d.]+(e\d+)?", text, re.ASCII) else None


def clickhouse_text(number: float) -> str:
    """A number as ClickHouse writes it."""
    return repr(number).replace("e+", "e").removesuffix(".0")


def text_holds(piece: str, row: dict[str, Any]) -> bool:
    """Whether the text holds a piece, as words, whatever the case; in plain or JSON form."""
    texts = [row["input_messages"], "", "", row["output_value"], "", ""]
    haystack = lowered(re.sub(r"\\[nrt]", " ", " ".join(texts)))
    edge = r"[\x00-/:-@\[-`{-\x7f]"
    for form in (piece, json.dumps(piece, ensure_ascii=False)[1:-1]):
        form = lowered(re.sub(r"\\[nrt]", " ", form))
        before = rf"(?:^|{edge})" if not re.match(edge, form) else ""
        after = rf"(?:\Z|{edge})" if not re.match(edge, form[-1]) else ""
        tokens = re.findall(r"[0-9a-z\x80-\U0010ffff]+", form)
        if re.search(before + re.escape(form) + after, haystack) and all(
            re.search(rf"(?:^|{edge}){token}(?:\Z|{edge})", haystack) for token in tokens
        ):
            return True
    return False


def lowered(text: str) -> str:
    """Lower case."""
    return text.lower()


_projects = itertools.count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_rows, min_size=1, max_size=6), exprs=st.lists(_exprs, min_size=1, max_size=6))
def test_sql_agrees_with_the_language(engine: Engine, rows: list[dict[str, Any]], exprs: list[Expr]) -> None:
    """For random expressions over random rows the SQL picks exactly the rows that the language says."""
    project_id = f"p{next(_projects)}"
    insert_rows(engine, "spans", [span(1, n, project_id=project_id, **row) for n, row in enumerate(rows)])
    for expr in exprs:
        expected = [n for n, row in enumerate(rows) if holds(expr, row)]
        assert found(engine, expr, project_id=project_id) == expected, write(expr)


def test_log_fields_pick_logs(engine: Engine) -> None:
    """Logs are filtered by their own columns, by the level and by words of the body and the messages."""
    rows = [
        log(span_id="01", severity_number=17, body="Payment failed: card declined"),
        log(span_id="02", severity_number=0, severity_text="WARN", body="slow"),
        log(span_id="03", severity_number=9, input_messages='[{"role": "user", "content": "refund"}]'),
    ]
    insert_rows(engine, "logs", rows)
    filters = {"error:true": [1], "level:(warn,info)": [2, 3], '"CARD declined"': [1], "refund": [3], "-refund": [1, 2]}
    assert {text: found(engine, text, "logs") for text in filters} == filters


def test_times_are_compared_as_times(engine: Engine) -> None:
    """A time may be absolute or relative to now."""
    insert_rows(engine, "spans", [span(1, 1, at_s=-7200), span(1, 2, at_s=-60)])
    assert found(engine, "start_time>-1h") == [2]
    assert found(engine, "start_time<=2026-05-28T18:26:40Z") == [1]
    with pytest.raises(InvalidInput, match="at 0: start_time: cannot read '-1h'"):
        condition(parse("start_time>-1h"), "spans")


@pytest.mark.parametrize("is_merged", [False, True])
def test_words_use_the_text_index(engine: Engine, is_merged: bool) -> None:
    """Words and phrases are answered right with and without the index, and the index serves where it is."""
    rows = [span(n, n, at_s=-n / 1e6, input_messages=f'[{{"content": "filler {n}"}}]') for n in range(1, 40_001)]
    rows[39_000]["input_messages"] = r'[{"content": "Zürich says \"hay-stack\"\nneedle"}]'
    insert_rows(engine, "spans", rows)
    if is_merged:
        engine.execute("OPTIMIZE TABLE spans FINAL")
    for text in ("needle", "ZÜRICH", "hay-stack", '"say"', '"says \\"HAY-stack\\""', "needle OR zürich", "-filler"):
        assert found(engine, text) == ([] if text == '"say"' else [39_001]), text
        where = both(in_scope(SCOPE, "spans"), condition(parse(text), "spans"))
        plan = engine.query(f"EXPLAIN indexes = 1 SELECT count() FROM spans WHERE {where.text}", where.parameters)
        lines = [line.strip() for line in plan.column("explain").to_pylist()]
        at = lines.index("Name: text_search")
        granules = next(line for line in lines[at:] if line.startswith("Granules: "))
        few = "Granules: 0/" if text == '"say"' else "Granules: 1/"
        if is_merged and text != "-filler":
            assert granules.startswith(few), (text, granules)


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE spans --",
        "' OR 1 = 1 --",
        "\\' OR 1 = 1 --",
        "{p0:String}",
        "x') OR ('' = '",
        "a\0b",
        "%",
        "`",
        "\\",
        "\\N",
        "[0-9]+(?i)(",
        "\\x27",
    ],
)
@pytest.mark.parametrize(
    "form", ["name:V", "name!=V", "name:~V", "attributes.k:V", "attributes.k:(V,V)", "resource.k:~V", "tags:V", "text:V", "V", '"attributes.K":x', '"resource.K":*', 'has:"attributes.K"']
)  # fmt: skip
def test_hostile_text_is_only_text(engine: Engine, form: str, hostile: str) -> None:
    """Whatever a value or a key holds, it is compared as text: it finds the row that has it and no other."""
    insert_rows(
        engine,
        "spans",
        [
            span(1, 1),
            span(
                1, 2, name=hostile, attributes={"k": hostile, hostile: "x"}, resource_attributes={"k": hostile, hostile: "x"},
                tags=[hostile], output_value=f"so {hostile} it is",
            ),
        ],
    )  # fmt: skip
    escaped = hostile.replace("\\", "\\\\").replace('"', '\\"')
    text = form.replace("V", f'"{escaped}"').replace("K", escaped)
    assert found(engine, text) == ([1] if "!=" in form else [2])


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("a modle:x", "at 2: unknown field 'modle'; did you mean model"),
        ("app.tier:x", "at 0: unknown field 'app.tier'; did you mean attributes.app.tier?"),
        ("gen_ai.request.model:x", "at 0: unknown field 'gen_ai.request.model'; did you mean request_model?"),
        ("service.name:x", "at 0: unknown field 'service.name'; did you mean service_name?"),
        ("zzzzz:1", "at 0: unknown field 'zzzzz'; an attribute is written attributes.KEY"),
        ("has:zzzzz", "at 0: unknown field 'zzzzz'"),
        ("attributes.:1", "at 0: attributes. needs the name of an attribute: attributes.KEY"),
        ("attributes:1", "at 0: attributes is a map: write attributes.KEY or resource.KEY"),
        ("cost_usd>cheap", "at 0: cost_usd is compared with a number, not 'cheap'"),
        ("cost_usd>1e999", "at 0: cost_usd is compared with a number, not '1e999'"),
        ("cost_usd:1*", "at 0: cost_usd is no text: \\* does not fit it"),
        ("duration>2", "at 0: duration is compared with a duration such as 2s or 300ms, not '2'"),
        ("model>a", "at 0: model is text: it has no order"),
        ("is_streaming:maybe", "at 0: is_streaming is true or false"),
        ("start_time>yesterday", "at 0: start_time: cannot read 'yesterday' as a time"),
        ("attributes.k>high", "at 0: attributes.k> takes a number, not 'high'"),
    ],
)
def test_a_condition_that_cannot_be_says_what_is_wrong(text: str, detail: str) -> None:
    """A field that is not there or a value that it cannot have is refused with its position."""
    with pytest.raises(InvalidInput, match=detail) as caught:
        condition(parse(text), "spans", NOW_NS)
    assert caught.value.field == "filter"


def test_text_is_refused_where_rows_have_none() -> None:
    """Metric points have no text, and rollups cannot be filtered by what they sum."""
    with pytest.raises(InvalidInput, match="at 0: text can be searched in spans and logs alone"):
        condition(parse("refund"), "metric_points")
    with pytest.raises(InvalidInput, match="at 0: cost_usd is summed over many rows"):
        condition(parse("cost_usd>1"), "usage_minute")


@pytest.mark.parametrize("is_ascii", [False, True])
@pytest.mark.parametrize("is_merged", [False, True])
def test_words_beyond_ascii_are_found_however_json_wrote_them(engine: Engine, is_ascii: bool, is_merged: bool) -> None:
    """Letters that a client's JSON escaped are found as those that it did not; words stay whole, case does not matter."""
    said = ["Zürich", "ZÜRICH", "zürichsee", "vor Zürich.", "日本語で返金", 'die "Öl"-Frage', "Ürich"]
    rows = [span(1, n, output_messages=json.dumps([{"content": text}], ensure_ascii=is_ascii)) for n, text in enumerate(said)]
    insert_rows(engine, "spans", rows)
    if is_merged:
        engine.execute("OPTIMIZE TABLE spans FINAL")
    filters = {
        "zürich": [0, 1, 3], "ZÜRICH": [0, 1, 3], "ürich": [6], '"vor zürich"': [3], "返金": [4], "日本語": [4], "返品": [],
        '"\\"öl\\"-frage"': [5], "-zürich": [2, 4, 5, 6],
    }  # fmt: skip
    assert {text: found(engine, text) for text in filters} == filters


@pytest.mark.parametrize(
    "text",
    [
        '"' + "?! " * 2700 + '"',
        '"' + "wört " * 1600 + '"',
        " ".join(f"w{n}-x" for n in range(200)),
        " OR ".join(f"ü{n}" for n in range(100)),
        " ".join(f"attributes.k{n}>{n}" for n in range(200)),
        "model:(" + ",".join(f"m{n}*" for n in range(199)) + ")",
        "-(" * 19 + "a" + ")" * 19,
    ],
    ids=["marks", "phrase", "words", "either", "attributes", "list", "depth"],
)
def test_longest_filters_are_answered(engine: Engine, text: str) -> None:
    """The longest filters that the language takes are within what the engine takes."""
    insert_rows(engine, "spans", [span(1, 1, input_value="nothing of that")])
    assert found(engine, text) == ([1] if text.startswith("-") else [])
