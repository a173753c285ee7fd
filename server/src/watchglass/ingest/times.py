"""The protocol's times as the store can hold them, and what was odd about them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

LATEST_NS = 2**63 - 1
"""Latest time a DateTime64(9) holds: 2262-04-11."""


@dataclass(frozen=True, slots=True)
class Times:
    """A time column that the store can hold.

    Attributes:
        values: Nanoseconds since 1970, shape (n,); the fallback where the sent time was missing or out of range.
        is_missing: Sent as 0.
        is_out_of_range: Later than 2262, which the store cannot hold.
        is_future: Further ahead of now than the tolerance; kept as sent.
    """

    values: npt.NDArray[np.int64]
    is_missing: npt.NDArray[np.bool_]
    is_out_of_range: npt.NDArray[np.bool_]
    is_future: npt.NDArray[np.bool_]


def clean_times(
    sent: pa.UInt64Array, fallback: npt.NDArray[np.int64] | int, now_ns: int, tolerance_s: float
) -> Times:
    """Make a column of fixed64 nanoseconds storable and say what was odd about it."""
    raw = sent.to_numpy(zero_copy_only=False).astype(np.uint64)
    is_missing = raw == 0
    is_out_of_range = raw > LATEST_NS
    values = np.where(is_missing | is_out_of_range, np.uint64(0), raw).astype(np.int64)
    values = np.where(is_missing | is_out_of_range, fallback, values)
    return Times(values, is_missing, is_out_of_range, values > now_ns + int(tolerance_s * 1e9))


def timestamps(values: npt.NDArray[np.int64]) -> pa.TimestampArray:
    """Nanoseconds since 1970 as Arrow timestamps in UTC."""
    return pa.array(values, pa.int64()).cast(pa.timestamp("ns", tz="UTC"))
