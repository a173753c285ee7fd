"""The house rules that a machine can keep: directions, single doors, sizes, generated pages."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "server" / "src" / "watchglass"
SOURCES = sorted([*SOURCE.rglob("*.py"), *(ROOT / "probe" / "src").rglob("*.py")])
LONGEST_FILE_LINES = 330
LONGEST_FUNCTION_LINES = 70
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "handler"}


def ran(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment."""
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)


def test_rooms_import_only_from_floors_below() -> None:
    """The import contract of pyproject.toml holds."""
    result = ran("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", folder=ROOT / "server")
    assert result.returncode == 0, result.stdout + result.stderr


def test_generated_pages_are_up_to_date() -> None:
    """docs/configuration.md and docs/data.md say what the code says."""
    result = ran("docs/generate.py", "--check")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_can_be_held_in_the_head(path: Path) -> None:
    """A file has a sentence that says what it is for, a bounded length, and functions that fit a screen."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module begins with its sentence"
    assert len(text.splitlines()) <= LONGEST_FILE_LINES
    assert path.stem not in VAGUE_NAMES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_every_test_says_what_it_requires() -> None:
    """Each test function carries a sentence: the requirement."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sorted([*(ROOT / "server" / "tests").rglob("test_*.py"), *(ROOT / "probe" / "tests").rglob("test_*.py")])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if not ast.get_docstring(node)
    ]
    assert silent == []
