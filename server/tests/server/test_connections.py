"""What a connection may do to the real process: everything that HTTP allows, and nothing for ever."""

import http.client
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.exports import HEADERS, export, post
from doubles.server_process import ServerProcess, read_store, running_server

READ_TIMEOUT_S = 1
HEAD_TIMEOUT_S = 10
MAX_HEAD_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that waits READ_TIMEOUT_S for a body."""
    with running_server(tmp_path_factory.mktemp("server"), ingest_read_timeout_s=READ_TIMEOUT_S) as started:
        yield started


def connected(server: ServerProcess) -> socket.socket:
    """A plain connection to the server."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def head(length: int, *more: str) -> bytes:
    """The head of an export of `length` bytes."""
    lines = ["POST /v1/traces HTTP/1.1", "host: localhost", f"content-length: {length}", *more]
    lines += [f"{name}: {value}" for name, value in HEADERS.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_all(connection: socket.socket) -> bytes:
    """Everything the server sends until it closes the connection."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def closed_after_s(connection: socket.socket) -> float:
    """Seconds until the server closes the connection."""
    started_s = time.monotonic()
    assert read_all(connection) == b""
    return time.monotonic() - started_s


@pytest.mark.slow
def test_connections_that_do_not_come_to_a_request_are_closed(server: ServerProcess) -> None:
    """One that sends nothing, one with half a head and one that sends a head byte by byte are closed in time."""
    silent, halted, dripping = connected(server), connected(server), connected(server)
    halted.sendall(head(10)[:40])
    for byte in head(10)[:60]:
        try:
            dripping.sendall(bytes([byte]))
        except OSError:
            break
        time.sleep(0.01)
    for connection in (silent, halted, dripping):
        assert closed_after_s(connection) < HEAD_TIMEOUT_S + 5
    assert post(server.port, export(1))[0] == 200


def test_body_that_does_not_come_is_refused(server: ServerProcess) -> None:
    """A body that stops half way, and one that drips, get 408 once the time is over, and the connection is closed."""
    body = export(2)
    halted, dripping = connected(server), connected(server)
    halted.sendall(head(len(body)) + body[:-1])
    dripping.sendall(head(len(body)))
    started_s = time.monotonic()
    try:
        while time.monotonic() - started_s < READ_TIMEOUT_S + 1:
            dripping.sendall(body[:1])
            time.sleep(0.05)
    except OSError:
        pass
    assert read_all(halted).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started_s < READ_TIMEOUT_S + 5
    dripping.close()


def test_client_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    """Requests cut off half way store nothing and hold nothing: the same exports sent whole are stored once."""
    with running_server(tmp_path) as server:
        body = export(3)
        for size in (0, 1, len(body) // 2, len(body) - 1):
            with connected(server) as connection:
                connection.sendall(head(len(body)) + body[:size])
        assert post(server.port, body)[0] == 200
        metrics = http.client.HTTPConnection("127.0.0.1", server.port)
        metrics.request("GET", "/metrics")
        assert b"watchglass_ingest_held_bytes 0.0" in metrics.getresponse().read()
        assert server.stop() == 0
    assert read_store(tmp_path, "SELECT count() AS n FROM spans") == [[{"n": 4}]]


@pytest.mark.parametrize("ends", [True, False])
def test_head_that_is_too_long_is_refused(server: ServerProcess, ends: bool) -> None:
    """A head over the limit, finished or not, is answered with 400 or cut off, without more of it being taken."""
    with connected(server) as connection:
        line = b"x-filler: " + b"a" * 1000 + b"\r\n"
        try:
            connection.sendall(head(0)[:-2] + line * (8 * MAX_HEAD_BYTES // len(line)) + (b"\r\n" if ends else b""))
        except OSError:
            return
        received = read_all(connection)
        assert received == b"" or received.startswith(b"HTTP/1.1 400 ")


def test_pipelined_requests_are_answered_in_order(server: ServerProcess) -> None:
    """Several requests sent at once on one connection are all answered, in order, and the connection stays open."""
    bodies = [export(number) for number in range(10, 15)]
    bad = b"\xff\xff"
    with connected(server) as connection:
        sent = [*bodies[:2], bad, *bodies[2:]]
        connection.sendall(b"".join(head(len(body)) + body for body in sent))
        statuses = []
        for _ in sent:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answer.read()
            statuses.append(answer.status)
        assert statuses == [200, 200, 400, 200, 200, 200]


def test_connection_is_kept_for_the_next_request(server: ServerProcess) -> None:
    """A hundred requests fit one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    socket_used = connection.sock
    for number in range(100, 200):
        connection.request("POST", "/v1/traces", export(number), HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert connection.sock is socket_used
    connection.close()


def test_client_that_asks_before_it_sends_is_told_to_go_on(server: ServerProcess) -> None:
    """`Expect: 100-continue` gets 100 before the body and 200 after it; a body too large is refused before it is sent."""
    body = export(20)
    with connected(server) as connection:
        connection.sendall(head(len(body), "expect: 100-continue"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    with connected(server) as connection:
        connection.sendall(head(10**12, "expect: 100-continue"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_server_takes_more_connections_than_the_usual_limit_of_files(tmp_path: Path) -> None:
    """Started under a limit of 1024 open files, which chDB raises as it opens, it still serves while 1200 connections are open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 4096:
        pytest.skip(f"the system allows {before[1]} open files at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    server = ServerProcess(tmp_path)
    try:
        server.start()
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, before[1]))
        idle = [connected(server) for _ in range(1200)]
        assert post(server.port, export(1))[0] == 200
        for connection in idle:
            connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        server.kill()


def test_chunked_body_is_taken(server: ServerProcess) -> None:
    """A body of unknown length in chunks is one export."""
    body = export(21)
    pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
    chunks = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    with connected(server) as connection:
        connection.sendall(head(0, "transfer-encoding: chunked").replace(b"content-length: 0\r\n", b"") + chunks)
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_body_over_the_limit_is_told_so(server: ServerProcess) -> None:
    """A client that sends more than the limit reads 413, also when it sends all before it reads."""
    for headers in (["content-length"], []):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        pieces = (bytes(2**20) for _ in range(25))
        extra = {"content-length": str(25 * 2**20)} if headers else {}
        connection.request("POST", "/v1/traces", pieces, {**HEADERS, **extra}, encode_chunked=not headers)
        assert connection.getresponse().status == 413
        connection.close()
    assert post(server.port, export(22))[0] == 200
