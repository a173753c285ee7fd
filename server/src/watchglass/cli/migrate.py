"""`watchglass migrate`: bring the store and the control database to the newest schema, without serving."""

import typer

from watchglass.app.stores import open_control, open_engine
from watchglass.cli.given import load_settings
from watchglass.logs import configure_logging

application = typer.Typer(add_completion=False)


@application.command()
def migrate() -> None:
    """Bring store and control database to the newest schema; `up` does the same at its start."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    with open_control(settings):
        open_engine(settings).close()
    typer.echo("The schema is up to date.")
