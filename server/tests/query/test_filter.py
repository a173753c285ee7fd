"""The filter language: what it reads, what it writes, and that nothing makes it fall over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchglass.errors import InvalidInput
from watchglass.query.expr import And, Compare, Expr, Has, Not, Or, Text, Value, write
from watchglass.query.filter import MAX_DEPTH, MAX_TERMS, parse

_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_names = st.one_of(st.sampled_from(["model", "cost_usd", "attributes.a-b", "AND", "resource.k8s.pod.name"]), _text)
_fields = _names.filter(lambda name: name not in ("has", "text"))
_values = st.builds(Value, st.one_of(_text, st.just(""), st.sampled_from(["a*", "*", "~x", "2s", ">1"])), st.booleans())
_leaves = st.one_of(
    st.builds(Text, st.one_of(_text, st.sampled_from(["OR", "-x", "a:b", "it's"])), st.booleans()),
    st.builds(Has, _fields),
    st.builds(Compare, _fields, st.sampled_from(["=", "!="]), st.lists(_values, min_size=1, max_size=3).map(tuple)),
    st.builds(
        Compare, _fields, st.sampled_from(["<", "<=", ">", ">="]), st.tuples(st.builds(Value, _text, st.just(False)))
    ),
)


def _joined(kind: type[And] | type[Or], children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    others = children.filter(lambda child: not isinstance(child, kind))
    return st.lists(others, min_size=2, max_size=3).map(lambda items: kind(tuple(items)))


_exprs = st.recursive(
    _leaves, lambda children: st.one_of(_joined(And, children), _joined(Or, children), st.builds(Not, children)), max_leaves=12
)


@given(_exprs)
def test_a_written_expression_reads_back_as_itself(expr: Expr) -> None:
    """parse(write(expr)) == expr for every expression."""
    assert parse(write(expr)) == expr


@given(st.one_of(st.text(max_size=60), st.text('ab:"()-*,<>=!~\\ ANDORT', max_size=60)))
def test_any_text_is_read_or_refused_with_a_position(text: str) -> None:
    """Whatever is typed either parses, and then round-trips, or is refused naming `filter` and a position."""
    try:
        expr = parse(text)
    except InvalidInput as error:
        assert error.field == "filter"
        assert error.detail.startswith("at ")
        return
    assert parse(write(expr)) == expr


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("", And()),
        ("  ", And()),
        ("refund", Text("refund")),
        ('"late refund"', Text("late refund", is_phrase=True)),
        ('text:"late refund"', Text("late refund")),
        ("model:gpt-4o", Compare("model", "=", (Value("gpt-4o"),))),
        ("model=gpt-4o", Compare("model", "=", (Value("gpt-4o"),))),
        ("model:gpt-4*", Compare("model", "=", (Value("gpt-4*", True),))),
        ('model:"gpt-4*"', Compare("model", "=", (Value("gpt-4*"),))),
        ("model:(a, b,c)", Compare("model", "=", (Value("a"), Value("b"), Value("c")))),
        ("cost_usd>0.01", Compare("cost_usd", ">", (Value("0.01"),))),
        ("cost_usd:>=0.01", Compare("cost_usd", ">=", (Value("0.01"),))),
        ("start_time>2026-01-01T00:00:00Z", Compare("start_time", ">", (Value("2026-01-01T00:00:00Z"),))),
        ("has:user_id", Has("user_id")),
        ("user_id:*", Has("user_id")),
        ("user_id!=*", Not(Has("user_id"))),
        ("-a", Not(Text("a"))),
        ("NOT a", Not(Text("a"))),
        ("a AND b", And((Text("a"), Text("b")))),
        ("a b OR c", Or((And((Text("a"), Text("b"))), Text("c")))),
        ("a (b OR c)", And((Text("a"), Or((Text("b"), Text("c")))))),
        ('"attributes.a b":x', Compare("attributes.a b", "=", (Value("x"),))),
        ("Hello!", Text("Hello!")),
        ("attributes.n:-5", Compare("attributes.n", "=", (Value("-5"),))),
    ],
)
def test_the_language_means_what_the_documentation_says(text: str, expr: Expr) -> None:
    """Each form of the language reads as its expression."""
    assert parse(text) == expr


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("(a", 0),
        ("a )", 2),
        ("()", 0),
        ("model:", 6),
        ("model:(a", 6),
        ('a "b', 2),
        ("a OR", 4),
        ("a AND OR b", 6),
        ("cost>(1,2)", 0),
        ("has:(a,b)", 0),
        ("a, b", 1),
        ("(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2), MAX_DEPTH + 1),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS),
        ("a" * 9000, 8192),
    ],
)
def test_a_wrong_filter_says_where(text: str, position: int) -> None:
    """A filter that cannot be read is refused at the character that is wrong."""
    with pytest.raises(InvalidInput, match=f"at {position}: ") as caught:
        parse(text)
    assert caught.value.field == "filter"
