"""What a target is told of an incident: facts and numbers, which each target writes in its own form."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from watchglass.alerts.rule import Severity
from watchglass.errors import InvalidInput

MAX_TITLE_CHARACTERS = 300
MAX_TEXT_CHARACTERS = 500
MAX_LABELS = 64
MAX_EXPLANATIONS = 10
MAX_EXAMPLE_TRACES = 10
MAX_CHART_POINTS = 1_000


class MessageKind(StrEnum):
    """Why a message is sent.

    Members:
        FIRING: An incident began, or grew worse.
        RESOLVED: It is over.
        REMINDER: It goes on.
        TEST: Somebody tries whether the target works.
    """

    FIRING = "firing"
    RESOLVED = "resolved"
    REMINDER = "reminder"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Chart:
    """The series that the incident is about, as it is drawn.

    Attributes:
        times_ns: Nanoseconds since 1970 UTC, ascending.
        values: As many as times; None where there is none.
        lower: Lower end of what is normal, as many as times, or empty.
        upper: Upper end of what is normal, as many as times, or empty.
        threshold: Drawn as a line; None for none.
    """

    times_ns: tuple[int, ...]
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message about one incident.

    Attributes:
        kind: Why it is sent.
        project_id: Project of the incident; None for a rule over all projects.
        incident_id: Names the incident in the API and in links; empty for a test.
        title: One line that says what happens.
        rule_name: The rule that fired.
        severity: As the rule says.
        owner: The team that is asked to look; may be empty.
        labels: What tells this incident from others of the rule. The same in every message of an incident, since
            Alertmanager recognises an alert by them. They may be words of users or models: never trusted.
        measure: What is measured, such as "p95 of duration"; may be empty.
        value: Its last value; None when not known or absent.
        threshold: What it is held against; None where there is no single one.
        unit: Unit of both, as model/fields.yml has it: ns, s, USD, tokens, ratio, By; may be empty.
        condition: What had to be true, in words: "above 2 s for 5 min"; may be empty.
        series_count: How many series of the rule are in the incident.
        started_at_ns: Since when, nanoseconds since 1970 UTC.
        resolved_at_ns: When it was over; None while it goes on.
        at_ns: When the message was written.
        explanations: What explains it, the likeliest first. Never trusted.
        example_trace_ids: Traces to look at.
        runbook_url: What the rule says to read; may be empty.
        chart: The series; None for none.
    """

    kind: MessageKind
    project_id: str | None
    incident_id: str
    title: str
    rule_name: str
    severity: Severity
    started_at_ns: int
    at_ns: int
    owner: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    measure: str = ""
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    condition: str = ""
    series_count: int = 1
    resolved_at_ns: int | None = None
    explanations: tuple[str, ...] = ()
    example_trace_ids: tuple[str, ...] = ()
    runbook_url: str = ""
    chart: Chart | None = None


_FORM: TypeAdapter[Message] = TypeAdapter(Message)


def message_document(message: Message) -> dict[str, Any]:
    """Write a message as JSON for the outbox, within the bounds above, so that no label and no answer of a model swells it."""
    document: dict[str, Any] = _FORM.dump_python(_fitted(message), mode="json")
    return document


def read_message(document: Mapping[str, Any]) -> Message:
    """Read what `message_document` wrote.

    Raises:
        InvalidInput: It is none, for one because a newer version wrote it.
    """
    try:
        return _FORM.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidInput(".".join(str(part) for part in first["loc"]), first["msg"]) from None


def _fitted(message: Message) -> Message:
    return replace(
        message,
        title=_line(message.title, MAX_TITLE_CHARACTERS),
        rule_name=_line(message.rule_name),
        owner=_line(message.owner),
        labels={_line(name): _line(value) for name, value in list(message.labels.items())[:MAX_LABELS]},
        measure=_line(message.measure),
        value=_finite(message.value),
        threshold=_finite(message.threshold),
        condition=_line(message.condition),
        explanations=tuple(_line(text) for text in message.explanations[:MAX_EXPLANATIONS]),
        example_trace_ids=tuple(_line(text, 64) for text in message.example_trace_ids[:MAX_EXAMPLE_TRACES]),
        runbook_url=_line(message.runbook_url, 2_000),
        chart=None if message.chart is None else _fitted_chart(message.chart),
    )


def _fitted_chart(chart: Chart) -> Chart:
    return Chart(
        tuple(int(time_ns) for time_ns in chart.times_ns[-MAX_CHART_POINTS:]),
        _tail(chart.values),
        _tail(chart.lower),
        _tail(chart.upper),
        _finite(chart.threshold),
    )


def _tail(values: Sequence[float | None]) -> tuple[float | None, ...]:
    return tuple(_finite(value) for value in values[-MAX_CHART_POINTS:])


def _finite(value: float | None) -> float | None:
    """A number that JSON has."""
    return None if value is None or not math.isfinite(value) else float(value)


def _line(text: str, most_characters: int = MAX_TEXT_CHARACTERS) -> str:
    """One printable line: no control character reaches a target, and no broken Unicode the database."""
    line = "".join(character if character.isprintable() else " " for character in text[: most_characters + 1]).strip()
    return line if len(line) <= most_characters else f"{line[: most_characters - 1]}…"
