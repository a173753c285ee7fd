"""The rows that questions of usage merge: keys and partials of one table, within stretches of time."""

from collections.abc import Iterable, Mapping, Sequence

from watchglass.query.measures import partial_named
from watchglass.query.sql import Sql, instant
from watchglass.query.usage_source import Piece, SourceName
from watchglass.store.engine import Parameter


def parts(
    table: SourceName, pieces: Sequence[Piece], keys: Mapping[str, str], partials: Iterable[str], fits: Sql, prefix: str = ""
) -> Sql:
    """Write the SELECT of what one table has: its rows as they are where it is a rollup, spans added up by key.

    Planning costs more than reading a rollup, so that all stretches of a table are read by one SELECT.

    Args:
        table: What is read.
        pieces: Stretches of time, of this table and of others, which are passed over; at least one of this table.
        keys: Expression of each key by name, at least one.
        partials: Names of the partials that are merged.
        fits: Condition of the rows that count.
        prefix: Told apart by it, the placeholders of several calls may stand in one statement.

    Returns:
        The SELECT; it needs `project_id` bound besides its own parameters.
    """
    columns = {name: (partial_named(name).raw if table == "spans" else partial_named(name).rollup).format(t=table) for name in partials}
    selected = ", ".join(f"{sql} AS {name}" for name, sql in {**keys, **columns}.items())
    grouped = f" GROUP BY {', '.join(keys)}" if table == "spans" else ""
    within = _within(table, pieces, prefix)
    return Sql(
        f"SELECT {selected} FROM {table} WHERE {within.text} AND {fits.text}{grouped}", {**within.parameters, **fits.parameters}
    )


def _within(table: SourceName, pieces: Sequence[Piece], prefix: str) -> Sql:
    """The condition that rows of `table` are the project's, within the pieces that are read from it."""
    time = f"{table}.{'start_time' if table == 'spans' else 'time'}"
    stretches: list[str] = []
    bounds: dict[str, Parameter] = {}
    for index, piece in enumerate(piece for piece in pieces if piece.table == table):
        start, end = f"{prefix}{table}_start_{index}", f"{prefix}{table}_end_{index}"
        bounds |= {start: piece.start_ns, end: piece.end_ns}
        stretches.append(f"({time} >= {instant(f'{{{start}:Int64}}')} AND {time} < {instant(f'{{{end}:Int64}}')})")
    return Sql(f"{table}.project_id = {{project_id:String}} AND ({' OR '.join(stretches)})", bounds)
