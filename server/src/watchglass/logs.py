"""The server's own log: structured lines on standard error, as text for people or as JSON for machines."""

import logging
import sys
from collections import deque
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog

MAX_COMPLAINTS = 50
"""Warnings and errors that are kept to be shown."""

MAX_CHARACTERS = 500
"""Where what is kept of a line is cut."""

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NOT_DETAILS = frozenset({"event", "level", "timestamp", "exc_info", "stack_info"})

_complaints: deque["Complaint"] = deque(maxlen=MAX_COMPLAINTS)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line of the log that is a warning or an error.

    Attributes:
        time: When, as in the log: RFC 3339 in UTC.
        level: warning, error or critical.
        text: What happened.
        details: What the line says besides, as `name=value`; no traceback.
    """

    time: str
    level: str
    text: str
    details: str


def recent_complaints() -> list[Complaint]:
    """Return the last warnings and errors of this process, the newest first; at most MAX_COMPLAINTS."""
    return list(_complaints)[::-1]


def configure_logging(form: Literal["text", "json"], level: Literal["debug", "info", "warning", "error"]) -> None:
    """Set the form and the least level of all log lines of this process, those of libraries included."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _keep_complaint,
    ]
    # a traceback never shows the variables of its frames: they may hold keys and prompts
    renderer: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer,
    ]))  # fmt: skip
    logging.basicConfig(handlers=[handler], level=max(_LEVELS[level], logging.WARNING), force=True)


def _keep_complaint(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep a warning or an error, and pass every line on as it is."""
    del logger, method
    level = str(event.get("level", ""))
    if _LEVELS.get(level, logging.CRITICAL) >= logging.WARNING:
        said = {name: value for name, value in event.items() if not name.startswith("_") and name not in _NOT_DETAILS}
        details = " ".join(f"{name}={value}" for name, value in said.items())
        text = str(event.get("event", ""))[:MAX_CHARACTERS]
        _complaints.append(Complaint(str(event.get("timestamp", "")), level, text, details[:MAX_CHARACTERS]))
    return event
