"""The load generator, a process of its own: exports over raw keep-alive sockets, as light as it can be.

Run as `python load.py --port P --connections C --spans N --seconds S [--rate SPANS_PER_S]`; it prints one line of JSON.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import payloads
from figures import percentile

TEMPLATES = 6
RETRY_S = 0.05


@dataclass
class Load:
    """What to send: `connections` clients, requests of `spans` spans, for `seconds`, at `rate` spans a second (0: all it can)."""

    port: int
    connections: int
    spans: int
    seconds: float
    rate: float = 0.0


@dataclass(frozen=True)
class LoadResult:
    """What became of it.

    Attributes:
        spans: Spans that were answered with 200.
        wire_bytes: Their bytes of body.
        seconds: From the first send to the last answer.
        p50_s: Median time from sending a request to its answer; with a rate, from when it was due.
        p99_s: The same for 99 of 100.
        refused: Requests that were told to retry.
        cpu_s: CPU time of the load generator itself.
    """

    spans: int
    wire_bytes: int
    seconds: float
    p50_s: float
    p99_s: float
    refused: int
    cpu_s: float


def run_load(load: Load) -> LoadResult:
    """Run the load in a process of its own and wait for its end."""
    return finish_load(start_load(load))


def start_load(load: Load) -> "subprocess.Popen[str]":
    """Begin a load; it prepares its payloads first."""
    command = [sys.executable, str(Path(__file__))]
    for name, value in vars(load).items():
        command += [f"--{name}", str(value)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish_load(process: "subprocess.Popen[str]") -> LoadResult:
    """Wait for the end of a load."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return LoadResult(**json.loads(output))


class _Client:
    """One connection that sends request after request."""

    def __init__(self, load: Load, templates: list[bytes], numbers: "itertools.count[int]") -> None:
        self._load = load
        self._templates = templates
        self._numbers = numbers
        self.latencies_s: list[float] = []
        self.spans = self.wire_bytes = self.refused = 0

    async def run(self, started_s: float, position: int) -> None:
        """Send until the time is over; at a rate, each connection has its share of it and its own moment."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._load.port, limit=2**16)
        every_s = self._load.spans * self._load.connections / self._load.rate if self._load.rate else 0.0
        due_s = started_s + position / self._load.connections * every_s - every_s
        until_s = started_s + self._load.seconds
        while (now_s := time.perf_counter()) < until_s:
            if every_s:
                due_s += every_s
                if due_s > now_s:
                    await asyncio.sleep(due_s - now_s)
            else:
                due_s = now_s
            number = next(self._numbers)
            body = payloads.unlike(self._templates[number % len(self._templates)], number)
            await self._send(reader, writer, body)
            self.latencies_s.append(time.perf_counter() - due_s)
        writer.close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> None:
        head = (
            "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode()
        while True:
            writer.write(head)
            writer.write(body)
            await writer.drain()
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            status = answer[9:12]
            if status == b"200":
                self.spans += self._load.spans
                self.wire_bytes += len(body)
                return
            if status not in (b"429", b"503"):
                raise RuntimeError(f"unexpected answer: {answer!r}")
            self.refused += 1
            await asyncio.sleep(RETRY_S)


async def _run(load: Load) -> LoadResult:
    templates = [payloads.template(load.spans, seed) for seed in range(TEMPLATES if load.spans > 100 else 60)]
    numbers = itertools.count(time.time_ns())
    clients = [_Client(load, templates, numbers) for _ in range(load.connections)]
    started_s = time.perf_counter()
    await asyncio.gather(*(client.run(started_s, position) for position, client in enumerate(clients)))
    latencies_s = [latency for client in clients for latency in client.latencies_s]
    return LoadResult(
        spans=sum(client.spans for client in clients),
        wire_bytes=sum(client.wire_bytes for client in clients),
        seconds=time.perf_counter() - started_s,
        p50_s=percentile(latencies_s, 0.5),
        p99_s=percentile(latencies_s, 0.99),
        refused=sum(client.refused for client in clients),
        cpu_s=time.process_time(),
    )


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--spans", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, default=0.0)
    load = Load(**vars(parser.parse_args()))
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        print(json.dumps(vars(runner.run(_run(load)))))


if __name__ == "__main__":
    main()
