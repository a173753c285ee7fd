"""Trace exports that differ from each other by number, and clients that send them until they are answered."""

import http.client
import os
import random
import threading
import time
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

HEADERS = {"content-type": "application/x-protobuf"}


def trace_id(number: int) -> str:
    """The trace id of all spans of export `number`, as it is stored."""
    return number.to_bytes(16, "big").hex()


def span_count(number: int) -> int:
    """How many spans export `number` has."""
    return 1 + number % 23


def export(number: int, text_bytes: int = 100, count: int | None = None) -> bytes:
    """Serialise export `number` (from 1 on): each span carries `text_bytes` bytes that do not compress."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "sender"
    scope = resource.scope_spans.add()
    start_ns = time.time_ns()
    text = os.urandom(text_bytes // 2).hex()
    for position in range(span_count(number) if count is None else count):
        span = scope.spans.add(
            trace_id=number.to_bytes(16, "big"),
            span_id=(position + 1).to_bytes(8, "big"),
            name="chat",
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + 5_000_000,
        )
        span.attributes.add(key="gen_ai.input.messages").value.string_value = text
    return request.SerializeToString()


def post(port: int, body: bytes, timeout_s: float = 60.0, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send one export on a connection of its own; return status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("POST", "/v1/traces", body, {**HEADERS, **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@dataclass
class Sender:
    """A client that sends export after export, each until it is answered, and some again after that.

    Attributes:
        first: Number of its first export; it counts on in steps of `step`.
        answered: Exports that were answered with 200.
        failures: Sends that got no answer.
    """

    port: int
    first: int
    step: int
    stopping: threading.Event
    answered: list[int] = field(default_factory=list)
    failures: int = 0
    statuses: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Send until told to stop; what was begun is sent until it is answered."""
        chance = random.Random(self.first)
        number = self.first
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        kept: list[bytes] = []
        while not self.stopping.is_set():
            body = export(number)
            connection = self._send_until_answered(connection, body)
            self.answered.append(number)
            kept.append(body)
            if chance.random() < 0.1:  # the answer was lost on its way: the client sends it again
                connection = self._send_until_answered(connection, chance.choice(kept[-20:]))
            number += self.step
        connection.close()

    def _send_until_answered(
        self, connection: http.client.HTTPConnection, body: bytes
    ) -> http.client.HTTPConnection:
        deadline_s = time.monotonic() + 60
        while time.monotonic() < deadline_s:
            try:
                connection.request("POST", "/v1/traces", body, HEADERS)
                answer = connection.getresponse()
                answer.read()
                self.statuses.add(answer.status)
                if answer.status == 200:
                    return connection
            except (OSError, http.client.HTTPException):
                self.failures += 1
                connection.close()
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            time.sleep(0.05)
        raise TimeoutError("an export was not answered within 60 s")


class Senders:
    """Several senders at once, each on a thread of its own."""

    def __init__(self, port: int, count: int) -> None:
        """Begin to send."""
        self._stopping = threading.Event()
        self.senders = [Sender(port, first, count, self._stopping) for first in range(1, count + 1)]
        self._threads = [threading.Thread(target=sender.run, daemon=True) for sender in self.senders]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait until every export that was begun is answered."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(70)
            assert not thread.is_alive()

    @property
    def answered(self) -> set[int]:
        """Numbers of the exports that were answered with 200."""
        return {number for sender in self.senders for number in sender.answered}
