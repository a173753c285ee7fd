"""The command `watchglass`: one file a command."""

import sys

import typer
from rich.console import Console

from watchglass import __version__
from watchglass.cli import demo, migrate, openapi, up
from watchglass.cli.keys import keys
from watchglass.errors import WatchglassError

application = typer.Typer(
    help="Watchglass: monitoring for large language models at work.", no_args_is_help=True, add_completion=False
)
for command in (up.up, demo.demo, migrate.migrate, openapi.openapi):
    application.command()(command)
application.add_typer(keys, name="keys")


@application.callback(invoke_without_command=True)
def version(show: bool = typer.Option(False, "--version", help="Print the version and end")) -> None:
    """Watchglass: monitoring for large language models at work."""
    if show:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command; an error of ours is one line and exit status 1."""
    try:
        application()
    except (WatchglassError, OSError) as error:
        Console(stderr=True).print(f"watchglass: {error}", style="red", markup=False, highlight=False)
        sys.exit(1)
