"""The file of outlets read: which there are, what each delivers, and every mistake named by its field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from watchglass.errors import InvalidInput
from watchglass.model.records import Signal
from watchglass.outgoing.named_targets import read_named_targets, refuse_twins
from watchglass.outgoing.options import Options
from watchglass.outlets.kinds import KINDS
from watchglass.outlets.outlet import Kind, Outlet
from watchglass.query.arrivals import Arrivals
from watchglass.query.conditions import condition
from watchglass.query.expr import Expr
from watchglass.query.filter import parse

SIGNAL_NAMES = {signal.name.lower(): signal for signal in Signal}
"""Signals by the word that the file has for them: traces, logs, metrics."""

MAX_OUTLETS = 20
DEFAULT_MAX_LAG_HOURS = 24


@dataclass(frozen=True, slots=True)
class ConfiguredOutlet:
    """One outlet of the file.

    Attributes:
        name: Names it, in metrics and the API too.
        kind: Its kind.
        max_lag_s: How far behind it may fall, in seconds; older rows are dropped and counted.
        arrivals: What it delivers, by signal.
        project: Whose rows these are; None for all projects.
        has_model_metrics: Whether the metrics of model calls go there too.
        outlet: The target's language.
        secrets: What must not be shown.
    """

    name: str
    kind: str
    max_lag_s: float
    arrivals: dict[Signal, Arrivals]
    project: str | None
    has_model_metrics: bool
    outlet: Outlet = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def read_outlets(path: Path, variable: Callable[[str], str | None]) -> list[ConfiguredOutlet]:
    """Read the file of outlets; `variable` reads the environment.

    Raises:
        InvalidInput: Something in it is wrong; the field says what, such as `outlets[0].url`.
    """
    listed = read_named_targets(path, "outlets_file", "outlets", MAX_OUTLETS, variable)
    outlets = [_outlet(options) for options in listed]
    refuse_twins("outlets", [outlet.name for outlet in outlets])
    return outlets


def _outlet(options: Options) -> ConfiguredOutlet:
    name = options.name()
    kind = _kind(options)
    project = options.project()
    filters = _filters(options)
    signals = _signals(options, kind)
    for signal in filters:
        if signal not in signals:
            raise options.invalid("filter", f"{signal.name.lower()} are not among the signals of this outlet")
    max_lag_s = 3600 * options.number("max_lag_hours", DEFAULT_MAX_LAG_HOURS, 0.01, 24 * 365)
    has_model_metrics = options.take("model_metrics", Signal.METRICS in signals)
    if not isinstance(has_model_metrics, bool) or (has_model_metrics and Signal.METRICS not in signals):
        raise options.invalid("model_metrics", "must be true or false, and metrics among the signals")
    outlet = kind.build(options)
    options.done()
    arrivals = {signal: Arrivals(signal, project, filters.get(signal, parse(""))) for signal in signals}
    return ConfiguredOutlet(
        name, kind.name, max_lag_s, arrivals, project, has_model_metrics, outlet, tuple(options.secrets)
    )


def _kind(options: Options) -> Kind:
    by_name = {kind.name: kind for kind in KINDS}
    return by_name[options.chosen("kind", list(by_name))]


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
