"""`watchglass up`: the server, in the foreground."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from watchglass.app.server import Server
from watchglass.cli.demonstration import running_demo
from watchglass.cli.given import load_settings
from watchglass.clock import SystemClock
from watchglass.logs import configure_logging

application = typer.Typer(add_completion=False)


@application.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port of OTLP over HTTP, the API and the screens")] = None,
    grpc_port: Annotated[int | None, typer.Option(help="Port of OTLP over gRPC; -1 turns it off")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the embedded store and the control database")] = None,
    edge: Annotated[bool, typer.Option("--edge", help="Take smaller defaults, for a device with little memory")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Run `watchglass demo` beside it")] = False,
) -> None:
    """Start the server; Ctrl-C stores what was accepted and stops it.

    Every other setting is a WATCHGLASS_* variable or a line of the file that WATCHGLASS_CONFIG_FILE names.
    """
    settings = load_settings(host=host, port=port, grpc_port=grpc_port, data_dir=data, profile="edge" if edge else None)
    configure_logging(settings.log_format, settings.log_level)
    console = Console(stderr=True, soft_wrap=True)

    def on_ready(address: str) -> None:
        if demo:
            demonstration.start(address)
        console.print(f"Watchglass is ready: {address}", style="bold green", highlight=False)
        console.print(f"Send OpenTelemetry to the same address: OTEL_EXPORTER_OTLP_ENDPOINT={address}", highlight=False)

    async def serve() -> None:
        await Server(settings, SystemClock()).run(on_ready, demonstration.stop)

    with running_demo() as demonstration, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
