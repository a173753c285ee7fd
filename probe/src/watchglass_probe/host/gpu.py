"""NVIDIA GPUs: utilisation, memory, power, temperature, throttling and ECC errors; read by nvidia-ml-py."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from opentelemetry.metrics import CallbackOptions, Meter, Observation

log = logging.getLogger("watchglass_probe")

THROTTLE_REASONS = {
    "nvmlClocksThrottleReasonSwPowerCap": "power_cap",
    "nvmlClocksThrottleReasonHwSlowdown": "hardware_slowdown",
    "nvmlClocksThrottleReasonSwThermalSlowdown": "thermal",
    "nvmlClocksThrottleReasonHwThermalSlowdown": "hardware_thermal",
    "nvmlClocksThrottleReasonHwPowerBrakeSlowdown": "power_brake",
}
"""What slows a GPU that has work; being idle, or set to a clock, is not among them."""
ECC_ERRORS = {"NVML_MEMORY_ERROR_TYPE_CORRECTED": "corrected", "NVML_MEMORY_ERROR_TYPE_UNCORRECTED": "uncorrected"}

Gpu = tuple[Any, dict[str, str | int]]
"""NVML's handle of a device, and the attributes of its observations."""
Read = Callable[[Gpu], Iterator[Observation]]


def observe_gpus(meter: Meter) -> int:
    """Make the instruments; returns how many GPUs there are.

    A machine without the package, without a driver or without a GPU is no error.

    Args:
        meter: Of the provider that sends them.
    """
    try:
        import pynvml  # noqa: PLC0415  an extra
    except ImportError:
        return 0
    try:
        pynvml.nvmlInit()
        gpus = [_gpu(pynvml, index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        log.info("nothing is told of GPUs: %s", error)
        return 0
    readings = _Readings(pynvml, gpus)
    for name, unit, brief, read in readings.counters():
        meter.create_observable_counter(name, [readings.callback(read)], unit, brief)
    for name, unit, brief, read in readings.levels():
        meter.create_observable_up_down_counter(name, [readings.callback(read)], unit, brief)
    for name, unit, brief, read in readings.gauges():
        meter.create_observable_gauge(name, [readings.callback(read)], unit, brief)
    return len(gpus)


def _gpu(pynvml: Any, index: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    attributes: dict[str, str | int] = {
        "hw.id": _text(pynvml.nvmlDeviceGetUUID(handle)),
        "hw.name": _text(pynvml.nvmlDeviceGetName(handle)),
        "hw.type": "gpu",
        "hw.vendor": "NVIDIA",
        "watchglass.gpu.index": index,
    }
    return handle, attributes


def _text(value: str | bytes) -> str:
    """Text of NVML: bytes in versions of the package before 12."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class _Readings:
    """Readings of NVML as observations; units are turned into those of the conventions."""

    def __init__(self, pynvml: Any, gpus: list[Gpu]) -> None:
        self._nvml = pynvml
        self._gpus = gpus

    def callback(self, read: Read) -> Callable[[CallbackOptions], list[Observation]]:
        """Read each GPU; one that does not tell a thing, as many do not, is left out of it."""

        def observe(options: CallbackOptions) -> list[Observation]:
            observations = []
            for gpu in self._gpus:
                try:
                    observations += list(read(gpu))
                except self._nvml.NVMLError as error:
                    log.debug("%s: %s", gpu[1]["hw.id"], error)
            return observations

        return observe

    def counters(self) -> list[tuple[str, str, str, Read]]:
        return [
            ("hw.energy", "J", "Energy that the GPU has used since its driver was loaded", self._energy),
            ("hw.errors", "{error}", "ECC errors over the life of the GPU", self._ecc_errors),
        ]

    def levels(self) -> list[tuple[str, str, str, Read]]:
        return [
            ("hw.gpu.memory.usage", "By", "Memory of the GPU that is used", self._memory_usage),
            ("hw.gpu.memory.limit", "By", "Memory of the GPU", self._memory_limit),
            ("hw.status", "1", "1 for the state that the GPU is in: ok, or degraded while it is throttled", self._status),
        ]

    def gauges(self) -> list[tuple[str, str, str, Read]]:
        return [
            ("hw.gpu.utilization", "1", "Share of time in which the GPU was at work", self._utilization),
            ("hw.gpu.memory.utilization", "1", "Share of the GPU's memory that is used", self._memory_utilization),
            ("hw.power", "W", "Power that the GPU draws", self._power),
            ("hw.temperature", "Cel", "Temperature of the GPU", self._temperature),
            ("watchglass.gpu.power.limit", "W", "Power that the GPU may draw", self._power_limit),
            ("watchglass.gpu.throttled", "1", "1 while the GPU is slowed for the reason", self._throttled),
        ]

    def _utilization(self, gpu: Gpu) -> Iterator[Observation]:
        rates = self._nvml.nvmlDeviceGetUtilizationRates(gpu[0])
        yield Observation(rates.gpu / 100, {**gpu[1], "hw.gpu.task": "general"})

    def _memory_usage(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetMemoryInfo(gpu[0]).used, gpu[1])

    def _memory_limit(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetMemoryInfo(gpu[0]).total, gpu[1])

    def _memory_utilization(self, gpu: Gpu) -> Iterator[Observation]:
        memory = self._nvml.nvmlDeviceGetMemoryInfo(gpu[0])
        if memory.total:
            yield Observation(memory.used / memory.total, gpu[1])

    def _power(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetPowerUsage(gpu[0]) / 1000, gpu[1])

    def _power_limit(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetEnforcedPowerLimit(gpu[0]) / 1000, gpu[1])

    def _energy(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetTotalEnergyConsumption(gpu[0]) / 1000, gpu[1])

    def _temperature(self, gpu: Gpu) -> Iterator[Observation]:
        yield Observation(self._nvml.nvmlDeviceGetTemperature(gpu[0], self._nvml.NVML_TEMPERATURE_GPU), gpu[1])

    def _ecc_errors(self, gpu: Gpu) -> Iterator[Observation]:
        for name, label in ECC_ERRORS.items():
            errors = self._nvml.nvmlDeviceGetTotalEccErrors(
                gpu[0], getattr(self._nvml, name), self._nvml.NVML_AGGREGATE_ECC
            )
            yield Observation(errors, {**gpu[1], "error.type": label})

    def _throttled(self, gpu: Gpu) -> Iterator[Observation]:
        reasons = self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu[0])
        for name, label in THROTTLE_REASONS.items():
            yield Observation(int(bool(reasons & getattr(self._nvml, name))), {**gpu[1], "watchglass.gpu.reason": label})

    def _status(self, gpu: Gpu) -> Iterator[Observation]:
        reasons = self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu[0])
        is_degraded = any(reasons & getattr(self._nvml, name) for name in THROTTLE_REASONS)
        yield Observation(int(not is_degraded), {**gpu[1], "hw.state": "ok"})
        yield Observation(int(is_degraded), {**gpu[1], "hw.state": "degraded"})
