"""`watchglass rules`: Prometheus rules from a file of objectives."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from watchglass.prometheus.objectives import DEFAULT_FILE, load_objectives
from watchglass.prometheus.rules import alerting_rules, recording_rules

application = typer.Typer(add_completion=False)

HEAD = "# Written by `watchglass rules`; change the objectives and write it again.\n"


@application.command()
def rules(
    out: Annotated[Path, typer.Option(help="Folder that the rule files are written to")],
    objectives: Annotated[Path, typer.Option(help="File of objectives; without it those that come with Watchglass")] = DEFAULT_FILE,
) -> None:
    """Write recording and alerting rules for Prometheus from objectives of availability, latency and cost."""
    promised = load_objectives(objectives)
    out.mkdir(parents=True, exist_ok=True)
    for name, document in (("recording", recording_rules(promised)), ("alerting", alerting_rules(promised))):
        path = out / f"watchglass-{name}.yml"
        path.write_text(HEAD + yaml.safe_dump(document, sort_keys=False, width=1000), "utf-8")
        typer.echo(path)
