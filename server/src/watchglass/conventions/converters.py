"""Named converters for data files: an array of attribute values in, an array of canonical values out.

A converter gets int64, float64, bool or string arrays without nulls, and answers null for what it cannot read.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from watchglass.conventions.providers import canonical_provider

Converter = Callable[[pa.Array], pa.Array]


def numbers_of_text(texts: pa.StringArray) -> pa.DoubleArray:
    """Read decimal numbers; null for what is not one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    is_number = pc.match_substring_regex(trimmed, r"^[+-]?(\d{1,300}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
    return pc.if_else(is_number, trimmed, pa.scalar(None, pa.string())).cast(pa.float64())


def _doubles(values: pa.Array) -> pa.DoubleArray:
    return numbers_of_text(values) if pa.types.is_string(values.type) else values.cast(pa.float64())


def seconds_to_ns(values: pa.Array) -> pa.DoubleArray:
    """Seconds to nanoseconds."""
    return pc.multiply(_doubles(values), 1e9)


def milliseconds_to_ns(values: pa.Array) -> pa.DoubleArray:
    """Milliseconds to nanoseconds."""
    return pc.multiply(_doubles(values), 1e6)


def json_text(values: pa.Array) -> pa.StringArray:
    """Text that was written as a JSON string: `"gpt-4o"` with its quotes gives gpt-4o; other text stays."""

    def read(text: str) -> str:
        if not text.startswith('"'):
            return text
        try:
            inner = orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
        return inner if isinstance(inner, str) else text

    return _each_distinct(values, read)


def provider(values: pa.Array) -> pa.StringArray:
    """The canonical name of a provider, see providers.yml."""
    return _each_distinct(values, canonical_provider)


def mentions_stream(values: pa.Array) -> pa.BooleanArray:
    """Whether the text speaks of a stream: `ai.streamText.doStream` does."""
    return pc.match_substring(values.cast(pa.string()), "stream", ignore_case=True)


def _each_distinct(values: pa.Array, read: Callable[[str], str | None]) -> pa.StringArray:
    encoded = values.cast(pa.string()).dictionary_encode()
    words: list[Any] = [None if word is None else read(word) for word in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


CONVERTERS: Mapping[str, Converter] = {
    converter.__name__: converter
    for converter in (seconds_to_ns, milliseconds_to_ns, json_text, provider, mentions_stream)
}
"""By the name that data files use."""

LOSSY = frozenset({"provider", "mentions_stream"})
"""Converters after which the source value is kept in the attribute maps where it says more."""
