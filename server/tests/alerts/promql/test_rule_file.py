"""Prometheus's alerting rules as rules of ours, as far as they mean the same; what does not map is named."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from watchglass.alerts.promql.rule_file import Imported, Refused, read_prometheus_rules
from watchglass.alerts.rule_yaml import parse_rules, write_rules
from watchglass.errors import InvalidInput


def read(*exprs: str, **fields: Any) -> tuple[list[Imported], list[Refused]]:
    rules = [{"alert": f"Alert{chr(65 + place)}", "expr": expr, **fields} for place, expr in enumerate(exprs)]
    return read_prometheus_rules(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}), None)


def one(expr: str) -> Imported:
    [imported], refused = read(expr)
    assert refused == []
    return imported


BY_PLACE = ["service_name", "service_instance_id"]


@pytest.mark.parametrize(
    ("expr", "query", "when", "window_s"),
    [
        ("sum by (job) (rate(errors_total[5m])) > 3", {"name": "errors_total", "aggregation": "rate", "group_by": ["service_name"]}, {"kind": "threshold", "above": 3}, 300),
        ("3 < sum(rate(errors_total[1m]))", {"name": "errors_total", "aggregation": "rate", "group_by": []}, {"kind": "threshold", "above": 3}, 60),
        ("sum(increase(errors_total[1h])) * 2 > 3", {"aggregation": "increase"}, {"kind": "threshold", "above": 1.5}, 3600),
        ("1 - avg(free) > 0.9", {"name": "free", "aggregation": "avg"}, {"kind": "threshold", "below": 0.1}, 120),
        ("-max(x) / 4 < -2", {"aggregation": "max"}, {"kind": "threshold", "above": 8}, 120),
        ("up == 0", {"name": "up", "aggregation": "min", "group_by": BY_PLACE}, {"kind": "threshold", "below": 5e-324}, 120),
        ("max_over_time(queue[10m]) > 5", {"name": "queue", "aggregation": "max", "group_by": BY_PLACE}, {"kind": "threshold", "above": 5}, 600),
        (
            'histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:e2e_request_latency_seconds_bucket{job="vllm"}[5m]))) > 10',
            {"name": "vllm:e2e_request_latency_seconds", "aggregation": "quantile", "quantiles": [0.95], "group_by": ["attributes.model_name"], "filter": "service_name:vllm"},
            {"kind": "threshold", "above": 10}, 300,
        ),
        ("sum(rate(x_sum[5m])) / sum(rate(x_count[5m])) > 2", {"name": "x", "aggregation": "avg"}, {"kind": "threshold", "above": 2}, 300),
        (
            'sum(rate(a{code="500"}[5m])) / sum(rate(a[5m])) > 0.05', {"name": "a", "aggregation": "rate", "filter": "attributes.code:500"},
            {"kind": "ratio", "above": 0.05}, 300,
        ),
        ("sum(rate(a[5m])) / sum(rate(a[5m] offset 1w)) > 2", {"name": "a"}, {"kind": "change", "against": "last_week", "by": "ratio", "above": 2}, 300),
        ("sum(q) - sum(q offset 1d) < -2", {"name": "q"}, {"kind": "change", "against": "yesterday", "by": "difference", "below": -2}, 120),
        ('absent(up{job="a"})', {"name": "up", "filter": "service_name:a"}, {"kind": "absence"}, 300),
        ("absent_over_time(up[10m]) == 1", {"name": "up"}, {"kind": "absence"}, 600),
    ],
)  # fmt: skip
def test_what_maps(expr: str, query: dict[str, Any], when: dict[str, Any], window_s: int) -> None:
    """Query, condition and window say the same."""
    rule = one(expr).rule
    assert {**rule.query.model_dump(), **query} == rule.query.model_dump()
    assert {**rule.when.model_dump(), **when} == rule.when.model_dump()
    assert rule.window_s == window_s


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        ('a="b c"', 'attributes.a:"b c"'), ('a!="b"', "attributes.a!=b"), ('job=~"vllm|tgi-.*"', "service_name:(vllm,tgi-*)"),
        ('a!~"x|y"', "attributes.a!=(x,y)"), ('a=""', "-has:attributes.a"), ('a!=""', "has:attributes.a"), ('a=~".+"', "has:attributes.a"),
        ('code=~"^(5..|429)$"', "attributes.code:(5*,429)"), ('host=~"a\\\\.b"', "attributes.host:a.b"), ('a=~".*"', ""),
    ],
)  # fmt: skip
def test_matchers_are_filters(matcher: str, text: str) -> None:
    """Names beside one another and gaps in them need no regular expressions."""
    assert one(f"sum(x{{{matcher}}}) > 1").rule.query.filter == text


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        ("up == 0 and foo > 1", "the operator and between alerts"), ("predict_linear(disk[1h], 3600) < 0", "the function predict_linear"),
        ("count(x) > 1", "the aggregation count"), ("sum without (pod) (x) > 1", "without (...)"), ("x > bool 1", "bool"),
        ("a > b", "a comparison of two series"), ("1 > 2", "comparisons between scalars"), ("rate(a[5m])", "an expression without a comparison"),
        ('x{a=~"[0-9]+"} > 1', "the regular expression '[0-9]+' of the label a"), ("sum by (a, b, c, d) (x) > 1", "more than 3 labels"),
        ("sum((", "it is not PromQL"), ("avg(rate(x[5m])) > 1", "avg of rate"), ("max_over_time(rate(x[5m])[1h:]) > 1", "a subquery"),
        ("sum(a) / on (job) sum(b) > 1", "on (...)"), ("sum by (a) (x) / sum(y) > 1", "different labels"), ("x offset 5m > 1", "an offset"),
        ("sum(rate(x[5m])) / sum(rate(y[1h])) > 1", "ranges of different lengths"), ("x == 7", "equality with 7"), ("x @ 5 > 1", "the modifier @"),
        ("sum(sum(x)) > 1", "an aggregation of an aggregation"), ("x + y > 1", "the operator + between series"), ("x ^ 2 > 1", "with a number"),
    ],
)  # fmt: skip
def test_what_does_not_map_is_named(expr: str, reason: str) -> None:
    """With the reason, one rule at a time: others are imported."""
    imported, [refused] = read(expr, "up == 0")
    assert [it.alert for it in imported] == ["AlertB"]
    assert refused.alert == "AlertA"
    assert reason in refused.reason


def test_everything_else_of_a_rule(tmp_path: object) -> None:
    """Times, labels, texts, owner and runbook; of two alerts of one name the second is numbered; recording rules are named."""
    text = """
groups:
- name: g
  interval: 30s
  rules:
  - alert: InstanceDown
    expr: up{job="vllm"} == 0
    for: 5m
    keep_firing_for: 10m
    labels: {severity: page, team: serving, region: eu}
    annotations: {summary: "{{ $labels.instance }} of {{ $labels.job }} is down", runbook_url: https://wiki/down}
  - {alert: InstanceDown, expr: up == 0, for: 1h, labels: {severity: ticket}}
  - {record: a:b, expr: sum(x)}
  - {alert: Broken, expr: up == 0, for: soon}
"""
    [first, second], refused = read_prometheus_rules(text, "shop")
    rule = first.rule
    assert (rule.name, rule.project, rule.every_s, rule.for_s, rule.keep_firing_for_s, rule.delay_s) == ("instance-down", "shop", 30, 300, 600, 0)
    assert (rule.severity, rule.owner, rule.labels, rule.runbook) == ("critical", "serving", {"region": "eu"}, "https://wiki/down")
    assert rule.annotations == {"summary": "{{ $labels.service_instance_id }} of {{ $labels.service_name }} is down"}
    assert first.remarks == ("== 0 is read as <= 0", "series of one job and instance are taken together by min")
    assert (second.rule.name, second.rule.severity) == ("instance-down-2", "warning")
    assert [(it.alert, it.reason) for it in refused] == [("a:b", "it records and does not alert"), ("Broken", "for is no duration: 'soon'")]
    assert parse_rules(write_rules([first.rule, second.rule]), "text") == [first.rule, second.rule]


@pytest.mark.parametrize("text", ["", "a: [", "groups: 1", "groups: [1]", "groups: [{rules: [1]}]", "- a", "spec: {groups: {}}", "a: 2026-99-99"])
def test_what_is_no_file_of_rules_is_refused(text: str) -> None:
    """The field is the text."""
    with pytest.raises(InvalidInput) as caught:
        read_prometheus_rules(text, None)
    assert caught.value.field == "text"


def test_rules_of_the_operator_are_read() -> None:
    """As they are kept in Kubernetes."""
    imported, _ = read_prometheus_rules("spec: {groups: [{rules: [{alert: A, expr: up == 0}]}]}", None)
    assert [it.alert for it in imported] == ["A"]


vectors = st.sampled_from(["x", 'x{a="b"}', "rate(x[5m])", "sum by (job) (rate(x_total[1m]))", "avg(x)", "histogram_quantile(0.9, rate(x_bucket[5m]))", "absent(x)", "x offset 1d", "3"])
expressions = st.recursive(
    vectors, lambda inner: st.builds(lambda left, sign, right: f"({left}) {sign} ({right})", inner, st.sampled_from(["+", "-", "*", "/", "and", "or", ">", "==", "^", "%"]), inner),
    max_leaves=5,
)  # fmt: skip


@given(st.one_of(st.builds(lambda left, sign, right: f"{left} {sign} {right}", expressions, st.sampled_from([">", "<=", "!=", "=="]), st.floats(allow_nan=False)), st.text(max_size=30)))
@settings(max_examples=300, deadline=None)
def test_any_expression_is_mapped_or_named(expr: str) -> None:
    """Nothing else comes out, and what is mapped can be written and read again."""
    imported, refused = read(expr)
    assert len(imported) + len(refused) == 1
    rules = [it.rule for it in imported]
    assert parse_rules(write_rules(rules), "text") == rules
