"""What runs inside an application: OpenTelemetry to Watchglass in one line, token streams, feedback, machines, a buffer."""

from watchglass_probe.clock import SYSTEM_CLOCK
from watchglass_probe.errors import InvalidInput
from watchglass_probe.feedback import score as _score
from watchglass_probe.start import Probe, current, init, shutdown
from watchglass_probe.streams.watch import watch_stream

__version__ = "0.1.0"
__all__ = ["InvalidInput", "Probe", "feedback", "flush", "init", "shutdown", "watch_stream"]


def feedback(
    trace_id: str | int,
    name: str,
    value: float | bool | str | None = None,
    comment: str | None = None,
    *,
    span_id: str | int | None = None,
    source: str = "feedback",
) -> bool:
    """Say how good an answer was; it is sent in the background, and with a buffer it is on disk when this returns.

    Args:
        trace_id: Of the trace that is judged: 32 hexadecimal digits, or the number that OpenTelemetry has.
        name: What is judged, such as `helpful`.
        value: A number, True or False (1 or 0), a word (a label), or None for a comment alone.
        comment: In the person's own words.
        span_id: Of the span that is judged; None for the whole trace.
        source: `feedback` (a user of the application), `evaluation` (a program) or `annotation` (a reader of traces).

    Returns:
        Whether it is accepted for sending: False before `init` and after `shutdown`.

    Raises:
        InvalidInput: An argument cannot be used; the field says which.
    """
    body = _score(trace_id, name, value, comment, span_id, source, SYSTEM_CLOCK.now_ns())
    probe = current()
    return probe is not None and probe.accept_score(body)


def flush(timeout_s: float = 10.0) -> bool:
    """Send all that was recorded until now; False when that takes longer than `timeout_s`, or there is no probe."""
    probe = current()
    return probe is not None and probe.flush(timeout_s)
