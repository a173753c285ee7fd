"""Load and check the data files: one convention each, in the order in which they are asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import yaml

from watchglass.conventions.converters import CONVERTERS
from watchglass.conventions.span_view import SpanView
from watchglass.errors import InvalidInput
from watchglass.model.fields import fields_of

BASE = "otel_genai"
ORDER = (
    BASE,
    "openinference",
    "langfuse",
    "mlflow",
    "vercel_ai",
    "pydantic_ai",
    "logfire",
    "litellm",
    "traceloop",
)
"""Names of the data files. The base comes first: it fills what a span's own convention left empty.
The others are asked in this order whether a span is theirs."""

Build = Callable[[SpanView], dict[str, object]]
"""Reads what nests: a whole span in, canonical columns out. A column that it names replaces what is there, so the
base's builder, which reads any span, leaves alone what is filled."""

KNOWN_KEYS = frozenset(
    {
        "name",
        "brief",
        "source",
        "scopes",
        "prefixes",
        "fields",
        "model_call_operations",
        "usage_marks_call",
        "first_token_events",
        "logprobs",
        "builder",
        "builder_keys",
        "builder_events",
    }
)
"""What a data file may say."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How attributes become one canonical field.

    Attributes:
        sources: Attribute keys, first present wins.
        value_map: Source value -> canonical value, null for one that says nothing; what the map does not know is
            lower-cased. None keeps values. A value that was translated stays in the attribute maps too.
        convert: Name of a converter, empty for none; it comes before the map.
    """

    sources: tuple[str, ...]
    value_map: Mapping[str, str | None] | None = None
    convert: str = ""


@dataclass(frozen=True, slots=True)
class Convention:
    """One attribute convention.

    Attributes:
        name: Its name, as in the column `convention`.
        brief: One sentence for people.
        source: Package and version that the names were read from.
        scopes: Instrumentation scopes that speak it, whole names or their first words (`openinference` is also
            `openinference.instrumentation.openai`).
        prefixes: Prefixes of attribute keys that give it away.
        fields: Canonical span column -> rule.
        model_call_operations: Operations whose span is the call to the model.
        usage_marks_call: Those of them for which only a span that reports input tokens is the call.
        first_token_events: Names of span events of which the first marks the first token.
        logprobs: Attribute keys whose JSON may hold the answer's tokens with their logprobs.
        build: Reads what nests, None when nothing does.
        builder_keys: Attribute keys that call for `build`; one that ends in a dot is a prefix.
        builder_events: Names of span events that call for `build`.
    """

    name: str
    brief: str
    source: str
    scopes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    model_call_operations: frozenset[str] = frozenset()
    usage_marks_call: frozenset[str] = frozenset()
    first_token_events: frozenset[str] = frozenset()
    logprobs: tuple[str, ...] = ()
    build: Build | None = None
    builder_keys: tuple[str, ...] = ()
    builder_events: frozenset[str] = frozenset()


@cache
def load_conventions() -> tuple[Convention, ...]:
    """Return the conventions in ORDER.

    Raises:
        InvalidInput: A data file is wrong; the error names the file and the key.
    """
    return tuple(parse_convention(name, _read(name)) for name in ORDER)


@cache
def load_resource_rules() -> dict[str, FieldRule]:
    """Return how resource attributes fill columns; shared by all signals.

    Raises:
        InvalidInput: The data file is wrong.
    """
    return _rules("otel_resource", _read("otel_resource").get("fields"))


def parse_convention(name: str, data: Mapping[str, Any]) -> Convention:
    """Check the content of a data file and return it as a Convention.

    Raises:
        InvalidInput: Something in it is wrong; `field` is `<name>.yml: <key>`.
    """
    for key in data:
        if key not in KNOWN_KEYS:
            raise InvalidInput(f"{name}.yml: {key}", f"not a known key; known are {', '.join(sorted(KNOWN_KEYS))}")
    if data.get("name") != name:
        raise InvalidInput(f"{name}.yml: name", f"must be {name!r}, as the file is called")
    return Convention(
        name=name,
        brief=_text(name, data, "brief"),
        source=_text(name, data, "source"),
        scopes=_texts(name, data, "scopes"),
        prefixes=_texts(name, data, "prefixes"),
        fields=_rules(name, data.get("fields")),
        model_call_operations=frozenset(_texts(name, data, "model_call_operations")),
        usage_marks_call=frozenset(_texts(name, data, "usage_marks_call")),
        first_token_events=frozenset(_texts(name, data, "first_token_events")),
        logprobs=_texts(name, data, "logprobs"),
        build=_builder(name, data),
        builder_keys=_texts(name, data, "builder_keys"),
        builder_events=frozenset(_texts(name, data, "builder_events")),
    )


def _read(name: str) -> dict[str, Any]:
    data = yaml.safe_load(files(__package__).joinpath(f"{name}.yml").read_text("utf-8"))
    if not isinstance(data, dict):
        raise InvalidInput(f"{name}.yml", "must be a map")
    return data


def _rules(name: str, data: Any) -> dict[str, FieldRule]:
    if not isinstance(data, dict):
        raise InvalidInput(f"{name}.yml: fields", "must be a map of column to sources")
    columns = fields_of("spans")
    rules = {}
    for column, entry in data.items():
        where = f"{name}.yml: fields.{column}"
        if column not in columns:
            raise InvalidInput(where, "spans have no such column")
        rules[column] = _rule(where, entry)
    return rules


def _rule(where: str, entry: Any) -> FieldRule:
    if isinstance(entry, list):
        entry = {"from": entry}
    if not isinstance(entry, dict) or not set(entry) <= {"from", "map", "convert"}:
        raise InvalidInput(where, "must be a list of attribute keys, or a map of from, map and convert")
    sources, value_map, convert = entry.get("from"), entry.get("map"), entry.get("convert", "")
    if not isinstance(sources, list) or not sources or not all(isinstance(key, str) for key in sources):
        raise InvalidInput(f"{where}.from", "must be a list of attribute keys")
    if convert and convert not in CONVERTERS:
        raise InvalidInput(f"{where}.convert", f"unknown converter {convert!r}; known: {', '.join(sorted(CONVERTERS))}")
    if value_map is not None and not _is_value_map(value_map):
        raise InvalidInput(f"{where}.map", "must be a map of source value to canonical value or null, both text")
    return FieldRule(tuple(sources), value_map, convert)


def _is_value_map(value_map: Any) -> bool:
    return isinstance(value_map, dict) and all(
        isinstance(key, str) and (value is None or isinstance(value, str)) for key, value in value_map.items()
    )


def _builder(name: str, data: Mapping[str, Any]) -> Build | None:
    module = data.get("builder")
    if module is None:
        return None
    try:
        build: Build = import_module(f"{__package__}.{module}").build
    except (ImportError, AttributeError):
        raise InvalidInput(f"{name}.yml: builder", f"no module {module!r} with a function build") from None
    return build


def _text(name: str, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{name}.yml: {key}", "must be text")
    return value


def _texts(name: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput(f"{name}.yml: {key}", "must be a list of text")
    return tuple(value)
