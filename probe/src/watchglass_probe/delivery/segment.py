"""A segment: a file of exports, each behind a checksummed header, so that a torn end shows itself.

    file    = "WGPROBE1" record*
    record  = crc32 of the rest (4) | body length (4) | kind (1) | is gzipped (1) | items (4) | accepted at, ns (8) | body

Numbers are little-endian. A page that was lost reads as zeros, whose checksum is not zero.
"""

import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watchglass_probe.delivery.export import Export, Kind

MAGIC = b"WGPROBE1"
_CHECKSUM = struct.Struct("<I")
_REST = struct.Struct("<IBBIQ")
HEADER_BYTES = _CHECKSUM.size + _REST.size
SUFFIX = ".segment"
_KINDS = frozenset(Kind)


@dataclass
class Segment:
    """One file and what it still holds.

    Attributes:
        number: Place in the order of segments; part of the file's name.
        path: The file.
        size: Bytes of the file, all of them whole records.
        exports: Records that were not sent yet.
        items: Items in them, by kind.
    """

    number: int
    path: Path
    size: int = len(MAGIC)
    exports: int = 0
    items: Counter[Kind] = field(default_factory=Counter)

    def count(self, export: Export) -> None:
        """Note a record that waits here."""
        self.exports += 1
        self.items[export.kind] += export.items

    def uncount(self, export: Export) -> None:
        """Note that a record waits no longer."""
        self.exports -= 1
        self.items[export.kind] -= export.items


def file_name(number: int) -> str:
    """The name of a segment; names sort as their numbers do."""
    return f"{number:016d}{SUFFIX}"


def number_of(path: Path) -> int | None:
    """The number in a segment's name, or None when it is no segment."""
    return int(path.stem) if path.suffix == SUFFIX and path.stem.isdecimal() else None


def encode(export: Export) -> bytes:
    """Write an export as a record."""
    rest = _REST.pack(len(export.body), export.kind, export.is_gzipped, export.items, export.accepted_at_ns)
    checksum = zlib.crc32(export.body, zlib.crc32(rest))
    return _CHECKSUM.pack(checksum) + rest + export.body


def record_size(export: Export) -> int:
    """Bytes that `encode` makes of an export."""
    return HEADER_BYTES + len(export.body)


def read_at(descriptor: int, offset: int, size: int) -> Export | None:
    """Read the record at `offset` of a file of `size` bytes; None when there is no whole one."""
    header = os.pread(descriptor, HEADER_BYTES, offset)
    if len(header) < HEADER_BYTES:
        return None
    (checksum,) = _CHECKSUM.unpack_from(header)
    length, kind, is_gzipped, items, accepted_at_ns = _REST.unpack_from(header, _CHECKSUM.size)
    if offset + HEADER_BYTES + length > size:
        return None
    body = os.pread(descriptor, length, offset + HEADER_BYTES)
    if zlib.crc32(body, zlib.crc32(header[_CHECKSUM.size :])) != checksum or kind not in _KINDS:
        return None
    return Export(Kind(kind), items, accepted_at_ns, body, bool(is_gzipped))


def read_all(descriptor: int, size: int) -> Iterator[tuple[int, Export]]:
    """Each whole record with the offset behind it, up to the first that is not whole."""
    if os.pread(descriptor, len(MAGIC), 0) != MAGIC:
        return
    offset = len(MAGIC)
    while (export := read_at(descriptor, offset, size)) is not None:
        offset += record_size(export)
        yield offset, export
