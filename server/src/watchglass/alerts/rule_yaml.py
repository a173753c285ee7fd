"""Rules as YAML: read whole or not at all, with every mistake told by its line and field; and written."""

from typing import Any

import yaml
from pydantic import ValidationError

from watchglass.alerts.checking import check_rule
from watchglass.alerts.rule import Rule
from watchglass.errors import InvalidInput
from watchglass.ingest.scrape.yaml_reading import Problems, compose

MAX_RULES = 2000
"""Most rules of one file."""

MAX_DEPTH = 20


def parse_rules(text: str, name: str) -> list[Rule]:
    """Read YAML of one key, `rules`: a list of rules.

    Raises:
        InvalidInput: Something in it is wrong; the field is `name`, and all of it is told, each with its line.
    """
    root = compose(text, name)
    if root is None:
        return []
    problems = Problems()
    nodes = _rule_nodes(root, problems)
    rules = [rule for place, node in enumerate(nodes) if (rule := _rule(node, f"rules[{place}]", problems)) is not None]
    seen: set[tuple[str | None, str]] = set()
    for rule, node in zip(rules, nodes, strict=False):
        if (rule.project, rule.name) in seen and len(rules) == len(nodes):
            problems.add(node, "name", f"{rule.name} is the name of two rules")
        seen.add((rule.project, rule.name))
    problems.refuse(name)
    return rules


def write_rules(rules: list[Rule]) -> str:
    """Write rules as such a file, without what is as usual."""
    listed = [rule.model_dump(mode="json", exclude_defaults=True) | _kinds(rule) for rule in rules]
    return yaml.safe_dump({"rules": listed}, sort_keys=False, allow_unicode=True, width=120)


def _kinds(rule: Rule) -> dict[str, Any]:
    """Query and condition with the words that say which they are, first."""
    query, when = rule.query.model_dump(mode="json", exclude_defaults=True), rule.when.model_dump(mode="json", exclude_defaults=True)
    return {"query": {"source": rule.query.source} | query, "when": {"kind": rule.when.kind} | when}


def _rule_nodes(root: yaml.Node, problems: Problems) -> list[yaml.Node]:
    listed = None
    if isinstance(root, yaml.MappingNode) and len(root.value) == 1 and root.value[0][0].value == "rules":
        listed = root.value[0][1]
    if not isinstance(listed, yaml.SequenceNode):
        problems.add(root, "", "must be a map with one key, rules: a list of rules")
        return []
    if len(listed.value) > MAX_RULES:
        problems.add(listed, "rules", f"may be at most {MAX_RULES}")
        return []
    return list(listed.value)


def _rule(node: yaml.Node, path: str, problems: Problems) -> Rule | None:
    if not _is_plain(node, path, problems, set()):
        return None
    try:
        given = yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        problems.add(node, path, f"cannot be read: {getattr(error, 'problem', None) or error}")
        return None
    try:
        rule = Rule.model_validate(given)
        check_rule(rule)
        return rule
    except InvalidInput as error:
        place, inner = _find(node, tuple(error.field.split(".")), path)
        problems.add(place, inner, error.detail)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False, include_context=False):
            place, inner = _find(node, found["loc"], path)
            problems.add(place, inner, found["msg"].removeprefix("Value error, "))
    except RecursionError:
        problems.add(node, path, "is nested too deeply")
    return None


def _is_plain(node: yaml.Node, path: str, problems: Problems, seen: set[int], depth: int = 0) -> bool:
    """Note keys that are there twice, of which YAML would keep the last without a word, and what a file of rules has no use for.

    A node that aliases name many times is looked at once, as there may be very many of them.
    """
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return True
    seen.add(id(node))
    if depth > MAX_DEPTH:
        problems.add(node, path, "is nested too deeply")
        return False
    if isinstance(node, yaml.SequenceNode):
        items = [_is_plain(item, f"{path}[{place}]", problems, seen, depth + 1) for place, item in enumerate(node.value)]
        return all(items)
    is_plain, keys = True, set()
    for key, value in node.value:
        inner = f"{path}.{key.value}" if isinstance(key, yaml.ScalarNode) else path
        wrong = "must have keys of text" if not isinstance(key, yaml.ScalarNode) else "is there twice" if key.value in keys else ""
        if isinstance(key, yaml.ScalarNode):
            keys.add(key.value)
            # merges of merges grow without bound
            wrong = "is not read: write out what is merged" if key.value == "<<" else wrong
        if wrong:
            problems.add(key, inner, wrong)
        is_plain &= _is_plain(value, inner, problems, seen, depth + 1) and not wrong
    return is_plain


def _find(node: yaml.Node, location: tuple[int | str, ...], path: str) -> tuple[yaml.Node, str]:
    """The node that a mistake is about, or the nearest one around it, and its path.

    What tells kinds apart stands in pydantic's locations and not in the file: such a word is passed over.
    """
    place = node
    for position, word in enumerate(location):
        found = _child(node, word)
        if found is not None:
            (place, node), path = found, f"{path}[{word}]" if isinstance(word, int) else f"{path}.{word}"
        elif position == len(location) - 1 and not isinstance(node, yaml.ScalarNode) and isinstance(word, str) and word != "[key]":
            path = f"{path}.{word}"
    return place, path


def _child(node: yaml.Node, word: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """Where an entry is said, and what it is."""
    if isinstance(node, yaml.SequenceNode) and isinstance(word, int) and word < len(node.value):
        return node.value[word], node.value[word]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == word), None)
    return None
