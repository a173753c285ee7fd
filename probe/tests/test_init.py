"""`init` in a whole process: what arrives, what is joined, what is turned on, and how it ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stand_ins.received import attributes, log_records, metrics, points, resources, spans
from stand_ins.running import ran_well
from stand_ins.server import Said, StandInServer, running_stand_in

ALL_SIGNALS = """
import logging, sys
import watchglass_probe
from opentelemetry import metrics, trace
probe = watchglass_probe.init(service="shop", endpoint=sys.argv[1], key="wg_key", release="1.2", environment="test", instrument=False)
assert watchglass_probe.init(service="other", endpoint="http://other") is probe
with trace.get_tracer("t").start_as_current_span("work") as span:
    logging.getLogger("shop").warning("low on %s", "tea", extra={"left": 3, "list": [1]})
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("shop").exception("broken")
metrics.get_meter("m").create_counter("sold").add(5)
assert watchglass_probe.feedback(span.get_span_context().trace_id, "helpful", True, "so helpful")
"""


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with running_stand_in() as running:
        yield running


def test_one_line_sends_all_signals_by_the_end_of_the_process(server: StandInServer) -> None:
    """Spans, log records tied to them, metrics, feedback; with the resource and the key; nothing waits for a flush."""
    ran_well(ALL_SIGNALS, server.address)
    (span,) = spans(server)
    assert span.name == "work"
    (resource,) = resources(server)
    said = {"service.name": "shop", "service.version": "1.2", "deployment.environment.name": "test"}
    assert said.items() <= resource.items()
    low, broken = log_records(server)
    assert low.body.string_value == "low on tea" and low.severity_text == "WARN"
    assert low.trace_id == span.trace_id and low.span_id == span.span_id
    assert {"left": 3, "list": "[1]", "code.function.name": "<module>"}.items() <= attributes(low.attributes).items()
    assert attributes(broken.attributes)["exception.type"] == "ZeroDivisionError"
    assert "1 / 0" in attributes(broken.attributes)["exception.stacktrace"] or broken.severity_text == "ERROR"
    assert [point.as_int for point in points(metrics(server)["sold"])] == [5]
    (score,) = server.bodies("/api/v1/scores")
    assert span.trace_id.hex().encode() in score
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer wg_key"}


def test_variables_of_opentelemetry_hold_where_nothing_is_given(server: StandInServer) -> None:
    """Endpoint, headers, name, resource, compression, signals that are off."""
    program = """
import logging
import watchglass_probe
from opentelemetry import trace
watchglass_probe.init(instrument=False)
with trace.get_tracer("t").start_as_current_span("work", attributes={"text": "x" * 5000}):
    logging.warning("not sent")
"""
    ran_well(
        program, OTEL_EXPORTER_OTLP_ENDPOINT=server.address, OTEL_EXPORTER_OTLP_HEADERS="x-watchglass-project=tea%20room",
        OTEL_SERVICE_NAME="named", OTEL_RESOURCE_ATTRIBUTES="team=leaves", OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
        OTEL_LOGS_EXPORTER="none",
    )  # fmt: skip
    (request,) = [request for request in server.requests if request.path == "/v1/traces"]
    assert request.headers["x-watchglass-project"] == "tea room"
    assert request.headers["content-encoding"] == "gzip" and len(request.body) < 2000
    assert not server.bodies("/v1/logs")
    assert server.bodies("/v1/metrics")


def test_a_disabled_sdk_sends_nothing(server: StandInServer) -> None:
    """OTEL_SDK_DISABLED; and feedback says that it was not accepted."""
    program = """
import sys, watchglass_probe
assert watchglass_probe.init(endpoint=sys.argv[1]) is None
assert watchglass_probe.feedback("1" * 32, "helpful", 1) is False
assert watchglass_probe.flush() is False
"""
    ran_well(program, server.address, OTEL_SDK_DISABLED="true")
    assert server.requests == []


def test_providers_of_the_application_are_joined(server: StandInServer) -> None:
    """They stay in place with their exporters, and what they make comes here too, with their own resource."""
    program = """
import sys, logging, watchglass_probe
from opentelemetry import _logs, metrics, trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
mine, theirs = InMemorySpanExporter(), TracerProvider(resource=Resource.create({"service.name": "theirs"}))
theirs.add_span_processor(SimpleSpanProcessor(mine))
trace.set_tracer_provider(theirs)
reader = InMemoryMetricReader()
meters = MeterProvider([reader]); metrics.set_meter_provider(meters)
loggers = LoggerProvider(); _logs.set_logger_provider(loggers)
watchglass_probe.init(service="probe", endpoint=sys.argv[1], instrument=False)
assert trace.get_tracer_provider() is theirs and metrics.get_meter_provider() is meters and _logs.get_logger_provider() is loggers
with trace.get_tracer("t").start_as_current_span("work"):
    logging.warning("logged")
metrics.get_meter("m").create_counter("sold").add(5)
assert [span.name for span in mine.get_finished_spans()] == ["work"]
assert "sold" in str(reader.get_metrics_data())
"""
    said = ran_well(program, server.address)
    assert [span.name for span in spans(server)] == ["work"]
    assert resources(server)[0]["service.name"] == "theirs"
    assert "sold" in metrics(server)
    assert [record.body.string_value for record in log_records(server)] == ["logged"]
    assert "Override" not in said and "multiple times" not in said


@pytest.mark.parametrize(
    ("setup", "expected"),
    [
        ("", "low\n"),
        ('logging.basicConfig(format="basic %(message)s")', "basic low\n"),
        ('logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.StreamHandler"}}, "root": {"handlers": ["h"]}})', "low\n"),
    ],
)  # fmt: skip
def test_the_log_on_the_terminal_is_what_it_was(server: StandInServer, setup: str, expected: str) -> None:
    """However the application sets its logging up, before or after: the same lines, and each is sent once."""
    for order in (f"INIT\n{setup}", f"{setup}\nINIT"):
        server.requests.clear()
        program = order.replace("INIT", 'watchglass_probe.init(endpoint=sys.argv[1], instrument=False)')
        said = ran_well(f'import logging, logging.config, sys, watchglass_probe\n{program}\nlogging.getLogger("shop").warning("low")', server.address)
        assert said == expected
        assert [record.body.string_value for record in log_records(server)] == ["low"]


def test_it_can_be_ended_and_begun_again(server: StandInServer) -> None:
    """`shutdown` sends what is left; a later `init` sends what comes after."""
    program = """
import sys, watchglass_probe
from opentelemetry import trace
for name in ("first", "second"):
    watchglass_probe.init(endpoint=sys.argv[1], instrument=False)
    trace.get_tracer("t").start_span(name).end()
    watchglass_probe.shutdown()
    trace.get_tracer("t").start_span("between").end()
"""
    ran_well(program, server.address)
    assert [span.name for span in spans(server)] == ["first", "second"]


def test_a_server_that_is_away_keeps_no_process_alive(tmp_path: Path) -> None:
    """And with a buffer what was recorded is sent by the next process, in order, behind what it finds."""
    with running_stand_in() as gone:
        address = gone.address
    program = """
import sys, watchglass_probe
from opentelemetry import trace
watchglass_probe.init(service="edge", endpoint=sys.argv[1], buffer=sys.argv[2], instrument=False)
trace.get_tracer("t").start_span(sys.argv[3]).end()
watchglass_probe.feedback("1" * 32, sys.argv[3], 1)
if sys.argv[4:]:
    assert watchglass_probe.flush()
"""
    for name in ("one", "two", "three"):
        ran_well(program, address, str(tmp_path / "buffer"), name)
    with running_stand_in() as server:
        ran_well(program, server.address, str(tmp_path / "buffer"), "four", "flush")
        assert [span.name for span in spans(server)] == ["one", "two", "three", "four"]
        assert len(server.bodies("/api/v1/scores")) == 4
        assert sum("buffer.size" in name for name in metrics(server)) == 1
    assert not list((tmp_path / "buffer").rglob("*.segment"))


def test_a_forked_child_sends_for_itself(server: StandInServer, tmp_path: Path) -> None:
    """With a slot and a thread of its own; parent and child send each thing once."""
    program = """
import os, sys, watchglass_probe
from opentelemetry import trace
watchglass_probe.init(endpoint=sys.argv[1], buffer=sys.argv[2], instrument=False)
child = os.fork()
trace.get_tracer("t").start_span("child" if child == 0 else "parent").end()
assert watchglass_probe.flush()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    ran_well(program, server.address, str(tmp_path / "buffer"))
    assert sorted(span.name for span in spans(server)) == ["child", "parent"]
    assert (tmp_path / "buffer" / "001").is_dir()


def test_drops_are_told_as_a_metric_and_a_log_line(tmp_path: Path) -> None:
    """How many, of what and why, once the server is back."""
    program = """
import sys, watchglass_probe
from opentelemetry import trace
watchglass_probe.init(endpoint=sys.argv[1], buffer=sys.argv[2], buffer_max_bytes=2**20, instrument=False, host=False)
for number in range(40):
    trace.get_tracer("t").start_span(str(number), attributes={"text": "x" * 50_000}).end()
    watchglass_probe.flush(0)
print("full", flush=True)
sys.stdin.readline()
assert watchglass_probe.flush(30)
assert watchglass_probe.flush(30)
"""
    away = [True]
    with running_stand_in() as server:
        server.answer = lambda _: Said(503) if away[0] else Said()
        process = subprocess.Popen(
            [sys.executable, "-c", program, server.address, str(tmp_path / "buffer")], env=os.environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "full\n"
        away[0] = False
        _, said = process.communicate("go\n", timeout=60)
        assert process.returncode == 0, said
        names = [int(span.name) for span in spans(server)]
        assert names == list(range(40 - len(names), 40)) and len(names) >= 15
        lost = {
            (attributes(point.attributes)["watchglass.signal"], attributes(point.attributes)["watchglass.reason"]): point.as_int
            for point in points(metrics(server)["watchglass.probe.dropped"])
        }
        assert lost["traces", "buffer_full"] == 40 - len(names)
        assert "telemetry was dropped" in said
        assert any("telemetry was dropped" in record.body.string_value for record in log_records(server))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ('endpoint="localhost:4318"', "endpoint"), ('endpoint="ftp://host"', "endpoint"), ('key="a\\nb"', "key"), ('key=""', "key"),
        ("buffer_max_bytes=10", "buffer_max_bytes"), ("buffer_max_age_s=0", "buffer_max_age_s"),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_used_is_named(arguments: str, field: str) -> None:
    """Before anything is set up."""
    program = f"""
import watchglass_probe
from opentelemetry import trace
before = trace.get_tracer_provider()
try:
    watchglass_probe.init({arguments})
except watchglass_probe.InvalidInput as error:
    assert trace.get_tracer_provider() is before
    print(error.field)
"""
    assert ran_well(program).strip() == field
