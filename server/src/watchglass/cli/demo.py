"""`watchglass demo`: living data for a running server, from real clients against a bundled stub of the model APIs."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from watchglass.demo.run import run_demo
from watchglass.logs import configure_logging

application = typer.Typer(add_completion=False)


@application.command()
def demo(
    endpoint: Annotated[str, typer.Option(help="Address of the server")] = "http://127.0.0.1:4318",
    rate: Annotated[float, typer.Option(help="Conversations, articles and reviews begun a second")] = 0.3,
    history_hours: Annotated[float, typer.Option(min=0, help="Hours of history that are written first; 0 for none")] = 6.0,
    api_key_file: Annotated[Path | None, typer.Option(help="File that holds a key with the scope ingest, where the server asks for one")] = None,
) -> None:
    """Send living data to a server until Ctrl-C: a customer-service chatbot and a content-writing pipeline.

    Real client packages under real instrumentation call a bundled stub of the model APIs: no key, no network.
    """
    configure_logging("text", "info")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    api_key = api_key_file.read_text("utf-8").strip() if api_key_file else ""
    run_demo(endpoint, rate, stop=stop, api_key=api_key, history_hours=history_hours)
