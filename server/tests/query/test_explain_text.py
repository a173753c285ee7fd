"""Explanations in words: each verdict, each kind of cause, and what else changed."""

from dataclasses import replace

import pytest

from watchglass.query.explain_text import explanation_lines, named
from watchglass.query.explanation import Cause, Explanation, MetricChange, ReleaseChange, Symptom

CAUSE = Cause({"service_name": "search", "release": "2.4.0"}, "", "behaviour", [], False, 0.31, 0.008, 0.01, 900, 0.97, 38.75, 30.0, 50.0, 0.99)
FOUND = Explanation(
    "causes", "error_count", "span_count", "", 0, 1, 0, 1, 0.1, 0.01, None, None, [CAUSE], 0.03, [], [], [], [],
)  # fmt: skip


def test_a_cause_is_one_sentence() -> None:
    """What, by how much, against what, and how much of it that explains."""
    line = "Service search, release 2.4.0 changed: 31 % fail, 0.8 % fail before, 38.8 times what was to be expected; explains 97 % of the change."
    assert explanation_lines(FOUND) == [line]


def test_what_is_new_and_other_names_of_it_are_said() -> None:
    """A release that is all of its service."""
    cause = replace(CAUSE, dimensions={"release": "3.0"}, also=[{"service_name": "search"}], is_new=True)
    assert explanation_lines(replace(FOUND, causes=[cause]))[0].startswith("Release 3.0 (the same calls: service search) is new: 31 % fail, 38.8 times")


def test_units_are_said() -> None:
    """Of a percentile the share of slow spans, of times seconds, of money dollars."""
    slow = replace(FOUND, measure="duration_p95_ns", per=None, unit="ns", threshold=2.5e9)
    assert "31 % slower than 2.5 s, 0.8 % slower than 2.5 s before" in explanation_lines(slow)[0]
    mean = replace(FOUND, measure="duration_mean_ns", per=None, unit="ns", causes=[replace(CAUSE, value=1.5e9, before=2e8)])
    assert "1.5 s, 200 ms before" in explanation_lines(mean)[0]
    cost = replace(FOUND, measure="cost_usd", per=None, unit="USD", causes=[replace(CAUSE, value=1234.5, before=3.21)])
    assert "1,234 USD, 3.21 USD before" in explanation_lines(cost)[0]


@pytest.mark.parametrize(("verdict", "word"), [("everywhere", "everywhere alike"), ("unchanged", "chance"), ("too_little", "too few")])
def test_no_cause_is_said_as_it_is(verdict: str, word: str) -> None:
    """Nothing is made up."""
    lines = explanation_lines(replace(FOUND, verdict=verdict, causes=[], everywhere_ratio=1.0))  # type: ignore[arg-type]
    assert len(lines) == 1
    assert word in lines[0]


def test_what_else_changed_follows() -> None:
    """What is left, errors, rollouts and metrics, two of each at most."""
    found = replace(
        FOUND,
        everywhere_ratio=0.4,
        symptoms=[Symptom("timeout", 0.8, 1200, 30)],
        releases=[ReleaseChange("search", "2.4.0", 0, True, 0.6, 0.0)] * 3,
        metrics=[MetricChange("watchglass.serving.requests.waiting", "{request}", {"host_name": "gpu-1"}, 40, 2, 9.0)],
    )
    assert explanation_lines(found)[1:] == [
        "40 % of the change is not explained by these.",
        "80 % of the additional errors are timeout: 1,200, 30 before.",
        *["Release 2.4.0 of search has 60 % of its spans (new: its first span was within this time)."] * 2,
        "watchglass.serving.requests.waiting of gpu-1 moved from 2 to 40 {request}.",
    ]


def test_names_are_those_of_people() -> None:
    """And values stand as they are."""
    assert named({"resource.cloud.region": "eu-1", "attributes.tenant": "<b>"}) == "region eu-1, attributes.tenant <b>"
