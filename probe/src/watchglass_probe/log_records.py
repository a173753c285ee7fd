"""Python's log records as OpenTelemetry's."""

import functools
import logging
import logging.config
import threading
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from opentelemetry._logs import LoggerProvider, LogRecord, SeverityNumber
from opentelemetry.context import get_current
from opentelemetry.util.types import AnyValue

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_CONFIGURING = ((logging, "basicConfig"), (logging.config, "dictConfig"), (logging.config, "fileConfig"))
"""The first does nothing where the root logger has a handler, the others remove those that it has."""
_SEVERITIES = (
    (logging.CRITICAL, SeverityNumber.FATAL, "FATAL"),
    (logging.ERROR, SeverityNumber.ERROR, "ERROR"),
    (logging.WARNING, SeverityNumber.WARN, "WARN"),
    (logging.INFO, SeverityNumber.INFO, "INFO"),
    (logging.DEBUG, SeverityNumber.DEBUG, "DEBUG"),
    (0, SeverityNumber.TRACE, "TRACE"),
)


class RecordsToOpenTelemetry(logging.Handler):
    """A handler for the root logger; each record is tied to the span in which it was written."""

    def __init__(self, provider: LoggerProvider) -> None:
        super().__init__()
        self._provider = provider
        self._inside = threading.local()
        self._configuring: dict[tuple[ModuleType, str], Callable[..., None]] = {}

    def begin(self) -> None:
        """Take the records of the root logger, also after the application sets its logging up."""
        logging.getLogger().addHandler(self)
        for module, name in _CONFIGURING:
            self._configuring[module, name] = function = getattr(module, name)
            setattr(module, name, self._around(function))

    def end(self) -> None:
        """Take no more."""
        logging.getLogger().removeHandler(self)
        for (module, name), function in self._configuring.items():
            setattr(module, name, function)
        self._configuring.clear()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the record on; what OpenTelemetry itself logs while that happens is left out, or it would never end."""
        if logging.lastResort is not None and record.levelno >= logging.lastResort.level and self._is_alone(record.name):
            logging.lastResort.handle(record)  # as it would be without this handler
        if getattr(self._inside, "is_set", False):
            return
        self._inside.is_set = True
        try:
            self._provider.get_logger(record.name).emit(translate(record))
        except Exception:
            self.handleError(record)
        finally:
            self._inside.is_set = False

    def _is_alone(self, name: str) -> bool:
        """Whether no other handler takes the records of a logger."""
        logger: logging.Logger | None = logging.getLogger(name)
        while logger is not None:
            if any(handler is not self for handler in logger.handlers):
                return False
            logger = logger.parent if logger.propagate else None
        return True

    def _around(self, function: Callable[..., None]) -> Callable[..., None]:
        """The same function, which finds the root logger as if this handler were not there, and does not remove it."""

        @functools.wraps(function)
        def configure(*arguments: Any, **named: Any) -> None:
            root = logging.getLogger()
            root.removeHandler(self)
            try:
                function(*arguments, **named)
            finally:
                root.addHandler(self)

        return configure


def translate(record: logging.LogRecord) -> LogRecord:
    """Write a record in OpenTelemetry's words; `extra` becomes attributes."""
    number, text = next((number, text) for level, number, text in _SEVERITIES if record.levelno >= level)
    return LogRecord(
        timestamp=int(record.created * 1e9),
        context=get_current(),
        severity_number=number,
        severity_text=text,
        body=record.getMessage(),
        attributes=_attributes(record),
    )


def _attributes(record: logging.LogRecord) -> dict[str, AnyValue]:
    attributes: dict[str, AnyValue] = {
        name: value if isinstance(value, (str, bool, int, float)) else str(value)
        for name, value in vars(record).items()
        if name not in _USUAL
    }
    attributes["code.file.path"] = record.pathname
    attributes["code.function.name"] = record.funcName or ""
    attributes["code.line.number"] = record.lineno
    if record.exc_info and record.exc_info[0] is not None:
        kind, error, trace = record.exc_info
        attributes["exception.type"] = kind.__name__
        attributes["exception.message"] = str(error)
        attributes["exception.stacktrace"] = "".join(traceback.format_exception(kind, error, trace))
    return attributes
