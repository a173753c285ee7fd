"""The dashboards that come with Watchglass: data files in the form of an export, read once, and never changed."""

from functools import cache
from importlib.resources import files

import yaml

from watchglass.api.dashboard_document import DashboardFile

IDS = ("operations", "ml", "product-and-cost")
"""Their ids, which are their files' names, in the order in which they are listed."""


@cache
def delivered_dashboards() -> dict[str, DashboardFile]:
    """Return the dashboards by id."""
    folder = files(__package__).joinpath("dashboard_files")
    texts = {name: folder.joinpath(f"{name}.yml").read_text("utf-8") for name in IDS}
    return {name: DashboardFile.model_validate(yaml.safe_load(text)) for name, text in texts.items()}
