"""A server that exposes what a test says, as Prometheus's targets do."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass
class Exposed:
    """What is answered, and what was asked.

    Attributes:
        address: `host:port`.
        body: The answer's body.
        headers: The answer's headers.
        status: The answer's status.
        delay_s: How long the answer takes, in seconds.
        asked: Path and headers of each request.
    """

    address: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": TEXT})
    status: int = 200
    delay_s: float = 0.0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def say(self, text: str, content_type: str = TEXT) -> None:
        """Answer with this text from now on."""
        self.body, self.headers = text.encode(), {"content-type": content_type}


@contextmanager
def exposing(text: str = "") -> Iterator[Exposed]:
    """A running server."""
    exposed = Exposed(body=text.encode())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            exposed.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            time.sleep(exposed.delay_s)
            self.send_response(exposed.status)
            for name, value in exposed.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(exposed.body)))
            self.end_headers()
            self.wfile.write(exposed.body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    exposed.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield exposed
    finally:
        server.shutdown()
        server.server_close()
