"""The probe: what a span, a token and a process cost with it, over plain OpenTelemetry."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure

SOURCES = Path(__file__).parents[1] / "probe" / "src"
SPANS, BURSTS, ROUNDS, TOKENS, REPEATS = 1_000, 20, 5, 20_000, 7

SINK = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *said):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""

SPAN_COST = """
import json, sys, time
kind, endpoint, folder, spans, bursts = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
from opentelemetry import trace
if kind == "probe":
    import watchglass_probe
    probe = watchglass_probe.init(service="bench", endpoint=endpoint, buffer=folder or None, instrument=False, host=False)
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    trace.set_tracer_provider(provider)
tracer = trace.get_tracer("bench")
attributes = {f"gen_ai.attribute.{number}": f"value {number}" for number in range(12)}
def flush():
    probe.flush(30) if kind == "probe" else provider.force_flush()
costs = []
for _ in range(bursts):
    cpu, own = time.process_time(), time.thread_time()
    for _ in range(spans):
        with tracer.start_as_current_span("span", attributes=attributes):
            pass
    own_s = time.thread_time() - own
    flush()
    costs.append([own_s / spans, (time.process_time() - cpu) / spans])
print(json.dumps(costs[len(costs) // 4:]))
import os; os._exit(0)
"""

RESIDENT = """
import json, sys, time, psutil
import watchglass_probe
from opentelemetry import trace
before = psutil.Process().memory_info().rss
watchglass_probe.init(service="bench", endpoint=sys.argv[1], buffer=sys.argv[2], instrument=False)
tracer = trace.get_tracer("bench")
attributes = {f"gen_ai.attribute.{number}": f"value {number}" for number in range(12)}
for _ in range(60):
    for _ in range(200):
        with tracer.start_as_current_span("span", attributes=attributes):
            pass
    time.sleep(0.05)
watchglass_probe.flush(1)
print(json.dumps(psutil.Process().memory_info().rss))
import os; os._exit(0)
"""

TOKEN_COST = """
import json, math, sys, time
from openai.types.chat import ChatCompletionChunk
from watchglass_probe import watch_stream
tokens, repeats = int(sys.argv[1]), int(sys.argv[2])
def chunk(logprobs):
    top = [{"token": str(n), "logprob": math.log(0.5 / 2**n), "bytes": None} for n in range(5)]
    content = [{"token": "a", "logprob": -0.7, "bytes": None, "top_logprobs": top}]
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None, "logprobs": {"content": content} if logprobs else None}
    return ChatCompletionChunk.model_validate({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
def cost(chunks):
    def stream():
        for one in chunks:
            yield one
    def passed(source):
        began = time.perf_counter()
        for _ in source:
            pass
        return time.perf_counter() - began
    bare = min(passed(stream()) for _ in range(repeats))
    watched = min(passed(watch_stream(stream())) for _ in range(repeats))
    return [(watched - bare) / len(chunks), bare / len(chunks)]
print(json.dumps([cost(["a"] * tokens), cost([chunk(False)] * tokens), cost([chunk(True)] * tokens)]))
"""


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Compare processes that differ in the probe alone; `seconds` is not used, as the work is counted."""
    del seconds
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as buffer, _sink() as endpoint:
        costs: dict[str, list[list[float]]] = {"plain": [], "memory": [], "disk": []}
        for number in range(ROUNDS):  # in turn, so that what else the machine does falls on all alike
            for name in costs:
                folder = f"{buffer}/{number}" if name == "disk" else ""
                kind = "plain" if name == "plain" else "probe"
                costs[name] += _ran(SPAN_COST, kind, endpoint, folder, str(SPANS), str(BURSTS))
        resident = _ran(RESIDENT, endpoint, f"{buffer}/resident")
        away = _ran(RESIDENT, "http://127.0.0.1:9", f"{buffer}/away")
    plain, memory, disk = (tuple(map(median, zip(*costs[name], strict=True))) for name in costs)
    text, chat, logprobs = _ran(TOKEN_COST, str(TOKENS), str(REPEATS))
    us = 1e6
    figures = [
        Figure("a span with 12 attributes, over plain OpenTelemetry", (memory[0] - plain[0]) * us, "us", 5, "less", f"in its own thread: {memory[0] * us:.1f} us, {memory[0] / plain[0]:.2f} times the plain {plain[0] * us:.1f} us"),
        Figure("the same until it is sent, all threads", (memory[1] - plain[1]) * us, "us", 5, "less", f"{memory[1] * us:.1f} us, {memory[1] / plain[1]:.2f} times the plain {plain[1] * us:.1f} us"),
        Figure("the same with a buffer on disk", (disk[1] - plain[1]) * us, "us", 5, "less", f"{disk[1] * us:.1f} us, {disk[1] / plain[1]:.2f} times; in its own thread {(disk[0] - plain[0]) * us:+.1f} us"),
        Figure("a token of a stream of strings", text[0] * us, "us", 2, "less", f"over {text[1] * us:.2f} us without"),
        Figure("a token of a stream of OpenAI chunks", chat[0] * us, "us", 2, "less", f"over {chat[1] * us:.2f} us without"),
        Figure("the same with logprobs and five alternatives", logprobs[0] * us, "us", note="entropy and perplexity"),
        Figure("memory of a process with the probe", resident / 2**20, "MiB", 60, "less", "all signals, host metrics, buffer; 12,000 spans sent"),
        Figure("the same while the server is away", away / 2**20, "MiB", 60, "less", "12,000 spans on disk"),
    ]  # fmt: skip
    return figures, {"costs_s": costs}


def _ran(program: str, *arguments: str) -> Any:
    """What a program writes, as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "NO_PROXY": "*"}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


@contextmanager
def _sink() -> Iterator[str]:
    """The address of a server, in a process of its own, that takes everything and keeps nothing."""
    process = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
