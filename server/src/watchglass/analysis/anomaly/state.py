"""What a detector remembers of many series between two evaluations, and the bytes that it is stored as."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from watchglass.errors import InvalidInput

MAGIC = b"WGAS"
FORMAT = 1
DTYPES = {"<f4", "<f8", "<i4", "<i8"}


@dataclass(frozen=True, slots=True)
class State:
    """A detector's memory of many series. It never changes: `Detector.score` answers with the next one.

    Attributes:
        detector: Name of the detector that made it.
        version: The detector's version when it did; another version cannot read it and has to fit again.
        step_ns: Of the grid of time.
        next_ns: The first time that is not in it yet.
        fitted_ns: The end of the history that it was fitted to, so that the caller can tell when to fit again.
        arrays: What it remembers, by name; the first axis of each is the series.
    """

    detector: str
    version: int
    step_ns: int
    next_ns: int
    fitted_ns: int
    arrays: dict[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        """How many series."""
        return len(next(iter(self.arrays.values())))

    def rows(self, chosen: Sequence[int]) -> "State":
        """The state of some of the series, in the order asked for."""
        index = np.asarray(chosen, np.intp)
        arrays = {name: array[index] for name, array in self.arrays.items()}
        return State(self.detector, self.version, self.step_ns, self.next_ns, self.fitted_ns, arrays)

    def joined(self, other: "State") -> "State":
        """The series of this state, then those of another one of the same detector and time.

        Raises:
            InvalidInput: The other one is of another detector, version, step or time.
        """
        mine = (self.detector, self.version, self.step_ns, self.next_ns)
        if (other.detector, other.version, other.step_ns, other.next_ns) != mine:
            raise InvalidInput("state", "is of another detector, version, step or time")
        arrays = {name: np.concatenate([array, other.arrays[name]]) for name, array in self.arrays.items()}
        return State(*mine, min(self.fitted_ns, other.fitted_ns), arrays)

    def to_bytes(self) -> bytes:
        """The state as bytes: a header of JSON, then each array as it lies in memory, little-endian."""
        arrays = {name: np.ascontiguousarray(array, array.dtype.newbyteorder("<")) for name, array in self.arrays.items()}
        header = orjson.dumps({
            "detector": self.detector, "version": self.version, "step_ns": self.step_ns, "next_ns": self.next_ns, "fitted_ns": self.fitted_ns,
            "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
        })  # fmt: skip
        body = b"".join(array.tobytes() for array in arrays.values())
        return MAGIC + struct.pack("<HI", FORMAT, len(header)) + header + body

    @staticmethod
    def from_bytes(data: bytes) -> "State":
        """Read what `to_bytes` wrote.

        Raises:
            InvalidInput: It is no state, one of a later format, or cut off.
        """
        start = len(MAGIC) + 6
        if len(data) < start or data[: len(MAGIC)] != MAGIC:
            raise InvalidInput("state", "is not a state of a detector")
        written, length = struct.unpack_from("<HI", data, len(MAGIC))
        if written != FORMAT:
            raise InvalidInput("state", f"is of format {written}, this server reads {FORMAT}")
        try:
            return _read(orjson.loads(data[start : start + length]), memoryview(data)[start + length :])
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("state", f"is damaged: {error}") from error


def _read(header: dict[str, object], body: memoryview) -> State:
    arrays: dict[str, npt.NDArray[Any]] = {}
    place = 0
    for name, dtype, shape in header["arrays"]:  # type: ignore[attr-defined]
        if dtype not in DTYPES or any(not isinstance(size, int) or size < 0 for size in shape):
            raise ValueError(f"array {name} of {dtype} {shape}")
        count = int(np.prod(shape, dtype=np.int64))
        arrays[str(name)] = np.frombuffer(body, np.dtype(dtype), count, place).reshape(shape)
        place += count * np.dtype(dtype).itemsize
    if place != len(body) or not arrays or len({len(array) for array in arrays.values()}) != 1:
        raise ValueError("its arrays do not fit together")
    numbers = [header[name] for name in ("version", "step_ns", "next_ns", "fitted_ns")]
    version, step_ns, next_ns, fitted_ns = (int(number) for number in numbers)  # type: ignore[call-overload]
    return State(str(header["detector"]), version, step_ns, next_ns, fitted_ns, arrays)
