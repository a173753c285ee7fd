"""The chart of a message as a PNG, drawn by matplotlib where the extra `charts` is installed; loaded with the first one."""

import threading
from io import BytesIO

import numpy as np
import structlog

from watchglass.alerts.notify.message import Chart
from watchglass.model.amounts import format_amount

log = structlog.get_logger(__name__)

WIDTH_INCHES = 8.0
HEIGHT_INCHES = 3.2
DOTS_PER_INCH = 110

_drawing = threading.Lock()
"""Targets draw on their own threads, and matplotlib's caches of fonts and settings are shared."""

_missing_said = threading.Event()


def draw(chart: Chart, unit: str, caption: str) -> bytes | None:
    """Draw a chart; None where it cannot be drawn: nothing to draw, or matplotlib is not installed.

    Args:
        chart: The series, its band and its threshold.
        unit: Unit of the values, for the axis.
        caption: Stands above it. Never trusted, and never read as mathematics.
    """
    if sum(value is not None for value in chart.values) < 2:
        return None
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  34 MB, wanted by the first chart alone
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        if not _missing_said.is_set():
            log.info("messages are sent without charts; to have them: pip install 'watchglass[charts]'")
            _missing_said.set()
        return None
    with _drawing:
        figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        times = np.asarray(chart.times_ns, dtype="datetime64[ns]")
        if len(chart.lower) == len(chart.upper) == len(times):
            axes.fill_between(times, _numbers(chart.lower), _numbers(chart.upper), color="#228be6", alpha=0.15, linewidth=0)
        axes.plot(times, _numbers(chart.values), color="#1c7ed6", linewidth=1.6, marker="o", markersize=1.5)
        if chart.threshold is not None:
            axes.axhline(chart.threshold, color="#e03131", linewidth=1.2, linestyle="--")
        axes.set_title(caption, fontsize=10, loc="left", parse_math=False)
        axes.yaxis.set_major_formatter(lambda value, _: format_amount(value, unit))
        locator = AutoDateLocator()  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.set_title("UTC", fontsize=8, loc="right", color="#868e96")
        axes.xaxis.get_offset_text().set_fontsize(8)
        axes.tick_params(labelsize=8)
        axes.grid(visible=True, color="#dee2e6", linewidth=0.6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        written = BytesIO()
        figure.savefig(written, format="png")
    return written.getvalue()


def _numbers(values: tuple[float | None, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
