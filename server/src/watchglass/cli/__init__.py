"""The command `watchglass`: one file a command, each read only when it is asked for."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from watchglass import __version__
from watchglass.errors import WatchglassError

COMMANDS = ("up", "demo", "keys", "migrate", "openapi", "rules", "alerts")
"""Module of each command; it holds `application`, a Typer."""


class Commands(TyperGroup):
    """The commands by name. `up` is to be ready in a moment, so it does not wait for what only `demo` needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command called `cmd_name`, None when there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(f"watchglass.cli.{cmd_name}").application)
        command.name = cmd_name
        return command


application = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False)


@application.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version and end")] = False) -> None:
    """Watchglass: monitoring for large language models at work."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command; an error of ours is one line and exit status 1."""
    try:
        application()
    except (WatchglassError, OSError) as error:
        Console(stderr=True, soft_wrap=True).print(f"watchglass: {error}", style="red", markup=False, highlight=False)
        sys.exit(1)
