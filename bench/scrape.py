"""Scraping: the server's CPU for 200 targets of 1,000 series every 15 seconds, and what each part of it takes."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from figures import Figure
from server_run import ServerRun

TARGETS, INTERVAL_S = 200, 15
WARM_UP_S = 35
"""Two intervals, in which each target's layout is learnt and its first answers are committed."""

TARGET = '''
import asyncio, sys
def exposition(number, round):
    """About 1,000 series as a model server exposes them: 30 histograms of 25 series, 125 counters, 125 gauges."""
    lines = []
    labels = f'model_name="meta-llama/Llama-{number}",engine="0"'
    for h in range(30):
        lines += [f"# HELP vllm:h{h}_seconds Histogram of something in seconds.", f"# TYPE vllm:h{h}_seconds histogram"]
        for b in range(22):
            lines.append(f'vllm:h{h}_seconds_bucket{{{labels},le="{0.001 * 2**b}"}} {float(round * b)}')
        lines.append(f'vllm:h{h}_seconds_bucket{{{labels},le="+Inf"}} {float(round * 22)}')
        lines.append(f"vllm:h{h}_seconds_sum{{{labels}}} {round * 0.7}")
        lines.append(f"vllm:h{h}_seconds_count{{{labels}}} {float(round * 22)}")
    for kind in ("counter", "gauge"):
        for m in range(25):
            name = f"vllm:{kind}{m}" + ("_total" if kind == "counter" else "")
            lines += [f"# HELP {name} A {kind}.", f"# TYPE {name} {kind}"]
            lines += [f'{name}{{{labels},reason="r{r}"}} {float(round * 3 + r)}' for r in range(5)]
    return ("\\n".join(lines) + "\\n").encode()
rounds = {}
async def serve(reader, writer):
    try:
        while head := await reader.readuntil(b"\\r\\n\\r\\n"):
            number = int(head.split(b" ", 2)[1].rsplit(b"/", 1)[1].split(b"?")[0])
            rounds[number] = rounds.get(number, 0) + 1
            body = exposition(number, rounds[number])
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/plain; version=0.0.4\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
'''


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Scrape for `seconds`, but two intervals at least, after a warm-up; return figures and facts."""
    length_s = max(seconds, 2 * INTERVAL_S)
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name, _targets() as port:
        folder = Path(name)
        (folder / "prometheus.yml").write_text(_configuration(port), "utf-8")
        server = ServerRun(folder / "data", WATCHGLASS_SCRAPE_FILE=str(folder / "prometheus.yml"))
        try:
            time.sleep(WARM_UP_S)
            before_s, before_points, started_s = server.cpu_s(), _points(server.port), time.monotonic()
            time.sleep(length_s)
            elapsed_s = time.monotonic() - started_s
            cpu_s, points = server.cpu_s() - before_s, _points(server.port) - before_points
            targets = httpx.get(f"http://127.0.0.1:{server.port}/api/v1/targets").json()["targets"]
        finally:
            server.stop()
    up = sum(target["health"] == "up" for target in targets)
    samples = sum(target["sample_count"] or 0 for target in targets) / INTERVAL_S
    share = cpu_s / elapsed_s
    figures = [
        Figure("server CPU, 200 targets of 1,000 series every 15 s", share * 100, "% of a core", 40, "less", "user and system, all processes, merges of the store included"),
        Figure("targets that are up", up, "targets", TARGETS, "more", f"{samples:,.0f} samples/s, {points / elapsed_s:,.0f} points/s committed"),
        Figure("  a sample, from the answer to the store", cpu_s / (samples * elapsed_s) * 1e6, "us"),
    ]  # fmt: skip
    return figures, {"seconds": elapsed_s, "cpu_s": cpu_s, "points": points, "samples_per_s": samples}


def _points(port: int) -> float:
    """Metric points that the server has committed."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith('watchglass_ingest_rows_total{signal="metric_points"}'))


def _configuration(port: int) -> str:
    lines = [f"global: {{scrape_interval: {INTERVAL_S}s}}", "scrape_configs:"]
    for number in range(TARGETS):
        lines += [f"  - job_name: model-{number}", f"    metrics_path: /metrics/{number}", f"    static_configs: [{{targets: ['127.0.0.1:{port}']}}]"]
    return "\n".join(lines)


@contextmanager
def _targets() -> Iterator[int]:
    """The port of a process that answers for all targets."""
    process = subprocess.Popen([sys.executable, "-c", TARGET], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
