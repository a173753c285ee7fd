"""The file of outlets read: which there are, what each delivers, and every mistake named by its field."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from watchglass.errors import InvalidInput
from watchglass.model.records import Signal
from watchglass.outlets.kinds import KINDS
from watchglass.outlets.options import Options
from watchglass.outlets.outlet import Kind, Outlet
from watchglass.query.arrivals import Arrivals
from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.filter import parse

SIGNAL_NAMES = {signal.name.lower(): signal for signal in Signal}
"""Signals by the word that the file has for them: traces, logs, metrics."""

MAX_OUTLETS = 20
DEFAULT_MAX_LAG_HOURS = 24
MAX_FILE_BYTES = 2**20

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ConfiguredOutlet:
    """One outlet of the file.

    Attributes:
        name: Names it, in metrics and the API too.
        kind: Its kind.
        max_lag_s: How far behind it may fall, in seconds; older rows are dropped and counted.
        arrivals: What it delivers, by signal.
        outlet: The target's language.
        secrets: What must not be shown.
    """

    name: str
    kind: str
    max_lag_s: float
    arrivals: dict[Signal, Arrivals]
    outlet: Outlet = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def read_outlets(path: Path, variable: Callable[[str], str | None]) -> list[ConfiguredOutlet]:
    """Read the file of outlets; `variable` reads the environment.

    Raises:
        InvalidInput: Something in it is wrong; the field says what, such as `outlets[0].url`.
    """
    try:
        with path.expanduser().open("rb") as file:
            document = yaml.safe_load(file.read(MAX_FILE_BYTES))
    except OSError as error:
        raise InvalidInput("outlets_file", f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        # without the parser's words, which quote the line, that may hold a secret
        raise InvalidInput("outlets_file", "is not YAML") from None
    given = document.get("outlets") if isinstance(document, dict) and set(document) == {"outlets"} else None
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise InvalidInput("outlets_file", "must be a map with one key, outlets: a list of maps")
    if len(given) > MAX_OUTLETS:
        raise InvalidInput("outlets", f"there may be at most {MAX_OUTLETS}")
    outlets = [_outlet(f"outlets[{position}]", item, variable) for position, item in enumerate(given)]
    names = [outlet.name for outlet in outlets]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InvalidInput(f"outlets[{position}].name", f"{name} is the name of two outlets")
    return outlets


def _outlet(where: str, given: dict[str, Any], variable: Callable[[str], str | None]) -> ConfiguredOutlet:
    options = Options(where, given, variable)
    name = options.text("name")
    if not _NAME.fullmatch(name):
        raise options.invalid("name", "must be 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit")
    kind = _kind(options)
    project = options.take("project")
    if project is not None and (not isinstance(project, str) or not _NAME.fullmatch(project)):
        raise options.invalid("project", "must be the id of a project")
    filters = _filters(options)
    signals = _signals(options, kind)
    for signal in filters:
        if signal not in signals:
            raise options.invalid("filter", f"{signal.name.lower()} are not among the signals of this outlet")
    max_lag_s = 3600 * options.number("max_lag_hours", DEFAULT_MAX_LAG_HOURS, 0.01, 24 * 365)
    outlet = kind.build(options)
    options.done()
    arrivals = {signal: Arrivals(signal, project, filters.get(signal, parse(""))) for signal in signals}
    return ConfiguredOutlet(name, kind.name, max_lag_s, arrivals, outlet, tuple(options.secrets))


def _kind(options: Options) -> Kind:
    name = options.text("kind")
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise options.invalid("kind", f"must be one of {', '.join(kind.name for kind in KINDS)}")


def _signals(options: Options, kind: Kind) -> tuple[Signal, ...]:
    words = options.take("signals")
    can = ", ".join(signal.name.lower() for signal in kind.signals)
    if words is None:
        return kind.signals
    if not isinstance(words, list) or not words:
        raise options.invalid("signals", f"must be a list of {can}")
    signals = [SIGNAL_NAMES.get(word) if isinstance(word, str) else None for word in words]
    if any(signal not in kind.signals for signal in signals):
        raise options.invalid("signals", f"{kind.name} delivers {can}")
    return tuple(dict.fromkeys(signal for signal in signals if signal is not None))


def _filters(options: Options) -> dict[Signal, Expr]:
    given = options.take("filter", {})
    if not isinstance(given, dict):
        raise options.invalid("filter", "must be a map of traces, logs or metrics to a filter")
    filters = {}
    for word, text in given.items():
        signal = SIGNAL_NAMES.get(word) if isinstance(word, str) else None
        if signal is None or not isinstance(text, str):
            raise options.invalid("filter", "must be a map of traces, logs or metrics to a filter")
        try:
            filters[signal] = parse(text)
            condition(filters[signal], signal.value)
        except InvalidInput as error:
            raise options.invalid(f"filter.{word}", error.detail) from None
    return filters
