"""The names of attributes that occur, as filters write them: nobody can know them from the vocabulary."""

from collections import Counter
from dataclasses import dataclass

from watchglass.clock import Clock
from watchglass.query.columns import columns_of
from watchglass.query.facets import TableName
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.sql import in_scope
from watchglass.query.stretches import count_by_time, read_back

MOST_S = 0.15
"""How long rows are read, in seconds; the last statement may take a little longer."""

MOST_KEYS = 2000
"""Most keys that one statement gives, those with the most rows."""

_PREFIXES = {
    "attributes": "attributes",
    "attributes_int": "attributes",
    "attributes_double": "attributes",
    "attributes_bool": "attributes",
    "resource_attributes": "resource",
}
"""How a filter writes the keys of each map."""


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """Keys that occur.

    Attributes:
        counts: Rows that have each, by name as a filter writes it (`attributes.tier`), the most first.
        start_ns: What was read begins here, nanoseconds since 1970 UTC; later than the scope when time was up.
    """

    counts: dict[str, int]
    start_ns: int


def find_attribute_keys(reader: Reader, scope: Scope, table: TableName, containing: str, limit: int, clock: Clock) -> KeyCounts:
    """Find the keys of attributes in the newest rows, as far back as time allows.

    Args:
        reader: Where to look.
        scope: Project and range.
        table: `spans` or `logs`.
        containing: Text that a name must contain, in whatever case; empty for any.
        limit: Most names.
        clock: Tells how long it takes.

    Raises:
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    maps = [(name, prefix) for name, prefix in _PREFIXES.items() if name in columns_of(table)]
    names = ", ".join(f"arrayMap(key -> concat('{prefix}.', key), mapKeys({table}.{name}))" for name, prefix in maps)
    counts: Counter[str] = Counter()

    def ask(start_ns: int, end_ns: int) -> None:
        within = in_scope(Scope(scope.project_id, start_ns, end_ns), table)
        rows = reader.query(
            f"SELECT arrayJoin(arrayConcat({names})) AS name, count() AS row_count FROM {table} WHERE {within.text} "
            "GROUP BY name HAVING positionCaseInsensitiveUTF8(name, {containing:String}) > 0 "
            f"ORDER BY row_count DESC, name LIMIT {MOST_KEYS}",
            {**within.parameters, "containing": containing},
        )
        counts.update({row["name"]: row["row_count"] for row in rows.to_pylist()})

    start_ns = read_back(scope, count_by_time(reader, scope, table), clock, MOST_S, ask)
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return KeyCounts(dict(in_order[:limit]), start_ns)
