"""Rules of files and of the control database as one list, which follows what changes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.rows import NOW_NS
from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_files import RuleFiles, delivered_rules
from watchglass.alerts.rule_list import RuleList
from watchglass.errors import Conflict, InvalidInput, NotFound
from watchglass.store.control.database import ControlDatabase, sqlite_url
from watchglass.store.control.rules import MAX_RULES, create_rules, delete_rule, update_rule


@pytest.fixture
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlDatabase]:
    """An empty control database."""
    database = ControlDatabase(sqlite_url(tmp_path_factory.mktemp("control")))
    yield database
    database.close()


ONE = "{name: %s, query: {source: usage, measures: [span_count]}, when: {kind: threshold, above: 1}}"


def text(*names: str) -> str:
    return "rules:\n" + "".join(f"- {ONE % name}\n" for name in names)


def names(files: RuleFiles) -> list[str]:
    return [it.rule.name for it in files.rules]


def test_a_file_is_followed_and_one_that_is_wrong_leaves_what_was(tmp_path: Path) -> None:
    """Line and field are told until it is right again."""
    path = tmp_path / "rules.yml"
    path.write_text(text("a", "b"))
    files = RuleFiles(path)
    files.load()
    first, unchanged = files.rules[0].id, files.rules[0].rule
    assert names(files) == ["a", "b"]
    assert files.refresh() is False
    path.write_text(text("a", "b").replace("above: 1}}", "above: one}}"))
    assert files.refresh() is True
    assert names(files) == ["a", "b"]
    assert "rules.yml: line 2: rules[0].when.above" in files.error
    # another file takes its place, with the same size and time
    other = tmp_path / "other"
    other.write_text(text("a", "c"))
    stamp = path.stat()
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(path)
    assert files.refresh() is True
    assert (names(files), files.error, files.rules[0].id) == (["a", "c"], "", first)
    assert files.rules[0].rule is unchanged
    path.unlink()
    assert files.refresh() is True
    assert names(files) == ["a", "c"]
    assert "cannot be read" in files.error


def test_a_folder_is_followed(tmp_path: Path) -> None:
    """Files that go take their rules with them; of two rules of one name the first stays, and it is told."""
    (tmp_path / "a.yml").write_text(text("a"))
    (tmp_path / "notes.txt").write_text("rules: no")
    files = RuleFiles(tmp_path)
    files.load()
    (tmp_path / "b.yaml").write_text(text("b", "a"))
    files.refresh()
    assert names(files) == ["a", "b"]
    assert files.error == "b.yaml: a is the name of a rule in a.yml too"
    (tmp_path / "a.yml").unlink()
    files.refresh()
    assert names(files) == ["b", "a"]


@pytest.mark.parametrize("content", [None, "rules: 1", b"\xff"])
def test_a_server_does_not_start_with_a_file_that_is_wrong(tmp_path: Path, content: str | bytes | None) -> None:
    """There is nothing yet that could stay in place."""
    path = tmp_path / "rules.yml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInput, match="rules_file"):
        RuleFiles(path).load()


def document(name: str, project: str | None = None) -> dict[str, object]:
    given = {"name": name, "project": project, "query": {"source": "usage", "measures": ["span_count"]}, "when": {"kind": "threshold", "above": 1}}
    return Rule.model_validate(given).model_dump(mode="json")


def test_files_and_database_are_one_list(tmp_path: Path, control: ControlDatabase) -> None:
    """A change is seen the next time; readers of a project see its rules and those for all."""
    path = tmp_path / "rules.yml"
    path.write_text(text("a"))
    files = RuleFiles(path)
    files.load()
    rules = RuleList(control, files)
    mine, everybodys = create_rules(control, [document("mine", "default"), document("b")], NOW_NS)
    assert [(it.rule.name, it.source) for it in rules.rules()] == [("a", "file"), ("b", "api"), ("mine", "api")]
    assert [it.rule.name for it in rules.seen_by("other")] == ["a", "b"]
    assert rules.find(mine.id, "other") is None
    assert rules.find(everybodys.id, "other") is not None
    unchanged = rules.find(everybodys.id, None)
    update_rule(control, mine.id, "default", 1, document("renamed", "default"), NOW_NS + 1)
    assert rules.find(everybodys.id, None) is unchanged
    assert [it.rule.name for it in rules.rules()] == ["a", "b", "renamed"]
    with pytest.raises(Conflict):
        update_rule(control, mine.id, "default", 1, document("again", "default"), NOW_NS + 1)
    with pytest.raises(InvalidInput, match="there is a rule b already"):
        create_rules(control, [document("c"), document("b")], NOW_NS)
    with pytest.raises(InvalidInput, match="there is a rule b already"):
        two = create_rules(control, [document("two")], NOW_NS)[0]
        update_rule(control, two.id, None, 1, document("b"), NOW_NS)
    with pytest.raises(NotFound):
        delete_rule(control, everybodys.id, "default")
    delete_rule(control, everybodys.id, None)
    assert [it.rule.name for it in rules.rules()] == ["a", "renamed", "two"]


def test_rules_are_limited(control: ControlDatabase) -> None:
    """A project may have so many and no more."""
    with pytest.raises(InvalidInput, match="delete one first"):
        create_rules(control, [document(f"r{number}") for number in range(MAX_RULES + 1)], NOW_NS)


def test_delivered_rules_give_way_to_ones_of_their_name(control: ControlDatabase) -> None:
    """A rule for all projects takes the place of the one that comes with Watchglass."""
    delivered = delivered_rules()
    rules = RuleList(control, None, delivered)
    assert [(it.rule, it.source) for it in rules.rules()] == [(it, "delivered") for it in delivered]
    first = delivered[0].name
    create_rules(control, [document(first, "default")], NOW_NS)
    assert len(rules.rules()) == len(delivered) + 1
    create_rules(control, [document(first)], NOW_NS)
    assert [it.source for it in rules.rules() if it.rule.name == first] == ["api", "api"]
