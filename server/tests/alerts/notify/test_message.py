"""Messages: what is written is what is read, within bounds."""

import json
import math

import pytest

from watchglass.alerts.notify.message import (
    MAX_CHART_POINTS,
    Chart,
    Message,
    MessageKind,
    message_document,
    read_message,
)
from watchglass.errors import InvalidInput


def test_a_message_comes_back_as_it_was_written() -> None:
    """Through JSON, as the outbox keeps it."""
    chart = Chart((1, 2), (0.5, None), (0.1, 0.2), (0.9, 1.0), 0.8)
    message = Message(
        MessageKind.FIRING, "default", "incident_1", "p95 is slow", "slow", "critical", 10, 20, owner="shop", labels={"model": "gpt-4o"},
        measure="p95 of duration", value=4.2e9, threshold=2e9, unit="ns", condition="above 2 s for 5 min", series_count=3,
        explanations=("model gpt-4o explains 82 %",), example_trace_ids=("a" * 32,), runbook_url="https://runbooks.example.com/slow",
        chart=chart,
    )  # fmt: skip
    assert read_message(json.loads(json.dumps(message_document(message)))) == message


def test_nothing_swells_a_message_or_breaks_its_lines() -> None:
    """Words of users and models are cut, on one line, and numbers that JSON does not have are none."""
    message = Message(
        MessageKind.FIRING, None, "i", "a\nb\x00" + "x" * 10_000, "r", "info", 1, 2, labels={str(n): "v\r\n" * 9_999 for n in range(200)},
        value=math.nan, threshold=math.inf, explanations=("y" * 10_000,) * 50, example_trace_ids=("z",) * 50,
        chart=Chart(tuple(range(5_000)), (math.nan,) * 5_000),
    )  # fmt: skip
    document = message_document(message)
    assert len(json.dumps(document, allow_nan=False)) < 100_000
    assert document["title"].startswith("a b x")
    assert "\n" not in document["labels"]["0"]
    assert (document["value"], document["threshold"]) == (None, None)
    assert document["chart"]["times_ns"] == list(range(5_000 - MAX_CHART_POINTS, 5_000))


def test_what_is_no_message_is_refused() -> None:
    """Its field is named."""
    with pytest.raises(InvalidInput) as raised:
        read_message({"kind": "firing"})
    assert raised.value.field == "project_id"
