"""The part of many spans that conventions read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchglass.conventions.attributes import FlatAttributes
from watchglass.conventions.span_view import SpanView


@dataclass(frozen=True, slots=True)
class SpanRows:
    """The part of n spans that conventions read.

    Attributes:
        attributes: Span attributes.
        scope_names: Distinct instrumentation scope names.
        scope_of: Position in `scope_names` of each row, shape (n,).
        event_names: Distinct event names.
        event_row: Row of each event, shape (events,), ascending.
        event_code: Position in `event_names` of each event, shape (events,).
        event_time_ns: Time of each event, nanoseconds since 1970, shape (events,).
        start_time_ns: Start of each row, nanoseconds since 1970, shape (n,).
        duration_ns: Duration of each row, shape (n,).
        view: Builds the whole span of one row, for builders; its second argument is the fields filled so far.
    """

    attributes: FlatAttributes
    scope_names: Sequence[str]
    scope_of: npt.NDArray[np.int64]
    event_names: Sequence[str]
    event_row: npt.NDArray[np.int64]
    event_code: npt.NDArray[np.int64]
    event_time_ns: npt.NDArray[np.int64]
    start_time_ns: npt.NDArray[np.int64]
    duration_ns: npt.NDArray[np.int64]
    view: Callable[[int, Mapping[str, object]], SpanView]
