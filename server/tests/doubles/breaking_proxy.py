"""A TCP proxy that resets a connection the moment it carries certain bytes."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def breaking_proxy(target_port: int, breaks_on: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Forward to `target_port` of this machine, but reset a connection whose client sends `breaks_on`.

    Yields:
        The proxy's address, and the list of the pieces of data that were answered by a reset.
    """
    broken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, target_port, breaks_on, broken), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", broken
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, target_port: int, breaks_on: bytes, broken: list[bytes]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", target_port))
        threading.Thread(target=_pump, args=(client, server, breaks_on, broken), daemon=True).start()
        threading.Thread(target=_pump, args=(server, client, b"", broken), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, breaks_on: bytes, broken: list[bytes]) -> None:
    try:
        while data := source.recv(1 << 16):
            if breaks_on and breaks_on in data:
                broken.append(data)
                # a linger of zero seconds turns the close into a reset
                source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
            sink.sendall(data)
    except OSError:
        pass
    source.close()
    sink.close()
