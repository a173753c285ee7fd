"""The stub as a server on loopback, in a thread of this process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from watchglass.clock import SystemClock
from watchglass.demo.stub.application import Stub
from watchglass.demo.stub.faults import Conduct, Faults, Timing
from watchglass.demo.stub.load import Load

STOP_TIMEOUT_S = 10.0


@contextmanager
def running_stub(
    *, port: int = 0, seed: int = 0, timing: Timing | None = None, faults: Faults | None = None, load: Load | None = None
) -> Iterator[str]:
    """Serve the stub while the block runs; port 0 takes a free one. `load` measures what it has to do.

    Yields:
        Its address, without a path: OpenAI's base is `<address>/v1`, Anthropic's the address itself.

    Raises:
        OSError: The port is taken.
    """
    conduct = Conduct(timing or Timing(), faults or Faults(), seed)
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        Stub(conduct, SystemClock(), seed, load or Load(SystemClock())).routes(),
        log_level="critical",  # a client that left in the middle of an answer is no error here
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="demo-stub", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(STOP_TIMEOUT_S)
        listener.close()
