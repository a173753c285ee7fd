"""How far a disk queue was sent: a place that may be behind the truth after a power cut, and never ahead."""

import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

_PLACE = struct.Struct("<QQ")
_CHECKSUM = struct.Struct("<I")


class Progress:
    """A file of one checksummed place: a segment's number, and the offset in it of the first record not sent.

    It is not synced at each step: what is lost of it is sent twice, which the server recognises.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, making it where it is absent.

        Raises:
            OSError: It cannot be opened.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> tuple[int, int]:
        """The place; (0, 0) when none was written or it is torn."""
        data = os.pread(self._descriptor, _PLACE.size + _CHECKSUM.size, 0)
        if len(data) < _PLACE.size + _CHECKSUM.size:
            return 0, 0
        place, (checksum,) = data[: _PLACE.size], _CHECKSUM.unpack_from(data, _PLACE.size)
        if zlib.crc32(place) != checksum:
            return 0, 0
        number, offset = _PLACE.unpack(place)
        return number, offset

    def write(self, number: int, offset: int) -> None:
        """Note a place; a disk that cannot take it makes for a second sending, no more."""
        place = _PLACE.pack(number, offset)
        with suppress(OSError):
            os.pwrite(self._descriptor, place + _CHECKSUM.pack(zlib.crc32(place)), 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
