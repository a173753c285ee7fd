"""The route answers as the specification says: what is stored, what never can be, what is to be sent again."""

import asyncio
from collections.abc import Mapping

import cramjam
import httpx
import pytest

from doubles.house import House, MakeHouse
from watchglass.errors import Unauthorized
from watchglass.ingest.remote_write.messages import WRITE_REQUEST
from watchglass.model.records import Signal

HEADERS = {"content-type": "application/x-protobuf", "content-encoding": "snappy", "x-prometheus-remote-write-version": "0.1.0"}


def body(name: str = "a", value: float = 1.0) -> bytes:
    """A request of one sample."""
    request = WRITE_REQUEST()
    series = request.timeseries.add()
    series.labels.add(name="__name__", value=name)
    series.labels.add(name="job", value="vllm")
    series.samples.add(value=value, timestamp=1_700_000_000_000)
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))


def post(house: House, content: bytes, headers: Mapping[str, str] = HEADERS, method: str = "POST") -> httpx.Response:
    """Send one request."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(house.ingest.remote_write)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, "/api/v1/write", content=content, headers=dict(headers))

    return asyncio.run(send())


def test_what_is_written_is_stored_once(house: House) -> None:
    """Before the answer, which tells how much it was; the same again changes nothing."""
    for _ in range(2):
        answer = post(house, body())
        assert answer.status_code == 204
        assert answer.headers["x-prometheus-remote-write-samples-written"] == "1"
    (row,) = house.rows(Signal.METRICS)
    assert (row["metric_name"], row["value"], row["service_name"]) == ("a", 1.0, "vllm")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"\xff\xff", HEADERS, 400),
        (bytes(cramjam.snappy.compress_raw(b"\xff\xff")), HEADERS, 400),
        (body(), {**HEADERS, "content-type": "application/json"}, 415),
        (body(), {**HEADERS, "content-type": "application/x-protobuf;proto=other"}, 415),
        (body(), {**HEADERS, "content-encoding": "zstd"}, 415),
        (bytes(cramjam.snappy.compress_raw(bytes(2_000))), HEADERS, 413),
        (bytes(2_000), HEADERS, 413),
    ],
)
def test_what_never_can_be_stored_is_a_4xx(make_house: MakeHouse, content: bytes, headers: dict[str, str], status: int) -> None:
    """A sender drops it and goes on."""
    house = make_house(ingest_max_request_bytes=1024)
    assert post(house, content, headers).status_code == status
    assert house.rows(Signal.METRICS) == []


def test_what_cannot_be_stored_now_is_a_5xx(house: House) -> None:
    """A sender keeps it; 429 would be dropped by one that was not told to retry it."""
    with house.ingest.waiting.hold() as held:
        held.grow(house.settings.ingest_max_waiting_bytes)
        answer = post(house, body())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    house.ingest.stop(timeout_s=20)
    assert post(house, body()).status_code == 503


def test_who_may_not_come_in_is_refused(make_house: MakeHouse) -> None:
    """The same doors as OTLP's; other methods are not understood."""

    def refuse(headers: Mapping[str, str], client: str) -> str:
        raise Unauthorized("an API key is needed")

    assert post(make_house(admit=refuse), body()).status_code == 401
    assert post(make_house(), b"", method="GET").status_code == 405
