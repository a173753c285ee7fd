"""A server that answers as it is told, and keeps what it took."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class StandInServer:
    """Keeps requests; `answer` decides what each is told."""

    address: str
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Said] = lambda _: Said()

    def bodies(self, path: str) -> list[bytes]:
        """The bodies of a path that were taken."""
        return [request.body for request in self.requests if request.path == path]


@contextmanager
def running_stand_in(context: ssl.SSLContext | None = None) -> Iterator[StandInServer]:
    """A server on loopback while the block runs, over TLS with `context`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            said = server.answer(request)
            if said.status == 200:
                server.requests.append(request)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *said: object) -> None:
            """Silent."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server = StandInServer(f"{'https' if context else 'http'}://127.0.0.1:{listening.server_address[1]}")
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
