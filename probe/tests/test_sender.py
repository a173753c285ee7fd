"""What is sent, how often, in which order, and what each answer of a server means."""

import gzip
import logging
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from stand_ins.exports import SetClock
from stand_ins.server import Request, Said, StandInServer, running_stand_in
from watchglass_probe.clock import SystemClock
from watchglass_probe.delivery import sender
from watchglass_probe.delivery.answer import Answer, Outcome
from watchglass_probe.delivery.delivery import Delivery
from watchglass_probe.delivery.export import Kind
from watchglass_probe.delivery.losses import Reason
from watchglass_probe.delivery.memory_queue import MemoryQueue
from watchglass_probe.delivery.post import Poster, Target
from watchglass_probe.delivery.queue import Bounds

TRACES, SCORES = "/v1/traces", "/api/v1/scores"


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with running_stand_in() as running:
        yield running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "SHORTEST_PAUSE_S", 0.01)


def delivery_to(address: str, *, is_gzipped: bool = False, **target: object) -> Delivery:
    """A delivery by way of memory."""
    targets = {
        kind: Target(f"{address}{path}", **target)  # type: ignore[arg-type]
        for kind, path in {Kind.TRACES: TRACES, Kind.SCORES: SCORES}.items()
    }
    clock = SystemClock()
    return Delivery(
        lambda losses: [MemoryQueue(Bounds(10**6, 3600), losses, clock)], Poster(targets), clock, is_gzipped=is_gzipped
    )


def test_bodies_arrive_in_order_with_their_headers(server: StandInServer) -> None:
    """As they were handed in; the key is in the header."""
    delivery = delivery_to(server.address, headers={"authorization": "Bearer wg_key"})
    for number in range(20):
        assert delivery.accept(Kind.TRACES, 1, b"%d" % number)
    assert delivery.accept(Kind.SCORES, 1, b"{}")
    assert delivery.flush(5)
    delivery.stop(5)
    assert server.bodies(TRACES) == [b"%d" % number for number in range(20)]
    assert server.requests[0].headers["content-type"] == "application/x-protobuf"
    assert server.requests[-1].path == SCORES and server.requests[-1].headers["content-type"] == "application/json"
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer wg_key"}


def test_larger_bodies_are_compressed_where_asked(server: StandInServer) -> None:
    """And small ones are not."""
    delivery = delivery_to(server.address, is_gzipped=True)
    delivery.accept(Kind.TRACES, 1, b"a" * 5000)
    delivery.accept(Kind.TRACES, 1, b"b" * 10)
    assert delivery.flush(5)
    delivery.stop(5)
    first, second = server.requests
    assert first.headers["content-encoding"] == "gzip" and gzip.decompress(first.body) == b"a" * 5000
    assert "content-encoding" not in second.headers and second.body == b"b" * 10


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 502, 503, 504])
def test_an_export_is_sent_again_until_it_is_taken(server: StandInServer, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """And those behind it wait, so that order is kept; an outage is said once, and its end."""
    left = [3]

    def answer(request: Request) -> Said:
        left[0] -= 1
        return Said(status) if left[0] >= 0 else Said()

    server.answer = answer
    with caplog.at_level(logging.INFO, "watchglass_probe"):
        delivery = delivery_to(server.address)
        delivery.accept(Kind.TRACES, 1, b"1")
        delivery.accept(Kind.TRACES, 1, b"2")
        assert delivery.flush(5)
        delivery.stop(5)
    assert server.bodies(TRACES) == [b"1", b"2"]
    assert delivery.losses.counts() == {}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_export_that_is_refused_is_dropped_and_counted(server: StandInServer, status: int) -> None:
    """Those behind it do not wait for it."""
    server.answer = lambda request: Said(status, b"why") if request.body == b"bad" else Said()
    delivery = delivery_to(server.address)
    delivery.accept(Kind.TRACES, 7, b"bad")
    delivery.accept(Kind.TRACES, 1, b"good")
    assert delivery.flush(5)
    delivery.stop(5)
    assert server.bodies(TRACES) == [b"good"]
    assert delivery.losses.counts() == {(Kind.TRACES, Reason.REFUSED): 7}


def test_an_export_over_which_the_server_fails_is_given_up(server: StandInServer) -> None:
    """After some tries, so that one poisoned export does not stop all others."""
    tries = []

    def answer(request: Request) -> Said:
        tries.append(request.body)
        return Said(500) if request.body == b"poison" else Said()

    server.answer = answer
    delivery = delivery_to(server.address)
    delivery.accept(Kind.TRACES, 2, b"poison")
    delivery.accept(Kind.TRACES, 1, b"good")
    assert delivery.flush(10)
    delivery.stop(5)
    assert tries == [b"poison"] * sender.MAX_FAULTS + [b"good"]
    assert delivery.losses.counts() == {(Kind.TRACES, Reason.REFUSED): 2}


def test_the_pause_that_a_server_asks_for_is_kept(server: StandInServer) -> None:
    """In seconds, as Retry-After says."""
    times = []

    def answer(request: Request) -> Said:
        times.append(SystemClock().monotonic_s())
        return Said(429, headers={"retry-after": "1"}) if len(times) == 1 else Said()

    server.answer = answer
    delivery = delivery_to(server.address)
    delivery.accept(Kind.TRACES, 1, b"1")
    assert delivery.flush(5)
    delivery.stop(5)
    assert times[1] - times[0] >= 0.99


def test_items_that_were_not_taken_of_an_export_are_counted(server: StandInServer) -> None:
    """As OTLP's partial success says."""
    partial = ExportTraceServiceResponse(partial_success=ExportTracePartialSuccess(rejected_spans=3)).SerializeToString()
    server.answer = lambda _: Said(200, partial)
    delivery = delivery_to(server.address)
    delivery.accept(Kind.TRACES, 5, b"1")
    assert delivery.flush(5)
    delivery.stop(5)
    assert delivery.losses.counts() == {(Kind.TRACES, Reason.REFUSED): 3}


def test_the_end_does_not_wait_for_a_server_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """What memory held is lost, and that is said."""
    with running_stand_in() as gone:
        address = gone.address
    delivery = delivery_to(address)
    delivery.accept(Kind.TRACES, 4, b"1")
    assert not delivery.flush(0.1)
    before_s = SystemClock().monotonic_s()
    delivery.stop(5)
    assert SystemClock().monotonic_s() - before_s < 2
    assert "telemetry was dropped: 4 of traces (process_ended)" in caplog.text


def test_a_redirect_is_not_followed(server: StandInServer) -> None:
    """It would carry the key to whoever it names."""
    with running_stand_in() as other:
        server.answer = lambda _: Said(307, headers={"location": f"{other.address}/v1/traces"})
        delivery = delivery_to(server.address, headers={"authorization": "Bearer wg_key"})
        delivery.accept(Kind.TRACES, 1, b"1")
        assert not delivery.flush(0.3)
        delivery.stop(1)
        assert other.requests == []


def test_pauses_grow_to_a_bound_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubled each time, drawn from the upper half."""
    monkeypatch.setattr(sender, "SHORTEST_PAUSE_S", 0.5)
    for tries, longest_s in ((1, 0.5), (2, 1), (3, 2), (6, 16), (7, 30), (5000, 30)):
        drawn = {sender.pause_s(tries) for _ in range(20)}
        assert len(drawn) > 1 and all(longest_s / 2 <= pause_s <= longest_s for pause_s in drawn)


def test_the_thread_outlives_a_failure_of_its_own(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What waits is tried again."""
    monkeypatch.setattr(sender, "LONGEST_PAUSE_S", 0.01)
    posted = threading.Event()
    calls = []

    def post(export: object) -> object:
        calls.append(export)
        if len(calls) == 1:
            raise RuntimeError("a bug")
        posted.set()
        return Answer(Outcome.SENT)

    clock = SetClock()
    delivery = Delivery(lambda losses: [MemoryQueue(Bounds(10**6, 3600), losses, clock)], post, clock, is_gzipped=False)  # type: ignore[arg-type]
    delivery.accept(Kind.TRACES, 1, b"1")
    assert posted.wait(5)
    delivery.stop(5)
    assert "a bug" in caplog.text and len(calls) == 2


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_server_is_believed_by_its_certificate(tmp_path: Path) -> None:
    """One that the given file vouches for is sent to, another is not."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with running_stand_in(context) as server:
        believing = delivery_to(server.address, ca_file=str(certificate))
        believing.accept(Kind.TRACES, 1, b"1")
        assert believing.flush(5)
        believing.stop(1)
        doubting = delivery_to(server.address)
        doubting.accept(Kind.TRACES, 1, b"2")
        assert not doubting.flush(0.3)
        doubting.stop(1)
        assert server.bodies(TRACES) == [b"1"]
