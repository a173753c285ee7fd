"""Idle: what the server takes when nothing comes, and how soon it takes its first request."""

import tempfile
import time
from pathlib import Path

from figures import Figure
from load import Load, run_load
from server_run import ServerRun, running_server

STARTS = 5
FLOOD = 64


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Start several times; return figures and facts."""
    starts_s = []
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name:
        for number in range(STARTS):
            started_s = time.perf_counter()
            with running_server(Path(name) / "data") as server:
                _first_request(server, number)
                starts_s.append(time.perf_counter() - started_s)
        with running_server(Path(name) / "data") as server:
            server.settle()
            fresh_bytes, before_s = server.resident_bytes(), server.cpu_s()
            time.sleep(seconds)
            idle_cpu = (server.cpu_s() - before_s) / seconds
            run_load(Load(server.port, connections=8, spans=512, seconds=seconds))
            server.settle()
            used_bytes = server.resident_bytes()
        rests, peaks = zip(*(_flooded(Path(name), seconds, *options) for options in ((), ("--edge",))), strict=True)
    figures = [
        Figure("start to first accepted export, worst of 5", max(starts_s), "s", 3, "less", f"first start with the schema: {starts_s[0]:.2f} s"),
        Figure("memory at rest after the start", fresh_bytes / 2**20, "MiB", 500, "less", "resident, all processes"),
        Figure("memory at rest after a load", used_bytes / 2**20, "MiB", note="8 connections, 512-span requests, then quiet"),
        Figure("memory at rest after the start, --edge", rests[1] / 2**20, "MiB", note=f"the standard profile beside it: {rests[0] / 2**20:.0f} MiB"),
        Figure("most memory under a flood, --edge", peaks[1] / 2**20, "MiB", note=f"{FLOOD} connections, 2,500-span requests; the standard profile: {peaks[0] / 2**20:.0f} MiB"),
        Figure("CPU at rest", idle_cpu * 100, "% of one core"),
    ]  # fmt: skip
    return figures, {"starts_s": starts_s}


def _flooded(folder: Path, seconds: float, *options: str) -> tuple[int, int]:
    """Memory at rest, and the most under more than the server can take, in bytes."""
    with running_server(folder / f"flood{len(options)}", *options) as server:
        server.settle()
        fresh_bytes = server.resident_bytes()
        run_load(Load(server.port, connections=FLOOD, spans=2_500, seconds=seconds))
        return fresh_bytes, server.peak_bytes()


def _first_request(server: ServerRun, number: int) -> None:
    import http.client

    import payloads

    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    body = payloads.unlike(payloads.template(1, 1), number + time.time_ns())
    connection.request("POST", "/v1/traces", body, {"content-type": "application/x-protobuf"})
    if connection.getresponse().status != 200:
        raise RuntimeError("the first export was refused")
