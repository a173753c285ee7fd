"""Which series a metric point belongs to: a 64-bit hash that is the same whenever and wherever it is computed."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.conventions.attributes import FlatAttributes
from watchglass.ingest.flatten import flatten_attributes, struct_fields
from watchglass.ingest.levels import Origins

Hashes = npt.NDArray[np.uint64]

_GAMMA, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def series_ids(metric_names: pa.StringArray, origins: Origins, attributes: FlatAttributes) -> pa.UInt64Array:
    """Hash metric name, resource, scope and point attributes of n points; the order of attributes does not matter.

    Args:
        metric_names: Name of each point's metric, length n.
        origins: Resource and scope of each point.
        attributes: The points' own attributes.

    Returns:
        Series ids, length n; points of one series share one, whichever export and process they came by.
    """
    scope = struct_fields(origins.scopes)
    of_resource = attribute_hashes(origins.resource_attributes)
    of_scope = _chained(
        [text_hashes(scope["name"]), text_hashes(scope["version"]), attribute_hashes(flatten_attributes(scope["attributes"]))]
    )
    parts = [
        text_hashes(metric_names),
        of_resource[origins.resource_of],
        of_scope[origins.scope_of],
        attribute_hashes(attributes),
    ]
    return pa.array(_chained(parts))


def text_hashes(texts: pa.StringArray) -> Hashes:
    """Hash each text, every distinct one once, shape (n,); a null is the empty text."""
    encoded = texts.fill_null("").dictionary_encode()
    distinct = np.array([_hash_of(text) for text in encoded.dictionary.to_pylist()], dtype=np.uint64)
    return distinct[encoded.indices.to_numpy(zero_copy_only=False)]


def attribute_hashes(attributes: FlatAttributes) -> Hashes:
    """Hash each row's set of attributes, shape (n,): the sum over its entries, so that their order does not matter."""
    keys = np.array([_hash_of(key) for key in attributes.keys], dtype=np.uint64)
    kinds = attributes.kind.astype(np.uint64)
    entries = _chained([keys[attributes.code], kinds, text_hashes(attributes.as_text())])
    # sums wrap round at 64 bits, so the difference of two running sums is the sum between them
    running = np.concatenate((np.zeros(1, np.uint64), np.cumsum(entries, dtype=np.uint64)))
    offsets = attributes.entry_offsets()
    return running[offsets[1:]] - running[offsets[:-1]]


def _hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _chained(parts: Sequence[Hashes]) -> Hashes:
    """Mix hashes of equal shape, in order."""
    mixed = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        mixed = _mixed(mixed + part)
    return mixed


def _mixed(values: Hashes) -> Hashes:
    """SplitMix64's finaliser: every bit of the input moves every bit of the output."""
    values = values + _GAMMA
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))
