"""Message columns that came ready-made as JSON, brought into the one form that all conventions share.

Most need nothing, so whole columns are asked by pattern first, and only the rows that match are read:
messages without `parts` (OpenAI's form under OpenTelemetry's name), and system messages among the input. A value that
says more than its messages is kept as input_value or output_value too.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.columns import overlay
from watchglass.conventions.messages import holds_more, instructions_of, messages_of, split_system
from watchglass.conventions.parts import from_json

SYSTEM_ROLE = r'"role"\s*:\s*"(system|developer)"'
PARTS = r'^\s*\[\s*(\{\s*"(type|content)"|\])'


def tidy_messages(columns: dict[str, pa.Array]) -> None:
    """Rewrite, in place, the rows of input_messages, output_messages and system_instructions that need it."""
    given = columns.get("input_messages")
    if given is not None:
        has_system = pc.match_substring_regex(given, SYSTEM_ROLE)
        _tidy_input(columns, _rows(pc.or_(has_system, _lacks_parts(given))))
    answered = columns.get("output_messages")
    if answered is not None:
        _tidy_output(columns, _rows(_lacks_parts(answered)))
    instructions = columns.get("system_instructions")
    if instructions is not None:
        rows = _rows(pc.invert(pc.match_substring_regex(instructions, PARTS)))
        _lay(columns, "system_instructions", {row: _instructions(instructions[row].as_py()) for row in rows})


def _lacks_parts(column: pa.StringArray) -> pa.BooleanArray:
    return pc.invert(pc.match_substring(column, '"parts"'))


def _rows(wanted: pa.BooleanArray) -> list[int]:
    rows: list[int] = np.flatnonzero(wanted.fill_null(False).to_numpy(zero_copy_only=False)).tolist()
    return rows


def _tidy_input(columns: dict[str, pa.Array], rows: list[int]) -> None:
    said = columns.get("system_instructions")
    messages: dict[int, str | None] = {}
    instructions: dict[int, str | None] = {}
    more: dict[int, str | None] = {}
    for row in rows:
        sent = columns["input_messages"][row].as_py()
        if _has_no_room(columns.get("input_value"), row, sent):
            continue
        try:
            others, system = split_system(_messages(sent))
            if system:
                earlier = instructions_of(said[row].as_py()) if said is not None else []
                new = [part for part in system if part not in earlier]
                instructions[row] = _written([*earlier, *new])
            messages[row] = _written(others) if others else "" if system else None
            more[row] = sent if holds_more(from_json(sent)) else None
        except (RecursionError, TypeError):  # nested deeper than JSON is written: it stays as it came
            continue
    _lay(columns, "input_messages", messages)
    _lay(columns, "system_instructions", instructions)
    _lay(columns, "input_value", more)


def _tidy_output(columns: dict[str, pa.Array], rows: list[int]) -> None:
    messages: dict[int, str | None] = {}
    more: dict[int, str | None] = {}
    for row in rows:
        sent = columns["output_messages"][row].as_py()
        if _has_no_room(columns.get("output_value"), row, sent):
            continue
        messages[row] = _answers(sent)
        more[row] = sent if messages[row] and holds_more(from_json(sent)) else None
    _lay(columns, "output_messages", messages)
    _lay(columns, "output_value", more)


def _has_no_room(values: pa.Array | None, row: int, sent: str) -> bool:
    """Whether what was sent says more than messages, and the column that would keep it is taken."""
    return values is not None and values[row].is_valid and holds_more(from_json(sent))


def _messages(text: str) -> list[dict[str, Any]]:
    """Messages whose parts are canonical already, or any other known shape made so."""
    read = from_json(text)
    is_canonical = isinstance(read, list) and all(
        isinstance(message, dict) and isinstance(message.get("role"), str) and isinstance(message.get("parts"), list)
        for message in read
    )
    return read if is_canonical else messages_of(read)


def _answers(text: str) -> str | None:
    try:
        return _written(messages_of(text, "assistant"))
    except (RecursionError, TypeError):
        return None


def _instructions(text: str) -> str | None:
    try:
        return _written(instructions_of(from_json(text)))
    except (RecursionError, TypeError):
        return None


def _written(value: list[Any]) -> str | None:
    return orjson.dumps(value, default=str).decode() if value else None


def _lay(columns: dict[str, pa.Array], field: str, by_row: dict[int, str | None]) -> None:
    """Replace rows of a text column; None leaves a row as it is."""
    kept = {row: text for row, text in by_row.items() if text is not None}
    if not kept:
        return
    rows: npt.NDArray[np.int64] = np.array(sorted(kept), dtype=np.int64)
    values = pa.array([kept[row] for row in sorted(kept)], pa.string())
    column = columns.get(field)
    row_count = len(next(iter(columns.values())))
    columns[field] = overlay(column, field, rows, values, row_count)
