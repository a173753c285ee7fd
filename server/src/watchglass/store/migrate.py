"""Bring a database to the newest schema: numbered SQL files, applied once each, in order."""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

from watchglass.errors import StoreError
from watchglass.store.engine import Engine

SPAN_TEXT_COLUMNS = (
    "input_messages",
    "output_messages",
    "input_value",
    "output_value",
    "tool_call_arguments",
    "tool_call_result",
)
SPAN_TEXT = "concatWithSeparator(' ', " + ", ".join(SPAN_TEXT_COLUMNS) + ")"
"""What full-text search over spans looks in; queries must use the same expression for the index to serve."""

LOG_TEXT = "concatWithSeparator(' ', body, input_messages, output_messages)"
"""What full-text search over logs looks in: the body, and the messages that an event carries for its span."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered schema file.

    Attributes:
        name: File name without ending, `NNNN_what`.
        template: SQL with {database}, {on_cluster}, {engine:NAME}, {span_text} and {log_text}.
        checksum: SHA-256 of the template, hexadecimal.
    """

    name: str
    template: str
    checksum: str


def load_migrations() -> list[Migration]:
    """Return all schema files in order."""
    folder = files(__package__).joinpath("schema")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    migrations = []
    for file_name in found:
        text = folder.joinpath(file_name).read_text("utf-8")
        migrations.append(Migration(file_name.removesuffix(".sql"), text, hashlib.sha256(text.encode()).hexdigest()))
    return migrations


def statements(migration: Migration, database: str, *, cluster: str = "") -> list[str]:
    """Fill a migration's template and split it into statements.

    Args:
        migration: What to fill.
        database: Database that gets the tables.
        cluster: ClickHouse cluster name; empty for one node.
    """

    def engine(match: re.Match[str]) -> str:
        name = match.group(1)
        if not cluster:
            return name
        return f"Replicated{name}('/clickhouse/tables/{{shard}}/{{database}}/{{table}}', '{{replica}}')"

    text = "\n".join(line for line in migration.template.splitlines() if not line.startswith("--"))
    text = re.sub(r"\{engine:(\w+)\}", engine, text)
    text = text.replace("{on_cluster}", f"ON CLUSTER {cluster}" if cluster else "")
    text = text.replace("{span_text}", SPAN_TEXT).replace("{log_text}", LOG_TEXT)
    # last, so that the {database} macro of a replicated path, written above, stays as it is
    text = re.sub(r"\{database\}\.", f"{database}.", text)
    return [part.strip() for part in text.split(";\n") if part.strip()]


def migrate(engine: Engine, *, cluster: str = "") -> list[str]:
    """Apply what is pending and return the names of the migrations applied now.

    Raises:
        StoreError: A statement failed, or an applied file was changed since.
    """
    on_cluster = f"ON CLUSTER {cluster}" if cluster else ""
    engine.execute(
        f"CREATE TABLE IF NOT EXISTS {engine.database}.schema_migrations {on_cluster} "
        "(name String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name"
    )
    rows = engine.query("SELECT name, checksum FROM schema_migrations").to_pylist()
    applied = {str(row["name"]): str(row["checksum"]) for row in rows}
    done = []
    for migration in load_migrations():
        if migration.name in applied:
            if applied[migration.name] != migration.checksum:
                raise StoreError(f"migration {migration.name} was changed after it was applied; write a new one instead")
            continue
        for statement in statements(migration, engine.database, cluster=cluster):
            engine.execute(statement)
        engine.execute(
            "INSERT INTO schema_migrations (name, checksum) VALUES ({name:String}, {checksum:String})",
            {"name": migration.name, "checksum": migration.checksum},
        )
        done.append(migration.name)
    return done
