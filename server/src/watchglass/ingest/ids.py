"""Trace and span ids: bytes in, hexadecimal text out."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_HEX_PAIRS = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype=np.uint16)


def hex_ids(ids: pa.BinaryArray) -> pa.StringArray:
    """Write binary ids as lower-case hexadecimal text; an empty id stays empty."""
    ids = pa.concat_arrays([ids]) if ids.offset else ids
    _, offsets_buffer, data = ids.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32, count=len(ids) + 1)
    raw = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0, np.uint8)
    doubled = ((offsets - offsets[0]) * 2).astype(np.int32)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(doubled), pa.py_buffer(_HEX_PAIRS[raw]))


def valid_ids(ids: pa.BinaryArray, size_bytes: int) -> npt.NDArray[np.bool_]:
    """Which ids have `size_bytes` bytes that are not all zero, as W3C Trace Context asks, shape (n,)."""
    right_size = pc.equal(pc.binary_length(ids), size_bytes)
    not_zero = pc.not_equal(ids, pa.scalar(bytes(size_bytes), pa.binary()))
    return pc.and_(right_size, not_zero).to_numpy(zero_copy_only=False)


def optional_ids(ids: pa.BinaryArray, size_bytes: int) -> pa.StringArray:
    """Write ids as hexadecimal text, and one that is not valid as the empty text."""
    is_valid = valid_ids(ids, size_bytes)
    return hex_ids(ids if is_valid.all() else pc.if_else(pa.array(is_valid), ids, b""))
