"""The probe against a running Watchglass, with the real clients of OpenAI and Anthropic against the bundled stub."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.server_process import ServerProcess, read_store, running_server
from watchglass.demo.stub.faults import Timing
from watchglass.demo.stub.server import running_stub

from stand_ins.running import ran_well

pytestmark = pytest.mark.real

CLIENTS = """
import asyncio, sys
import anthropic, openai, watchglass_probe
from opentelemetry import trace
probe = watchglass_probe.init(service="real", endpoint=sys.argv[1], host=True, logs=True)
stub = sys.argv[2]
asked = [{"role": "user", "content": "How do I wash a down jacket?"}]
with trace.get_tracer("app").start_as_current_span("turn") as turn:
    client = openai.OpenAI(api_key="demo-key", base_url=f"{stub}/v1")
    stream = watchglass_probe.watch_stream(
        lambda: client.chat.completions.create(
            model="gpt-4o-mini", messages=asked, stream=True, stream_options={"include_usage": True}
        ),
        name="openai stream", stall_s=0.001,
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    claude = anthropic.Anthropic(api_key="demo-key", base_url=stub)
    events = watchglass_probe.watch_stream(
        lambda: claude.messages.create(model="claude-sonnet-4-5", max_tokens=200, messages=asked, stream=True),
        name="anthropic stream",
    )
    for event in events:
        pass
    async def asynchronously():
        client = openai.AsyncOpenAI(api_key="demo-key", base_url=f"{stub}/v1")
        request = client.chat.completions.create(model="gpt-4o-mini", messages=asked, stream=True)
        return [chunk async for chunk in watchglass_probe.watch_stream(request, name="async stream")]
    assert asyncio.run(asynchronously())
assert text
assert watchglass_probe.feedback(turn.get_span_context().trace_id, "helpful", True, "dry at last")
assert watchglass_probe.flush(20)
"""


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    with running_stub(timing=Timing(scale=0.02)) as address:
        yield address


def address(server: ServerProcess) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_real_clients_are_seen_with_one_line(tmp_path: Path, stub: str) -> None:
    """Their calls by the instrumentations that were found, their streams by the wrapper, the machine by psutil."""
    with running_server(tmp_path / "data") as server:
        ran_well(CLIENTS, address(server), stub, ANTHROPIC_LOG="warn")
        server.stop()
        calls, streams, metrics, scores = read_store(
            tmp_path / "data",
            "SELECT name, provider_name, input_tokens, output_tokens FROM watchglass.spans WHERE is_model_call ORDER BY start_time",
            "SELECT name, time_to_first_token_ns, attributes_int['watchglass.stream.tokens'] AS tokens, "
            "attributes_double['watchglass.stream.token_rate'] AS rate, attributes['watchglass.stream.end'] AS end "
            "FROM watchglass.spans WHERE name LIKE '% stream' ORDER BY start_time",
            "SELECT DISTINCT metric_name FROM watchglass.metric_points",
            "SELECT name, value, comment, source FROM watchglass.scores "
            "WHERE trace_id IN (SELECT trace_id FROM watchglass.spans WHERE name = 'turn')",
        )
    assert [call["provider_name"] for call in calls] == ["openai", "anthropic", "openai"]
    assert [stream["name"] for stream in streams] == ["openai stream", "anthropic stream", "async stream"]
    for stream, call in zip(streams, calls, strict=True):
        assert stream["end"] == "complete" and stream["time_to_first_token_ns"] > 0 and stream["rate"] > 0
        assert stream["tokens"] == call["output_tokens"] or stream["name"] == "async stream"
    assert scores == [{"name": "helpful", "value": 1.0, "comment": "dry at last", "source": "feedback"}]
    names = {row["metric_name"] for row in metrics}
    assert {"watchglass.stream.inter_token_gap", "watchglass.stream.time_to_first_token", "system.memory.usage"} <= names


EDGE = """
import sys, watchglass_probe
from opentelemetry import trace
probe = watchglass_probe.init(service="edge", endpoint=sys.argv[1], buffer=sys.argv[2], instrument=False, host=False)
if sys.argv[3:]:
    assert watchglass_probe.flush(30)
    sys.exit()
number = 0
while True:
    for _ in range(20):
        number += 1
        trace.get_tracer("t").start_span(f"span-{number:05d}").end()
    probe.hand_in()
    print(number, flush=True)
"""


def test_kill_9_of_application_and_server_loses_no_span(tmp_path: Path) -> None:
    """The application is killed while the server is away, and the server, after it is back, while it is sent to."""
    data, buffer = tmp_path / "data", tmp_path / "buffer"
    with running_server(data) as server:
        at = address(server)
        server.kill()
        told = 0
        for _ in range(2):
            process = subprocess.Popen([sys.executable, "-c", EDGE, at, str(buffer)], stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(15)]
            process.kill()
            process.communicate()
            told += int(lines[-1])
        server.start()
        sending = subprocess.Popen([sys.executable, "-c", EDGE, at, str(buffer), "send"])
        server.kill()
        server.start()
        assert sending.wait(60) == 0
        server.stop()
    ((found,),) = read_store(data, "SELECT count() AS spans, uniqExact(span_id) AS distinct FROM watchglass.spans WHERE service_name = 'edge'")
    assert int(found["spans"]) == int(found["distinct"]) >= told == 600
