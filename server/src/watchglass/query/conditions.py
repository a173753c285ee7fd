"""From an expression of the filter language to a ClickHouse condition over one table, every value bound.

A condition is never null, so that NOT is its opposite: what is absent equals nothing, is neither more nor less than anything,
and is unequal to everything.
"""

from dataclasses import replace

from watchglass.query.columns import AttributeKey, Column, resolve
from watchglass.query.expr import And, Compare, Expr, Has, Not, Or, Text, Value
from watchglass.query.filter import invalid
from watchglass.query.sql import Parameters, Sql, instant
from watchglass.query.values import duration_ns, like, number, time_ns, truth
from watchglass.query.words import holds

_ABSENT = {"text": "''", "bool": "false", "number": "0", "time": "toDateTime64(0, 9, 'UTC')"}


def condition(expr: Expr, table: str, now_ns: int | None = None) -> Sql:
    """Write `expr` as a condition over rows of `table`.

    Args:
        expr: What `filter.parse` gave.
        table: A table of the vocabulary; the query must name it FROM `table` without another alias, as columns are
            written `table.column` (so that an alias of the same name in the SELECT does not stand for them).
        now_ns: The present, for times such as `start_time>-1h`; None refuses them.

    Returns:
        An expression that is true or false, never null, and may stand between ANDs; parameters are p0, p1, ...

    Raises:
        InvalidInput: An unknown field, or a value that the field cannot have; the field is `filter` and the detail
            begins with the position in the filter.
    """
    writer = _Writer(table, now_ns)
    text = writer.write(expr)
    return Sql(text, writer.parameters.values)


class _Writer:
    """Writes one expression; each method returns a condition that may stand between ANDs."""

    def __init__(self, table: str, now_ns: int | None) -> None:
        self.parameters = Parameters()
        self._table = table
        self._now_ns = now_ns

    def write(self, expr: Expr) -> str:
        match expr:
            case And(items):
                return _joined(" AND ", [self.write(item) for item in items]) if items else "true"
            case Or(items):
                return _joined(" OR ", [self.write(item) for item in items])
            case Not(item):
                return f"NOT ({self.write(item)})"
            case Has(name, position):
                return self._has(name, position)
            case Text(text, is_phrase, position):
                return holds(text, is_phrase, self._table, position, self.parameters)
            case Compare():
                return self._compare(expr)

    def _has(self, name: str, position: int) -> str:
        target = resolve(name, self._table, position)
        if isinstance(target, AttributeKey):
            key = self.parameters.bind(target.key, "String")
            typed = [f"mapContains({typed_map}, {key})" for typed_map in target.typed_maps.values()]
            return _joined(" OR ", [f"{target.text_map}[{key}] != ''", *typed])
        if target.is_nullable:
            return f"({target.sql}) IS NOT NULL"
        if target.is_array or target.kind == "map":
            return f"notEmpty({target.sql})"
        if target.kind == "measure":
            raise invalid(position, f"{name} is summed over many rows and cannot be in a filter")
        return f"({target.sql}) != {_ABSENT[target.kind]}"

    def _compare(self, expr: Compare) -> str:
        target = resolve(expr.field, self._table, expr.position)
        positive = replace(expr, operator="=") if expr.operator == "!=" else expr
        if isinstance(target, AttributeKey):
            conditions = [self._attribute(target, positive, value) for value in expr.values]
        else:
            conditions = [self._column(target, positive, value) for value in expr.values]
        joined = _joined(" OR ", conditions)
        return f"NOT ({joined})" if expr.operator == "!=" else joined

    def _column(self, column: Column, expr: Compare, value: Value) -> str:
        if column.is_array:
            return f"arrayExists(item -> {self._scalar(replace(column, sql='item'), expr, value)}, {column.sql})"
        scalar = self._scalar(column, expr, value)
        return f"ifNull({scalar}, false)" if column.is_nullable else scalar

    def _scalar(self, column: Column, expr: Compare, value: Value) -> str:
        """Compare one value of the column, which may be null, by the kind that it has."""
        match column.kind:
            case "text":
                return self._text(column.sql, expr, value)
            case "map":
                raise invalid(expr.position, f"{expr.field} is a map: write attributes.KEY or resource.KEY")
            case "measure":
                raise invalid(expr.position, f"{expr.field} is summed over many rows and cannot be in a filter")
        if value.is_pattern:
            raise invalid(expr.position, f"{expr.field} is no text: * does not fit it")
        if column.kind == "bool":
            return self._bool(column.sql, expr, value)
        bound = self._time(expr, value) if column.kind == "time" else self._number(column, expr, value)
        return f"({column.sql}) {expr.operator} {bound}"

    def _text(self, sql: str, expr: Compare, value: Value) -> str:
        if expr.operator != "=":
            raise invalid(expr.position, f"{expr.field} is text: it has no order, use : or !=, with * for any text")
        if value.is_pattern:
            return f"({sql}) LIKE {self.parameters.bind(like(value.text), 'String')}"
        return f"({sql}) = {self.parameters.bind(value.text, 'String')}"

    def _bool(self, sql: str, expr: Compare, value: Value) -> str:
        is_true = truth(value.text)
        if expr.operator != "=" or is_true is None:
            raise invalid(expr.position, f"{expr.field} is true or false")
        return f"({sql}) = {'true' if is_true else 'false'}"

    def _time(self, expr: Compare, value: Value) -> str:
        return instant(self.parameters.bind(time_ns(expr.field, value.text, self._now_ns, expr.position), "Int64"))

    def _number(self, column: Column, expr: Compare, value: Value) -> str:
        found: float | None = duration_ns(value.text) if column.is_duration else None
        if found is None and not column.needs_unit:
            found = number(value.text)
        if found is None:
            wanted = "a duration such as 2s or 300ms" if column.is_duration else "a number"
            raise invalid(expr.position, f"{expr.field} is compared with {wanted}, not {value.text[:60]!r}")
        return self._bound_number(found)

    def _bound_number(self, found: float) -> str:
        if isinstance(found, int) and -(2**63) <= found < 2**64:
            return self.parameters.bind(found, "Int64" if found < 2**63 else "UInt64")
        return self.parameters.bind(float(found), "Float64")

    def _attribute(self, target: AttributeKey, expr: Compare, value: Value) -> str:
        """Compare an attribute, whatever type it was sent as; one that is absent fits nothing."""
        key = self.parameters.bind(target.key, "String")
        if expr.operator != "=":
            return self._ordered_attribute(target, key, expr, value)
        if value.is_pattern:
            pattern = self.parameters.bind(like(value.text), "String")
            maps = [target.text_map, *target.typed_maps.values()]
            return _joined(" OR ", [_present(one, key, f"toString({one}[{key}]) LIKE {pattern}") for one in maps])
        text = self.parameters.bind(value.text, "String")
        options = [_present(target.text_map, key, f"{target.text_map}[{key}] = {text}")]
        for kind, typed_map in target.typed_maps.items():
            found = truth(value.text) if kind == "bool" else number(value.text)
            if found is not None:
                bound = str(found).lower() if isinstance(found, bool) else self._bound_number(found)
                options.append(_present(typed_map, key, f"{typed_map}[{key}] = {bound}"))
        return _joined(" OR ", options)

    def _ordered_attribute(self, target: AttributeKey, key: str, expr: Compare, value: Value) -> str:
        found = number(value.text)
        if found is None:
            raise invalid(expr.position, f"{expr.field}{expr.operator} takes a number, not {value.text[:60]!r}")
        bound = self._bound_number(found)
        # a number may have been sent as text
        options = [f"ifNull(toFloat64OrNull({target.text_map}[{key}]) {expr.operator} {bound}, false)"]
        for kind, typed_map in target.typed_maps.items():
            if kind != "bool":
                options.append(_present(typed_map, key, f"{typed_map}[{key}] {expr.operator} {bound}"))
        return _joined(" OR ", options)


def _present(map_sql: str, key: str, comparison: str) -> str:
    """The map has the key and the comparison holds: a key that is not there reads as '' or 0."""
    return f"(mapContains({map_sql}, {key}) AND {comparison})"


def _joined(word: str, conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else "(" + word.join(conditions) + ")"
