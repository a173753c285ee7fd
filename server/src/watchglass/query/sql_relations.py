"""What POST /api/v1/sql may read: each documented table and view, as a SELECT that sees one project's rows."""

from watchglass.model.fields import load_fields

PROJECT_PARAMETER = "wg_project_id"
"""Name of the placeholder that holds the project; users' own may not begin with `wg_`."""

_PROJECT = f"PREWHERE project_id = {{{PROJECT_PARAMETER}:String}}"

SPAN_EVENTS = (
    "SELECT project_id, trace_id, span_id, service_name, start_time, event_time AS time, event_name AS name,"
    " event_attribute AS attributes FROM {database}.spans"
    " ARRAY JOIN event_times AS event_time, event_names AS event_name, event_attributes AS event_attribute"
)
"""The view span_events, written out: a view cannot be asked with PREWHERE."""

FINAL = {"scores": " FINAL", "readings": " FINAL"}
"""Tables in which a row may stand twice until a merge, and what makes them read as if merged."""

VIEWS = {"span_events": SPAN_EVENTS}


def relation_names() -> tuple[str, ...]:
    """Return the names that a query may read, in the vocabulary's order."""
    return (*load_fields(), *VIEWS)


def relations(database: str) -> dict[str, str]:
    """Return the SELECT that stands for each name.

    The project is asked for in PREWHERE: what the user asks of the rows (which may raise, and whose message may quote a
    row) is then computed on the project's own rows alone, whatever the optimiser moves.
    """
    tables = {
        table: f"SELECT {', '.join(field.name for field in fields)} FROM {database}.{table}{FINAL.get(table, '')} {_PROJECT}"
        for table, fields in load_fields().items()
    }
    views = {name: f"{text.format(database=database)} {_PROJECT}" for name, text in VIEWS.items()}
    return {**tables, **views}


def with_relations(database: str, query: str) -> str:
    """Put `query`, a SELECT whose table names were checked, where those names mean one project's rows."""
    common = ",\n".join(f"{name} AS ({select})" for name, select in relations(database).items())
    # on lines of its own, so that nothing in it could comment out what follows
    return f"WITH {common}\nSELECT * FROM (\n{query}\n)"


def project_filters(database: str, project_id: str) -> str:
    """Write the engine's own filter of every table, as the setting `additional_table_filters`.

    The second lock: it holds for whatever reads the tables, also if a table were reached past `with_relations`.
    """
    condition = _quoted(f"project_id = {_quoted(project_id)}")
    return "{" + ", ".join(f"{_quoted(f'{database}.{table}')}: {condition}" for table in load_fields()) + "}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
