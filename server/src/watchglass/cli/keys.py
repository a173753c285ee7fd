"""`watchglass keys`: API keys, made and revoked in the control database itself, so that the first one can be made."""

from typing import Annotated

import typer

from watchglass.app.stores import open_control
from watchglass.cli.given import load_settings
from watchglass.clock import SystemClock
from watchglass.query.scope import format_time
from watchglass.store.control.keys import create_key, list_keys, revoke_key

application = typer.Typer(add_completion=False, help="Make, list and revoke API keys.", no_args_is_help=True)

ProjectOption = Annotated[str | None, typer.Option(help="Project that the key opens; all when not given")]


@application.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for")],
    scope: Annotated[list[str], typer.Option(help="ingest, read, edit or admin; may be given several times")],
    project: ProjectOption = None,
) -> None:
    """Make a key and print it; it cannot be shown again."""
    with open_control(load_settings()) as control:
        _, token = create_key(control, name, project, scope, SystemClock().now_ns())
    typer.echo(token)


@application.command("list")
def show(project: ProjectOption = None) -> None:
    """List the keys, without their secrets."""
    with open_control(load_settings()) as control:
        found = list_keys(control, project)
    rows: list[tuple[str, ...]] = [("id", "name", "begins with", "project", "scopes", "created", "last used", "revoked")]
    for key in found:
        times = [_second(it) for it in (key.created_at_ns, key.last_used_at_ns, key.revoked_at_ns)]
        rows.append((key.id, key.name, key.prefix, key.project_id or "all", ",".join(sorted(key.scopes)), *times))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _second(time_ns: int | None) -> str:
    return f"{format_time(time_ns)[:19]}Z" if time_ns else "never"


@application.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="The key's id, as `watchglass keys list` shows it")]) -> None:
    """Revoke a key for good; running servers follow within seconds."""
    with open_control(load_settings()) as control:
        revoke_key(control, key_id, None, SystemClock().now_ns())
