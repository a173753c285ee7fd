"""Ingest: committed spans a second over HTTP, their CPU, their latency at half the load, their disk."""

import tempfile
import time
from pathlib import Path

from direct import run_direct
from figures import Figure
from load import Load, LoadResult, run_load
from server_run import ServerRun, running_server

LARGE = {"connections": 8, "spans": 512}
SMALL = {"connections": 64, "spans": 10}
DEMANDED_SPANS_PER_S = 15_000
"""The load that the limits are about; half of it is what a server is to be quick under."""


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Run all loads, each for `seconds`; return figures and facts."""
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name:
        folder = Path(name)
        group = LARGE["connections"] * LARGE["spans"]
        straight = run_direct(folder / "direct", seconds, group)
        disk = run_direct(folder / "disk", seconds, group, disk=True)
        with running_server(folder / "large") as server:
            run_load(Load(server.port, seconds=3, **LARGE))
            large, large_cpu_s, large_s = _measured(server, Load(server.port, seconds=seconds, **LARGE))
            half = run_load(Load(server.port, seconds=seconds, rate=DEMANDED_SPANS_PER_S / 2, **LARGE))
            server.settle()
            half_of_most = run_load(Load(server.port, seconds=seconds, rate=large.spans / large.seconds / 2, **LARGE))
        with running_server(folder / "small") as server:
            run_load(Load(server.port, seconds=3, **SMALL))
            small, small_cpu_s, _ = _measured(server, Load(server.port, seconds=seconds, **SMALL))
    rate, straight_rate = large.spans / large.seconds, straight["spans"] / straight["seconds"]
    lasting, straight_lasting = large.spans / large_s, straight["spans"] / straight["settled_s"]
    small_rate = small.spans / small.seconds
    figures = [
        Figure("committed over HTTP, 512-span requests", rate, "spans/s", DEMANDED_SPANS_PER_S, "more", "8 connections, load generator on the same cores"),
        Figure("  the same until its merges have ended", lasting, "spans/s", note="what it can take for long"),
        Figure("  that against ready batches straight into the engine", lasting / straight_lasting, "ratio", 0.6, "more", f"straight: {straight_lasting:,.0f} spans/s"),
        Figure("  without the merges that both leave behind", rate / straight_rate, "ratio", note=f"straight: {straight_rate:,.0f} spans/s"),
        Figure("committed over HTTP, 10-span requests", small_rate, "spans/s", 5_000, "more", "64 connections"),
        Figure("server CPU, 512-span requests", large_cpu_s / large.spans * 1e6, "us/span", 60, "less", "user and system, all processes, with the merges after it"),
        Figure("  of which the insert and the merges", straight["cpu_s"] / straight["spans"] * 1e6, "us/span", note="ready batches straight into the engine"),
        Figure("server CPU, 10-span requests", small_cpu_s / small.spans * 1e6, "us/span", note="user and system, all processes, with the merges after it"),
        Figure("answered request at half the demanded load, p99", half.p99_s * 1e3, "ms", 250, "less", _speed(half)),
        Figure("answered request at half of what it can take, p99", half_of_most.p99_s * 1e3, "ms", note=_speed(half_of_most)),
        Figure("answered request at full load, p99", large.p99_s * 1e3, "ms", note=f"median {large.p50_s * 1e3:.0f} ms"),
        Figure("disk after merges", disk["disk_bytes"] / disk["wire_bytes"] * 100, "% of wire bytes", 30, "less", f"{disk['wire_bytes'] / disk['spans']:,.0f} B a span on the wire"),
    ]  # fmt: skip
    facts = {"seconds": seconds, "straight": straight, "disk": disk, "large": vars(large), "half": vars(half), "half_of_most": vars(half_of_most), "small": vars(small)}
    return figures, facts


def _speed(load: LoadResult) -> str:
    return f"median {load.p50_s * 1e3:.0f} ms, {load.spans / load.seconds:,.0f} spans/s"


def _measured(server: ServerRun, load: Load) -> tuple[LoadResult, float, float]:
    """Run a load; return it, the server's CPU seconds for it, and the seconds until the merges that follow have ended."""
    server.settle()
    before_s = server.cpu_s()
    result = run_load(load)
    ended_s = time.perf_counter()
    merging_s = max(0.0, server.settle() - ended_s)
    return result, server.cpu_s() - before_s, result.seconds + merging_s
