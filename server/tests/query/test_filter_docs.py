"""docs/filters.md says what the filter language does."""

import re
from pathlib import Path

import pytest

from watchglass.query.columns import short_names
from watchglass.query.conditions import condition
from watchglass.query.filter import parse

PAGE = (Path(__file__).parents[3] / "docs" / "filters.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_example_is_a_filter_over_spans(text: str) -> None:
    """Each example of the page can be asked."""
    assert condition(parse(text), "spans", 10**18).text != "true"


def test_all_short_names_are_listed() -> None:
    """The page lists every short name of spans and logs, and none that is not."""
    listed = set(re.findall(r"`(\w+)`", PAGE.split("Short names:")[1]))
    assert listed == {*short_names("spans"), *short_names("logs")}
