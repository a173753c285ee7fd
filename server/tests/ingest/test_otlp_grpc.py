"""OTLP over gRPC as the protocol says: codes, retry hints, compression, limits, and rows behind every OK."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint

from doubles.failing_engine import NO_SPACE, FailingEngine
from doubles.house import House, MakeHouse
from doubles.otlp import log_request, metric_request
from doubles.spans import trace_request
from watchglass.errors import Forbidden, InvalidInput, Unauthorized
from watchglass.ingest.otlp_grpc import client_address, encoding_of
from watchglass.model.records import Signal
from watchglass.store.engine import Engine

STUBS: dict[Signal, Callable[[grpc.aio.Channel], Any]] = {
    Signal.TRACES: TraceServiceStub,
    Signal.LOGS: LogsServiceStub,
    Signal.METRICS: MetricsServiceStub,
}
REQUESTS: dict[Signal, Message] = {
    Signal.TRACES: trace_request([{}, {}]),
    Signal.LOGS: log_request([{"body": "a"}, {"body": "b"}]),
    Signal.METRICS: metric_request([Metric(name="m", gauge=Gauge(data_points=[NumberDataPoint(as_int=n) for n in (1, 2)]))]),
}
EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


def call(house: House, work: Callable[[grpc.aio.Channel], Awaitable[Any]], **options: Any) -> Any:
    """Start the services on a free port, run `work` with a channel to them, and stop them."""

    async def run() -> Any:
        port = await house.ingest.grpc.start("127.0.0.1", 0)
        try:
            async with grpc.aio.insecure_channel(
                f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)], **options
            ) as channel:
                return await work(channel)
        finally:
            await house.ingest.grpc.stop(grace_s=5)

    return asyncio.run(run())


def export(house: House, signal: Signal, request: Message, **options: Any) -> Any:
    """Send one request by the generated client and return its answer."""
    return call(house, lambda channel: STUBS[signal](channel).Export(request, **options))


def refusal(house: House, signal: Signal, request: Message, **options: Any) -> tuple[grpc.StatusCode, Status]:
    """Send one request that is refused; return the code and the status in the trailers."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        export(house, signal, request, **options)
    error = caught.value
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    status = Status.FromString(details)
    if details:
        assert (status.code, status.message) == (error.code().value[0], error.details())
    return error.code(), status


def retry_delay_s(status: Status) -> int | None:
    """Seconds of the RetryInfo in a status; None when it has none."""
    info = RetryInfo()
    return info.retry_delay.seconds if any(detail.Unpack(info) for detail in status.details) else None


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_exports_are_stored(house: House, signal: Signal, compression: grpc.Compression) -> None:
    """The generated clients of all three services get an empty answer, and their rows are in the table."""
    answer = export(house, signal, REQUESTS[signal], compression=compression)
    assert answer.ByteSize() == 0
    assert house.count(signal) == 2
    assert house.ingest.waiting.held_bytes == 0
    assert house.counted("watchglass_ingest_requests_total", signal=signal.value, protocol="grpc", status="OK") == 1


@pytest.mark.parametrize("signal", list(Signal))
def test_empty_request_is_accepted(house: House, signal: Signal) -> None:
    """A message without content is a valid request."""
    assert export(house, signal, type(REQUESTS[signal])()).ByteSize() == 0


def test_resend_over_the_other_protocol_is_stored_once(house: House) -> None:
    """What came over HTTP and comes again over gRPC is the same export."""
    house.post(Signal.LOGS, REQUESTS[Signal.LOGS].SerializeToString())
    export(house, Signal.LOGS, REQUESTS[Signal.LOGS])
    assert house.count(Signal.LOGS) == 2


def test_partial_success_counts_what_was_refused(house: House) -> None:
    """Spans without usable ids are refused and counted, the others stored."""
    answer = export(house, Signal.TRACES, trace_request([{}, {"trace_id": b""}, {"span_id": bytes(8)}]))
    assert answer.partial_success.rejected_spans == 2
    assert "trace_id" in answer.partial_success.error_message
    assert house.count(Signal.TRACES) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unauthorized("no key"), grpc.StatusCode.UNAUTHENTICATED),
        (Forbidden("wrong scope"), grpc.StatusCode.PERMISSION_DENIED),
        (InvalidInput("x-watchglass-project", "unknown"), grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_doors_decide(make_house: MakeHouse, error: Exception, code: grpc.StatusCode) -> None:
    """The doors see metadata and the client's address; what they refuse is answered with their reason."""
    seen: list[tuple[str | None, str]] = []

    def admit(headers: Mapping[str, str], client: str) -> str:
        seen.append((headers.get("authorization"), client))
        raise error

    house = make_house(admit=admit)
    metadata = (("authorization", "Bearer wg_x"), ("some-bin", b"\x00"))
    found, status = refusal(house, Signal.TRACES, REQUESTS[Signal.TRACES], metadata=metadata)
    assert (found, status.message, retry_delay_s(status)) == (code, str(error), None)
    assert seen == [("Bearer wg_x", "127.0.0.1")]
    assert house.count(Signal.TRACES) == 0


def test_project_comes_from_the_door(house: House) -> None:
    """Rows belong to the project that the door named."""
    export(house, Signal.LOGS, REQUESTS[Signal.LOGS], metadata=(("x-watchglass-project", "shop"),))
    assert {row["project_id"] for row in house.rows(Signal.LOGS)} == {"shop"}


@pytest.mark.parametrize("body", [b"\xff\xff", b"\x0a\xff", b"\x1f\x8bnot gzip", zlib.compress(b"\x0a\x00" * 99)[:-5]])
def test_unreadable_request_is_an_invalid_argument(house: House, body: bytes) -> None:
    """Bytes that are no request can never succeed: INVALID_ARGUMENT without a retry hint."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        call(house, lambda channel: channel.unary_unary(EXPORT)(body))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details().startswith("body")
    assert house.ingest.waiting.held_bytes == 0


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_over_the_limit_is_exhausted_for_ever(make_house: MakeHouse, compression: grpc.Compression) -> None:
    """A message over the limit, as sent or decompressed, gets RESOURCE_EXHAUSTED without RetryInfo; a smaller one fits."""
    house = make_house(ingest_max_request_bytes=100_000)
    code, status = refusal(house, Signal.LOGS, log_request([{"body": "x" * 100_001}]), compression=compression)
    assert (code, retry_delay_s(status)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, None)
    export(house, Signal.LOGS, log_request([{"body": "x" * 99_000}]), compression=compression)
    assert house.count(Signal.LOGS) == 1


def test_full_house_says_when_to_come_back(make_house: MakeHouse) -> None:
    """While others hold all the memory there is, a request gets RESOURCE_EXHAUSTED with RetryInfo."""
    house = make_house(ingest_max_waiting_bytes=2**20)
    with house.ingest.waiting.hold() as others:
        others.grow(2**20)
        code, status = refusal(house, Signal.TRACES, REQUESTS[Signal.TRACES])
    assert (code, retry_delay_s(status)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, 1)
    export(house, Signal.TRACES, REQUESTS[Signal.TRACES])
    assert house.count(Signal.TRACES) == 2


def test_store_that_refuses_is_unavailable_until_it_recovers(make_house: MakeHouse, engine: Engine) -> None:
    """A full disk is UNAVAILABLE with RetryInfo; the same request succeeds when there is room again."""
    store = FailingEngine(engine)
    house = make_house(store=store)
    store.fails_with = NO_SPACE
    code, status = refusal(house, Signal.TRACES, REQUESTS[Signal.TRACES])
    assert code is grpc.StatusCode.UNAVAILABLE
    assert (retry_delay_s(status) or 0) >= 1
    assert house.counted("watchglass_ingest_requests_total", signal="spans", protocol="grpc", status="UNAVAILABLE") == 1
    store.fails_with = None
    export(house, Signal.TRACES, REQUESTS[Signal.TRACES])
    assert house.count(Signal.TRACES) == 2


def test_unknown_method_is_unimplemented(house: House) -> None:
    """Other services of the name space are not answered as if they were there."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        call(house, lambda channel: channel.unary_unary(EXPORT.replace("Logs", "Profiles"))(b""))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_request_that_never_comes_is_ended(make_house: MakeHouse) -> None:
    """A client that opens a call and sends nothing is answered after the time limit, and others are served meanwhile."""
    house = make_house(ingest_read_timeout_s=0.5)

    async def silent() -> AsyncIterator[bytes]:
        await asyncio.sleep(20)
        yield b""

    async def work(channel: grpc.aio.Channel) -> grpc.StatusCode:
        half_open = channel.stream_unary(EXPORT)(silent())
        await channel.unary_unary(EXPORT)(REQUESTS[Signal.LOGS].SerializeToString())
        assert not half_open.done()
        return await half_open.code()

    assert call(house, work) is grpc.StatusCode.DEADLINE_EXCEEDED
    assert house.count(Signal.LOGS) == 2
    assert house.counted("watchglass_ingest_rejected_requests_total", signal="logs", cause="slow_request") == 1


def test_call_without_a_message_is_refused(house: House) -> None:
    """A call that ends before its request has an argument that is missing."""

    async def nothing() -> AsyncIterator[bytes]:
        return
        yield b""

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        call(house, lambda channel: channel.stream_unary(EXPORT)(nothing()))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_hundred_clients_at_once(house: House) -> None:
    """A hundred channels export at once; every answered export is stored, once, and all memory is given back."""

    async def work(channel: grpc.aio.Channel) -> None:
        async def client(number: int) -> None:
            request = log_request([{"body": f"client {number} record {record}"} for record in range(20)])
            await LogsServiceStub(channel).Export(request)

        await asyncio.gather(*(client(number) for number in range(100)))

    call(house, work)
    assert house.engine.query("SELECT uniqExact(body) AS n FROM logs").column("n").to_pylist() == [2000]
    assert house.count(Signal.LOGS) == 2000
    assert house.ingest.waiting.held_bytes == 0


def test_stop_answers_what_is_under_way(make_house: MakeHouse, engine: Engine) -> None:
    """An export that waits for the store when the services stop is stored and answered, a later one is refused."""
    store = FailingEngine(engine)
    house = make_house(store=store)
    store.may_insert.clear()

    async def work(channel: grpc.aio.Channel) -> Message:
        under_way = asyncio.ensure_future(LogsServiceStub(channel).Export(REQUESTS[Signal.LOGS]))
        await asyncio.to_thread(store.is_inserting.wait, 10)
        stopping = asyncio.ensure_future(house.ingest.grpc.stop(grace_s=10))
        await asyncio.sleep(0.1)
        with pytest.raises(grpc.aio.AioRpcError):
            await LogsServiceStub(channel).Export(log_request([{"body": "late"}]), timeout=0.5)
        store.may_insert.set()
        answer: Message = await under_way
        await stopping
        return answer

    assert call(house, work).ByteSize() == 0
    assert [row["body"] for row in house.rows(Signal.LOGS, "body")] == ["a", "b"]


def test_taken_port_names_the_setting(house: House) -> None:
    """A port that another server has is an error that names the setting."""

    async def run() -> None:
        port = await house.ingest.grpc.start("127.0.0.1", 0)
        try:
            with pytest.raises(InvalidInput) as caught:
                await house.ingest.grpc.start("127.0.0.1", port)
            assert caught.value.field == "grpc_port"
        finally:
            await house.ingest.grpc.stop(grace_s=1)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("peer", "address"),
    [("ipv4:127.0.0.1:53412", "127.0.0.1"), ("ipv6:%5B::1%5D:53412", "::1"), ("unix:/tmp/x", ""), ("", "")],
)
def test_address_of_a_peer(peer: str, address: str) -> None:
    """gRPC's names of peers give their addresses."""
    assert client_address(peer) == address


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"", "identity"), (REQUESTS[Signal.LOGS].SerializeToString(), "identity"), (zlib.compress(b"x"), "deflate")],
)
def test_encoding_is_told_by_the_first_byte(body: bytes, encoding: str) -> None:
    """A request, plain or compressed, says by its first byte which it is."""
    assert encoding_of(body) == encoding
