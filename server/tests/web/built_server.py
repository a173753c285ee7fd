"""A real server that has screens to serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import watchglass
from doubles.server_process import ServerProcess, running_server


@contextmanager
def started_server(folder: Path, **settings: object) -> Iterator[ServerProcess]:
    """A server with its data in `folder`/data; it fails when the screens are not built."""
    index = Path(watchglass.__file__).parent / "static" / "index.html"
    assert index.is_file(), "the screens are not built: run `make web`"
    with running_server(folder / "data", **settings) as server:
        yield server
