"""Feedback and scores about a trace, sent as everything else is: through the queue."""

import json
import math
import re
import uuid
from datetime import datetime, timezone
from typing import Any

from watchglass_probe.errors import InvalidInput

TRACE_ID, SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
MAX_NAME, MAX_LABEL, MAX_COMMENT = 200, 1_000, 20_000
SOURCES = ("feedback", "evaluation", "annotation")


def score(
    trace_id: str | int,
    name: str,
    value: float | bool | str | None,
    comment: str | None,
    span_id: str | int | None,
    source: str,
    now_ns: int,
) -> bytes:
    """Write one score as the body of `POST /api/v1/scores`; its id lets the server store it once, however often it is sent.

    Args:
        trace_id: Of the trace that is judged: 32 hexadecimal digits, or the number that OpenTelemetry has.
        name: What is judged, such as `helpful`.
        value: A number, True or False (1 or 0), a word (a label), or None for a comment alone.
        comment: In the person's own words.
        span_id: Of the span that is judged: 16 hexadecimal digits, or the number; None for the whole trace.
        source: `feedback` (a user of the application), `evaluation` (a program) or `annotation` (a reader of traces).
        now_ns: When it was given, in ns since 1970.

    Raises:
        InvalidInput: One of them cannot be used.
    """
    if source not in SOURCES:
        raise InvalidInput("source", f"must be one of {', '.join(SOURCES)}")
    entry: dict[str, Any] = {
        "score_id": str(uuid.uuid4()),
        "trace_id": _identifier("trace_id", trace_id, 32, TRACE_ID),
        "name": _text("name", name, MAX_NAME),
        "source": source,
        "time": datetime.fromtimestamp(now_ns / 1e9, timezone.utc).isoformat(),
    }
    if span_id is not None:
        entry["span_id"] = _identifier("span_id", span_id, 16, SPAN_ID)
    if isinstance(value, str):
        entry["label"] = _text("value", value, MAX_LABEL)
    elif value is not None:
        entry["value"] = _number(value)
    if comment is not None:
        entry["comment"] = _text("comment", comment, MAX_COMMENT)
    if value is None and comment is None:
        raise InvalidInput("value", "give a value or a comment")
    return json.dumps({"scores": [entry]}, ensure_ascii=False).encode()


def _identifier(field: str, given: str | int, digits: int, form: re.Pattern[str]) -> str:
    text = format(given, f"0{digits}x") if isinstance(given, int) else str(given).lower().replace("-", "")
    if not form.fullmatch(text) or not text.strip("0"):
        raise InvalidInput(field, f"must be {digits} hexadecimal digits, not all zero")
    return text


def _text(field: str, given: str, longest: int) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > longest:
        raise InvalidInput(field, f"must be text of 1 to {longest:,} characters")
    return given


def _number(value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput("value", "must be a number, True, False, a word or None") from error
    if not math.isfinite(number):
        raise InvalidInput("value", "must be finite")
    return number
