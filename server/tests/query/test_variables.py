"""A dashboard's variables in filters: bound as values, never read as a part of the language."""

import pytest

from watchglass.errors import InvalidInput
from watchglass.query.expr import EVERYTHING, And, Compare, Expr, Not, Or, Text, Value
from watchglass.query.filter import parse
from watchglass.query.variables import Variables, bind

HOSTILE = 'a" OR has:service OR model:"b'
TWO = Variables({"model": ("a", "b*"), "none": (), "nasty": (HOSTILE,)}, {"filter": parse("error:true"), "empty": parse("")})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model:$model", Compare("model", "=", (Value("a"), Value("b*")))),
        ("-model:$model", Not(Compare("model", "=", (Value("a"), Value("b*"))))),
        ("model:($model,c)", Compare("model", "=", (Value("a"), Value("b*"), Value("c")))),
        ("model:$nasty", Compare("model", "=", (Value(HOSTILE),))),
        ("cost_usd>$nasty", Compare("cost_usd", ">", (Value(HOSTILE),))),
        ("model:$none", EVERYTHING),
        ("-model:$none", EVERYTHING),
        ("service:x model:$none", And((Compare("service", "=", (Value("x"),)),))),
        ("service:x OR model:$none", EVERYTHING),
        ("$filter service:x", And((Compare("error", "=", (Value("true"),)), Compare("service", "=", (Value("x"),))))),
        ("$empty", EVERYTHING),
        ("$model", Or((Text("a"), Text("b*")))),
        ('"$model"', Text("$model", True)),
        ('model:~"$model"', Compare("model", "=", (Value("$model", is_pattern=True),))),
        ("costs $5 has:user", parse("costs $5 has:user")),
    ],
)  # fmt: skip
def test_variables_are_bound(text: str, expected: Expr) -> None:
    """What is chosen stands in as values; a condition on one of which nothing is chosen is left out."""
    assert bind(parse(text), TWO) == expected


@pytest.mark.parametrize("text", ["model:$other", "$other", "cost_usd>$model"])
def test_what_cannot_be_bound_is_named(text: str) -> None:
    """A variable that is not there, and several values where one is taken, are errors of the filter."""
    with pytest.raises(InvalidInput) as raised:
        bind(parse(text), TWO)
    assert raised.value.field == "filter"
