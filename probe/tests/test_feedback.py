"""Feedback is checked where it is given, and written as the server takes it."""

import json
import re
from typing import Any

import pytest

from stand_ins.exports import NOW_NS
from watchglass_probe import InvalidInput
from watchglass_probe.feedback import score

TRACE = "0af7651916cd43dd8448eb211c80319c"


def written(*arguments: Any, span_id: str | int | None = None, source: str = "feedback") -> dict[str, Any]:
    """The one entry of the body."""
    (entry,) = json.loads(score(*arguments, span_id, source, NOW_NS))["scores"]
    return entry


def test_a_score_is_written_as_the_server_takes_it() -> None:
    """With an id of its own, so that it is stored once however often it is sent."""
    entry = written(TRACE, "helpful", True, "so ä", span_id=0xB7AD6B7169203331)
    assert re.fullmatch(r"[0-9a-f-]{36}", entry.pop("score_id"))
    assert entry == {
        "trace_id": TRACE, "span_id": "b7ad6b7169203331", "name": "helpful", "value": 1.0, "comment": "so ä",
        "source": "feedback", "time": "2026-09-21T14:13:20+00:00",
    }  # fmt: skip
    assert written(TRACE, "helpful", 1, None)["score_id"] != written(TRACE, "helpful", 1, None)["score_id"]


def test_words_numbers_and_comments() -> None:
    """A word is a label; a comment may stand alone; OpenTelemetry's number of a trace is its id."""
    assert written(TRACE, "tone", "friendly", None)["label"] == "friendly"
    assert "value" not in written(TRACE, "note", None, "why")
    assert written(int(TRACE, 16), "helpful", 0.5, None)["trace_id"] == TRACE
    assert written(TRACE.upper(), "helpful", 0.5, None)["trace_id"] == TRACE


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("xyz", "n", 1, None), "trace_id"), (("0" * 32, "n", 1, None), "trace_id"), ((-1, "n", 1, None), "trace_id"),
        ((TRACE, "", 1, None), "name"), ((TRACE, "n" * 201, 1, None), "name"), ((TRACE, "n", float("nan"), None), "value"),
        ((TRACE, "n", None, None), "value"), ((TRACE, "n", [1], None), "value"), ((TRACE, "n", "", None), "value"),
        ((TRACE, "n", 1, "c" * 20_001), "comment"), ((TRACE, "n", 1, 5), "comment"),
    ],
)  # fmt: skip
def test_what_the_server_would_refuse_is_refused_here(arguments: tuple[Any, ...], field: str) -> None:
    """Where the mistake is made, not in a log line later."""
    with pytest.raises(InvalidInput) as raised:
        written(*arguments)
    assert raised.value.field == field


def test_span_and_source_are_checked() -> None:
    """As the others are."""
    with pytest.raises(InvalidInput, match=r"^span_id"):
        written(TRACE, "n", 1, None, span_id="12")
    with pytest.raises(InvalidInput, match=r"^source"):
        written(TRACE, "n", 1, None, source="me")
