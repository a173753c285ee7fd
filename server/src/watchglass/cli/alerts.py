"""`watchglass alerts`: files of alert rules, checked and made of Prometheus's."""

from pathlib import Path
from typing import Annotated

import typer

from watchglass.alerts.promql.rule_file import read_prometheus_rules
from watchglass.alerts.rule_files import RuleFiles
from watchglass.alerts.rule_yaml import write_rules

application = typer.Typer(add_completion=False, help="Check files of alert rules, and make them of Prometheus's.", no_args_is_help=True)


@application.command("check")
def check(path: Annotated[Path, typer.Argument(help="File of rules, or folder of such files")]) -> None:
    """Say whether a server would take the rules; every mistake is told with its line and field."""
    files = RuleFiles(path)
    files.load()
    typer.echo(f"{len(files.rules)} {'rule is' if len(files.rules) == 1 else 'rules are'} right")


@application.command("import")
def convert(
    file: Annotated[Path, typer.Argument(help="Rule file of Prometheus, or of its operator")],
    out: Annotated[Path | None, typer.Option(help="File to write the rules to; without it they are printed")] = None,
    project: Annotated[str | None, typer.Option(help="Project that is watched; each of all when not given")] = None,
) -> None:
    """Write rules of Watchglass from alerting rules of Prometheus; what has no counterpart is named, and the status is then 2."""
    imported, refused = read_prometheus_rules(file.read_text("utf-8"), project)
    text = write_rules([it.rule for it in imported])
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
    for it in imported:
        for remark in it.remarks:
            typer.echo(f"{it.alert}: {remark}", err=True)
    for one in refused:
        typer.echo(f"{one.alert} has no counterpart: {one.reason}", err=True)
    typer.echo(f"{len(imported)} of {len(imported) + len(refused)} rules have a counterpart", err=True)
    if refused:
        raise typer.Exit(2)
