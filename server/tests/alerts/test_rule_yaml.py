"""Rules as YAML: what is read is what was written, and what is wrong is told with its line."""

import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_files import delivered_rules
from watchglass.alerts.rule_yaml import parse_rules, write_rules
from watchglass.errors import InvalidInput
from watchglass.query.expr import Text, write

GOOD = """\
rules:
  - {name: errors, query: {source: usage, measures: [error_count], per: span_count}, when: {kind: threshold, above: 0.05}, for_s: 5m}
  - name: slow
    query:
      source: usage
      measures: [duration_p95_ns]
      group_by: [model]
    when: {kind: change, against: yesterday, above: 2}
    window_s: 1h30m
"""


def mistakes(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_rules(text, "rules.yml")
    assert caught.value.field == "rules.yml"
    return caught.value.detail


def test_a_file_is_read() -> None:
    """Durations may be written in words."""
    errors, slow = parse_rules(GOOD, "rules.yml")
    assert (errors.name, errors.for_s, slow.window_s, slow.query.group_by) == ("errors", 300, 5400, ["model"])
    assert parse_rules("", "rules.yml") == []


def test_examples_and_documentation_are_right() -> None:
    """What users copy can be read, and its rules are of every kind."""
    root = Path(__file__).parents[3]
    examples = parse_rules((root / "examples" / "alerts.yml").read_text("utf-8"), "alerts.yml")
    shown = re.findall(r"^ *- (\{name: .*\})$", (root / "docs" / "alerts.md").read_text("utf-8"), re.MULTILINE)
    documented = parse_rules("rules:\n" + "\n".join(f"- {it}" for it in shown), "alerts.md")
    assert len(examples) >= 5
    assert len(documented) >= 5
    delivered = delivered_rules()
    assert {it.when.kind for it in (*examples, *documented, *delivered)} == {"threshold", "change", "absence", "objective", "budget", "anomaly"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("above: 0.05", "above: x", "line 2: rules[0].when.above Input should be a valid number"),
        ("group_by: [model]", "group: [model]", "line 7: rules[1].query.group Extra inputs"),
        ("measures: [duration_p95_ns]", "measures: [duration_p95_ns, span_count]", "line 3: rules[1] query.measures must be one measure"),
        ("against: yesterday", "against: tomorrow", "line 8: rules[1].when.against Input should be 'yesterday' or 'last_week'"),
        ("kind: change", "kind: changes", "line 8: rules[1].when Input tag 'changes'"),
        ("window_s: 1h30m", "window_s: soon", "line 9: rules[1].window_s must be seconds, or a duration"),
        ("window_s: 1h30m", "window_s: 1h\n    window_s: 2h", "line 10: rules[1].window_s is there twice"),
        ("name: slow", "name: errors", "line 3: name errors is the name of two rules"),
        ("name: slow", "brief: none", "line 3: rules[1].name Field required"),
        ("name: slow", "<<: {name: a}", "line 3: rules[1].<< is not read"),
        ("rules:", "rule:", "line 1: the file must be a map with one key, rules"),
        ("{name: errors", "[name: errors", "line 2: not YAML"),
        ("above: 0.05", "above: !!python/object:os.system x", "line 2: rules[0] cannot be read"),
        ("above: 0.05", "above: .inf", "line 2: rules[0].when.above must be a finite number"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, told: str) -> None:
    """And its field."""
    assert before in GOOD
    assert told in mistakes(GOOD.replace(before, after))


def test_all_mistakes_are_told_at_once() -> None:
    """Not the first alone."""
    told = mistakes(GOOD.replace("above: 0.05", "above: x").replace("above: 2", "above: y"))
    assert "line 2: rules[0].when.above" in told
    assert "line 8: rules[1].when.above" in told


def test_aliases_of_aliases_end() -> None:
    """A file of few bytes that stands for billions of values is refused soon."""
    laughs = "\n".join(f"- &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 15))
    assert "rules[0]" in mistakes(f"rules:\n- &a0 [x]\n{laughs}\n")
    assert mistakes("rules: &a\n- *a")


names = st.from_regex(r"\A[a-z][a-z0-9-]{0,20}\Z")
seconds = st.integers(60, 3600)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
usage = st.builds(
    lambda groups, text: {"source": "usage", "measures": ["error_count"], "per": "span_count", "group_by": groups, "filter": write(Text(text, is_phrase=True))},
    st.lists(st.sampled_from(["model", "service", "user_id"]), unique=True, max_size=3), texts,
)  # fmt: skip
metric = st.builds(lambda name: {"source": "metrics", "name": name, "aggregation": "avg"}, st.text(string.ascii_letters, min_size=1, max_size=20))
statement = st.builds(lambda text: {"source": "sql", "query": f"SELECT 1 AS n -- {text}"}, texts)
bounds = st.floats(-1e9, 1e9)
whens = st.one_of(
    st.builds(lambda above: {"kind": "threshold", "above": above}, bounds),
    st.builds(lambda below, against: {"kind": "change", "below": below, "against": against, "by": "difference"}, bounds, st.sampled_from(["yesterday", "last_week"])),
)  # fmt: skip
rules: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"name": names, "query": st.one_of(usage, metric, statement), "when": whens},
    optional={
        "brief": texts, "for_s": seconds, "every_s": seconds, "labels": st.dictionaries(st.from_regex(r"\A[a-z]{1,9}\Z"), texts, max_size=3),
        "severity": st.sampled_from(["info", "warning", "critical"]), "notify": st.lists(names, max_size=3), "is_enabled": st.booleans(),
    },
)  # fmt: skip


@given(st.lists(rules, max_size=4, unique_by=lambda it: it["name"]))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read(given_rules: list[dict[str, Any]]) -> None:
    """Whatever the texts."""
    made = [Rule.model_validate(it) for it in given_rules]
    assert parse_rules(write_rules(made), "rules.yml") == made


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20))
@settings(max_examples=200, deadline=None)
def test_any_yaml_is_read_or_refused(value: Any) -> None:
    """Nothing but InvalidInput ever comes out, wherever in a rule the value stands."""
    for document in (value, {"rules": value}, {"rules": [value]}, {"rules": [{"name": "a", "query": value, "when": value, "labels": value}]}):
        try:
            parse_rules(yaml.safe_dump(document), "rules.yml")
        except InvalidInput as error:
            assert error.field == "rules.yml"


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Also what is no YAML."""
    for document in (text, GOOD + text, GOOD[: len(text) * 5] + text):
        try:
            parse_rules(document, "rules.yml")
        except InvalidInput as error:
            assert error.field == "rules.yml"
