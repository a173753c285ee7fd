"""A measured figure beside its limit, printed as a table and kept as JSON."""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: What was measured.
        value: The number.
        unit: Its unit.
        limit: What it is to reach or to keep under; None when it is only told.
        better: Whether more or less is better.
        note: How it was measured, in a few words.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    better: Literal["more", "less"] = "less"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure over its limit."""
        return self.value / self.limit if self.limit else None

    @property
    def is_kept(self) -> bool | None:
        """Whether the limit is kept, None without a limit."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.better == "more" else self.value <= self.limit


def show(title: str, figures: list[Figure]) -> None:
    """Print figures as a table: limit, figure, ratio."""
    print(f"\n{title}\n{'':56}{'limit':>12} {'figure':>12} {'ratio':>7}")
    for figure in figures:
        sign = ">=" if figure.better == "more" else "<="
        limit = "" if figure.limit is None else f"{sign} {figure.limit:,.5g}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        mark = {True: "", False: "  MISSED", None: ""}[figure.is_kept]
        label = f"{figure.name}, {figure.unit}"
        print(f"{label:<56}{limit:>12} {figure.value:>12,.5g} {ratio:>7}{mark}")
        if figure.note:
            print(f"    {figure.note}")


def keep(part: str, figures: list[Figure], facts: dict[str, object]) -> Path:
    """Write figures, and the facts of the run, to results/PART.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{part}.json"
    machine = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    entries = [asdict(figure) | {"ratio": figure.ratio, "is_kept": figure.is_kept} for figure in figures]
    ended = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    document = {"part": part, "ended": ended, "machine": machine, "facts": facts, "figures": entries}
    path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return path


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def quiet_since(cpu_s: Callable[[], float], quiet_s: float = 3.0, timeout_s: float = 120.0) -> float:
    """Wait until a process has used less than a tenth of one CPU for `quiet_s` seconds; return when that began.

    Args:
        cpu_s: Seconds of CPU that it has used so far.

    Returns:
        The time of `time.perf_counter`; now when it never became quiet.
    """
    deadline_s = time.monotonic() + timeout_s
    began_s, used_s = time.perf_counter(), cpu_s()
    while time.monotonic() < deadline_s and time.perf_counter() - began_s < quiet_s:
        time.sleep(0.25)
        if cpu_s() - used_s > 0.1 * max(0.5, time.perf_counter() - began_s):
            began_s, used_s = time.perf_counter(), cpu_s()
    return began_s
