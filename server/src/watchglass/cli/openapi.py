"""`watchglass openapi`: the description of the API, from which clients and the screens' types are made."""

import orjson
import typer

from watchglass.api.application import build_description

application = typer.Typer(add_completion=False)


@application.command()
def openapi() -> None:
    """Print the API's OpenAPI description as JSON."""
    document = build_description().openapi()
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
