"""Write the pages of docs/ that follow from the code: configuration.md from the settings, data.md from the vocabulary."""

import argparse
import sys
from pathlib import Path

from pydantic import SecretStr
from watchglass.conventions.registry import load_conventions
from watchglass.model.fields import load_fields
from watchglass.settings import Settings

DOCS = Path(__file__).parent
WRITTEN_BY = "<!-- Written by `make docs`; change the source named below instead. -->\n\n"

TABLES = {
    "spans": "One row a span: what applications, agents, tools and model calls report.",
    "logs": "One row a log record or event.",
    "metric_points": "One row a metric point, of every type.",
    "scores": "One row a judgement of a trace, a span or a session: evaluations, feedback of users, annotations.",
    "readings": "One row a series and evaluation of a rule: the value, what it was held against, and where the alert stood.",
    "usage_minute": "What dashboards read: usage by the minute, kept up to date by the store as spans arrive.",
    "usage_hour": "The same by the hour, kept longer.",
    "trace_minute": "What each trace came to in a minute, by the session and the user that its spans say; kept as long as these.",
}

DATA_INTRO = """# Data

What Watchglass stores, and under which names it can be filtered (`filter=`), queried (`POST /api/v1/sql`) and shown.
Source: `server/src/watchglass/model/fields.yml`.

Names follow the OpenTelemetry GenAI conventions where these have one. A number's name ends in its unit. Null means not
known, never zero: a model without a price has `cost_usd` null. An attribute that no column took is kept, typed, in
`attributes`, `attributes_int`, `attributes_double` or `attributes_bool`; in a filter all four are `attributes.KEY`, and
resource attributes are `resource.KEY`.

A filled-by of *otlp* is a field of the protocol, *convention* is read from attributes by the conventions below,
*derived* is computed at ingest, *identity* says whose row it is. The view `span_events` gives the events of spans, one
row each.

"""


def configuration() -> str:
    """Return docs/configuration.md."""
    lines = [
        "# Configuration\n\n",
        WRITTEN_BY,
        "Every setting is a variable `WATCHGLASS_NAME` or a line `name = value` in the TOML file that\n"
        "`WATCHGLASS_CONFIG_FILE` names; `watchglass up` takes `--host`, `--port`, `--grpc-port` and `--data` too. Arguments win\n"
        "over variables, variables over the file. Source: `server/src/watchglass/settings.py`.\n\n",
        "| variable | default | meaning |\n| --- | --- | --- |\n",
    ]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr) or default is None or default == "":
            shown = ""
        else:
            shown = f"`{default}`"
        lines.append(f"| `WATCHGLASS_{name.upper()}` | {shown} | {field.description} |\n")
    return "".join(lines)


def data() -> str:
    """Return docs/data.md."""
    lines = [DATA_INTRO.replace("# Data\n\n", "# Data\n\n" + WRITTEN_BY)]
    for table, brief in TABLES.items():
        lines.append(f"## {table}\n\n{brief}\n\n| column | type | filled by | meaning |\n| --- | --- | --- | --- |\n")
        for field in load_fields()[table]:
            unit = f" ({field.unit})" if field.unit else ""
            lines.append(f"| `{field.name}` | `{field.type}` | {field.source} | {field.brief}{unit} |\n")
        lines.append("\n")
    lines.append("## Conventions\n\nA span is read by its own convention first, by the OpenTelemetry names second.\n\n")
    lines.append("| convention | what it is | names read from |\n| --- | --- | --- |\n")
    lines.extend(f"| `{it.name}` | {it.brief} | {it.source} |\n" for it in load_conventions())
    return "".join(lines)


PAGES = {"configuration.md": configuration, "data.md": data}


def main() -> int:
    """Write the pages, or with --check say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    is_check = parser.parse_args().check
    stale = [name for name, write in PAGES.items() if not (DOCS / name).is_file() or (DOCS / name).read_text() != write()]
    for name in stale:
        if is_check:
            print(f"docs/{name} is out of date; run `make docs`", file=sys.stderr)
        else:
            (DOCS / name).write_text(PAGES[name]())
    return 1 if stale and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
