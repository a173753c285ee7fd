"""`python -m watchglass.demo NAME`: one process of the demonstration, told what to do on its standard input.

`python -m watchglass.demo stub [PORT]` serves the stub alone, for trying a client without a key.
"""

import sys
import threading
from importlib import import_module

from rich.console import Console

from watchglass.demo.application import work
from watchglass.demo.stub.server import running_stub

APPLICATIONS = {"support": "support-chatbot", "writing": "content-writer", "editing": "content-editor"}
"""Module -> service name. One process each, since instrumentations patch a client for the whole process."""
STUB_PORT = 8765


def main() -> None:
    """Be the application that the first argument names, write the history, or serve the stub."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "stub":
        serve_stub(int(sys.argv[2]) if len(sys.argv) > 2 else STUB_PORT)
    elif name == "history":
        import_module("watchglass.demo.history").write()
    elif name in APPLICATIONS:
        module = import_module(f"watchglass.demo.{name}")
        work(APPLICATIONS[name], module.instrument, module.prepare)
    else:
        sys.exit(f"{name!r} is none of stub, history, {', '.join(APPLICATIONS)}")


def serve_stub(port: int) -> None:
    """Serve the stub until Ctrl-C."""
    with running_stub(port=port) as address:
        Console().print(f"OPENAI_BASE_URL={address}/v1 ANTHROPIC_BASE_URL={address}, keys begin with demo-")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
