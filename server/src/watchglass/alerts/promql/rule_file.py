"""A file of Prometheus rules: what of it becomes rules here, and what does not, with the reason."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from watchglass.alerts.checking import check_rule
from watchglass.alerts.promql.expression import map_expression
from watchglass.alerts.promql.selector import COLUMNS
from watchglass.alerts.promql.unmapped import Unmapped
from watchglass.alerts.rule import Rule
from watchglass.errors import InvalidInput
from watchglass.ingest.scrape.yaml_reading import read_duration_s

MAX_RULES = 1000
DEFAULT_EVERY_S = 60

_SEVERITIES = {"critical": "critical", "page": "critical", "error": "critical", "high": "critical", "info": "info", "none": "info", "low": "info"}
_OWNERS = ("team", "owner")


@dataclass(frozen=True, slots=True)
class Imported:
    """A rule that has a counterpart.

    Attributes:
        alert: Its name in Prometheus.
        rule: The rule here.
        remarks: What is not exactly the same.
    """

    alert: str
    rule: Rule
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule that has none.

    Attributes:
        alert: Its name in Prometheus; of a recording rule, what it records.
        reason: Why.
    """

    alert: str
    reason: str


def read_prometheus_rules(text: str, project: str | None) -> tuple[list[Imported], list[Refused]]:
    """Read a rule file of Prometheus.

    Args:
        text: YAML, as Prometheus reads it.
        project: The project of the rules; None for each of all.

    Raises:
        InvalidInput: It is no file of rules.
    """
    imported: list[Imported] = []
    refused: list[Refused] = []
    names: Counter[str] = Counter()
    for given, every_s in _listed(text):
        name = str(given.get("alert") or given.get("record") or "a rule without a name")[:200]
        try:
            found = _rule(given, every_s, project, names)
        except Unmapped as unmapped:
            refused.append(Refused(name, unmapped.reason))
        else:
            imported.append(found)
    return imported, refused


def _listed(text: str) -> list[tuple[dict[str, Any], int]]:
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidInput("text", f"{f'line {mark.line + 1}: ' if mark else ''}not YAML: {getattr(error, 'problem', None) or error}") from error
    groups = document.get("groups") if isinstance(document, dict) else None
    # what the Prometheus operator keeps in Kubernetes
    if groups is None and isinstance(document, dict) and isinstance(document.get("spec"), dict):
        groups = document["spec"].get("groups")
    if not isinstance(groups, list):
        raise InvalidInput("text", "must be a map with the key groups, a list of groups of rules")
    listed: list[tuple[dict[str, Any], int]] = []
    for place, group in enumerate(groups):
        rules = group.get("rules") if isinstance(group, dict) else None
        if not isinstance(rules, list) or not all(isinstance(it, dict) for it in rules):
            raise InvalidInput("text", f"groups[{place}].rules must be a list of rules")
        every_s = int(read_duration_s(str(group.get("interval", "")))) or DEFAULT_EVERY_S
        listed += [(it, every_s) for it in rules]
        if len(listed) > MAX_RULES:
            raise InvalidInput("text", f"may hold at most {MAX_RULES} rules")
    return listed


def _rule(given: dict[str, Any], every_s: int, project: str | None, names: Counter[str]) -> Imported:
    if "alert" not in given:
        raise Unmapped("it records and does not alert")
    alert, mapped = str(given["alert"]), map_expression(str(given.get("expr", "")))
    labels = _texts(given.get("labels"))
    annotations = {name: _with_our_labels(text) for name, text in _texts(given.get("annotations")).items()}
    slug = slug_of(alert)
    names[slug] += 1
    said: dict[str, Any] = {
        "name": slug if names[slug] == 1 else f"{slug[:58]}-{names[slug]}",
        "project": project,
        "brief": annotations.get("summary", "")[:2000],
        "query": mapped.query,
        "when": mapped.when,
        "window_s": max(10, mapped.window_s),
        "every_s": min(max(10, every_s), 86_400),
        "for_s": _duration_s(given, "for"),
        "keep_firing_for_s": _duration_s(given, "keep_firing_for"),
        # Prometheus reads what is there
        "delay_s": 0,
        "severity": _SEVERITIES.get(labels.get("severity", "").lower(), "warning"),
        "owner": next((labels[it] for it in _OWNERS if it in labels), ""),
        "labels": {name: value for name, value in labels.items() if name not in ("severity", *_OWNERS)},
        "annotations": {name: value for name, value in annotations.items() if name != "runbook_url"},
        "runbook": annotations.get("runbook_url", ""),
    }
    try:
        rule = Rule.model_validate(said)
        check_rule(rule)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(it) for it in first["loc"])
        raise Unmapped(f"{where}{': ' if where else ''}{first['msg'].removeprefix('Value error, ')}") from error
    except InvalidInput as error:
        raise Unmapped(str(error)) from error
    return Imported(alert, rule, mapped.remarks)


def slug_of(alert: str) -> str:
    """Write a name of Prometheus as ours are.

    >>> [slug_of(name) for name in ("HighErrorRate", "vLLM queue_full", "5xx", "KubePodOOMKilled")]
    ['high-error-rate', 'v-llm-queue-full', 'rule-5xx', 'kube-pod-oom-killed']
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", alert)
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return (slug if slug[:1].isalpha() else f"rule-{slug}".strip("-"))[:63].rstrip("-")


def _duration_s(given: dict[str, Any], key: str) -> int:
    if key not in given:
        return 0
    text = str(given[key])
    seconds = read_duration_s(text)
    if not seconds and text not in ("0", "0s", "0m"):
        raise Unmapped(f"{key} is no duration: {text[:40]!r}")
    return int(seconds)


def _with_our_labels(text: str) -> str:
    """Name the labels in a template as alerts have them here."""
    return re.sub(r"\$labels\.(job|instance)\b", lambda it: f"$labels.{COLUMNS[it[1]]}", text)


def _texts(given: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
