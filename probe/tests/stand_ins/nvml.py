"""A libnvidia-ml by NVML's published C signatures: functions of the C calling convention that write through pointers.

nvidia-ml-py calls it by way of ctypes, as it calls the real one; what it cannot show is what a real driver answers.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pynvml

SUCCESS, NOT_SUPPORTED = 0, 3
UINT, ULL, POINTER = ctypes.c_uint, ctypes.c_ulonglong, ctypes.c_void_p


@dataclass
class Board:
    """One GPU, in NVML's units: percent, bytes, milliwatts, millijoules, degrees."""

    uuid: str = "GPU-5ca1ab1e"
    name: str = "NVIDIA H100 80GB HBM3"
    utilization: int = 73
    memory: tuple[int, int] = (80 * 2**30, 60 * 2**30)
    power_mw: int = 412_500
    power_limit_mw: int = 700_000
    energy_mj: int = 9_876_543
    temperature: int = 61
    throttle_reasons: int = 0
    ecc_errors: tuple[int, int] | None = (4, 1)


def _write(pointer: int, kind: Any, value: int) -> int:
    ctypes.cast(pointer, ctypes.POINTER(kind))[0] = value
    return SUCCESS


class Library:
    """What CDLL("libnvidia-ml.so.1") would be."""

    def __init__(self, boards: list[Board]) -> None:
        self._boards = boards
        self._kept: list[Any] = []
        self._add("nvmlInitWithFlags", [UINT], lambda flags: SUCCESS)
        self._add("nvmlDeviceGetCount_v2", [POINTER], lambda out: _write(out, UINT, len(boards)))
        self._add("nvmlDeviceGetHandleByIndex_v2", [UINT, POINTER], lambda index, out: _write(out, ctypes.c_size_t, index + 1))
        self._text("nvmlDeviceGetUUID", lambda board: board.uuid)
        self._text("nvmlDeviceGetName", lambda board: board.name)
        self._number("nvmlDeviceGetPowerUsage", UINT, lambda board: board.power_mw)
        self._number("nvmlDeviceGetEnforcedPowerLimit", UINT, lambda board: board.power_limit_mw)
        self._number("nvmlDeviceGetTotalEnergyConsumption", ULL, lambda board: board.energy_mj)
        self._number("nvmlDeviceGetCurrentClocksThrottleReasons", ULL, lambda board: board.throttle_reasons)
        self._add("nvmlDeviceGetUtilizationRates", [POINTER, POINTER], self._utilization)
        self._add("nvmlDeviceGetMemoryInfo", [POINTER, POINTER], self._memory)
        self._add("nvmlDeviceGetTemperature", [POINTER, UINT, POINTER], self._temperature)
        self._add("nvmlDeviceGetTotalEccErrors", [POINTER, UINT, UINT, POINTER], self._ecc)

    def _add(self, name: str, arguments: list[Any], function: Callable[..., int]) -> None:
        self._kept.append(function)
        setattr(self, name, ctypes.CFUNCTYPE(ctypes.c_int, *arguments)(function))

    def _board(self, handle: int) -> Board:
        return self._boards[handle - 1]

    def _text(self, name: str, read: Callable[[Board], str]) -> None:
        def function(handle: int, out: int, length: int) -> int:
            text = read(self._board(handle)).encode() + b"\0"
            ctypes.memmove(out, text[:length], min(len(text), length))
            return SUCCESS

        self._add(name, [POINTER, POINTER, UINT], function)

    def _number(self, name: str, kind: Any, read: Callable[[Board], int]) -> None:
        self._add(name, [POINTER, POINTER], lambda handle, out: _write(out, kind, read(self._board(handle))))

    def _utilization(self, handle: int, out: int) -> int:
        rates = ctypes.cast(out, ctypes.POINTER(UINT * 2))[0]  # nvmlUtilization_t: gpu, memory
        rates[0], rates[1] = self._board(handle).utilization, 0
        return SUCCESS

    def _memory(self, handle: int, out: int) -> int:
        total, used = self._board(handle).memory
        memory = ctypes.cast(out, ctypes.POINTER(ULL * 3))[0]  # nvmlMemory_t: total, free, used
        memory[0], memory[1], memory[2] = total, total - used, used
        return SUCCESS

    def _temperature(self, handle: int, sensor: int, out: int) -> int:
        return _write(out, UINT, self._board(handle).temperature) if sensor == pynvml.NVML_TEMPERATURE_GPU else NOT_SUPPORTED

    def _ecc(self, handle: int, error_type: int, counter_type: int, out: int) -> int:
        errors = self._board(handle).ecc_errors
        return _write(out, ULL, errors[error_type]) if errors is not None and counter_type == 1 else NOT_SUPPORTED
