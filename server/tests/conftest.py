"""Fixtures shared by all tests: one embedded engine a process, a fresh database a test."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchglass.store.embedded import EmbeddedEngine
from watchglass.store.migrate import migrate

_numbers = itertools.count()


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder that this process may open."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def engine(store_path: Path) -> Iterator[EmbeddedEngine]:
    """An embedded engine on a fresh, migrated database."""
    opened = EmbeddedEngine(store_path, database=f"test_{os.getpid()}_{next(_numbers)}")
    migrate(opened)
    yield opened
    opened.execute(f"DROP DATABASE {opened.database} SYNC")
    opened.close()
