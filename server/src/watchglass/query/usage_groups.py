"""What rows are grouped by: names of columns and attributes as SQL text, and back as values."""

from dataclasses import dataclass, field
from typing import Literal

from watchglass.errors import InvalidInput
from watchglass.query.columns import ALIASES, AttributeKey, resolve
from watchglass.query.usage_source import DIMENSIONS
from watchglass.store.engine import Parameter

MAX_GROUPS_BY = 3
"""Most names that one question groups by."""

GroupKind = Literal["text", "number", "bool"]


@dataclass(frozen=True, slots=True)
class Group:
    """One thing to group by.

    Attributes:
        name: As it was asked for.
        sql: Expression of type String, empty where the row has none; `{t}` stands for the table of a dimension.
        kind: What the text means.
        is_dimension: Whether the rollups have it.
        parameters: Values of the placeholders in `sql`.
    """

    name: str
    sql: str
    kind: GroupKind
    is_dimension: bool
    parameters: dict[str, Parameter] = field(default_factory=dict)

    def value(self, text: str) -> str | float | bool | None:
        """Return the value that `text` stands for; what is absent is empty text, or null for numbers."""
        if self.kind == "bool":
            return text == "true"
        if self.kind == "number":
            return (int(text) if text.lstrip("-").isdigit() else float(text)) if text else None
        return text


def read_groups(text: str | None, table: str = "spans") -> tuple[Group, ...]:
    """Read a comma-separated list of columns of `table`, short names, `attributes.KEY` and `resource.KEY`; None for no groups.

    Raises:
        InvalidInput: An unknown name, one that cannot be grouped by, or too many; the field is `group_by`.
    """
    names = list(dict.fromkeys(name.strip() for name in (text or "").split(",") if name.strip()))
    if len(names) > MAX_GROUPS_BY:
        raise InvalidInput("group_by", f"at most {MAX_GROUPS_BY} names")
    return tuple(read_group(name, index, table, "group_by") for index, name in enumerate(names))


def read_group(name: str, index: int, table: str, parameter: str) -> Group:
    """Read one name; groups of one statement differ in `index`.

    Raises:
        InvalidInput: As read_groups; the field is `parameter`.
    """
    column_name = ALIASES.get(name, name)
    if table == "spans" and column_name in DIMENSIONS:
        kind: GroupKind = "bool" if column_name.startswith("is_") else "text"
        return Group(name, f"toString({{t}}.{column_name})", kind, is_dimension=True)
    try:
        target = resolve(name, table, 0)
    except InvalidInput as error:
        raise InvalidInput(parameter, error.detail.removeprefix("at 0: ")) from error
    if isinstance(target, AttributeKey):
        placeholder = f"group_key_{index}"
        return Group(name, _attribute(target, placeholder), "text", False, {placeholder: target.key})
    if target.is_array or target.kind not in ("text", "number", "bool"):
        raise InvalidInput(parameter, f"{name} cannot be grouped by")
    # a comparison such as `error` is a number to ClickHouse, and would be written 1
    value = f"toBool({target.sql})" if target.kind == "bool" else target.sql
    return Group(name, f"ifNull(toString({value}), '')", target.kind, is_dimension=False)


def _attribute(target: AttributeKey, parameter: str) -> str:
    """The attribute's text, whichever of the typed maps holds it."""
    # doubled braces, as the name of the table is still to be put in
    key = f"{{{{{parameter}:String}}}}"
    text = f"{target.text_map}[{key}]"
    typed = [f"mapContains({it}, {key}), toString({it}[{key}])" for it in target.typed_maps.values()]
    return f"multiIf({', '.join(typed)}, {text})" if typed else text
