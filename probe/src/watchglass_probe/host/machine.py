"""CPU, memory, disk and network of this machine, and what this process takes of them; read by psutil."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from opentelemetry.metrics import CallbackOptions, Meter, Observation

log = logging.getLogger("watchglass_probe")

CPU_MODES = ("user", "nice", "system", "idle", "iowait", "interrupt", "steal")
"""Of semantic conventions; psutil calls `interrupt` irq."""
MEMORY_STATES = ("used", "free", "cached", "buffers")
REAL_DISKS = ("sd", "nvme", "vd", "xvd", "mmcblk", "hd", "disk")
"""How the names of disks begin; partitions, loops and RAM disks would count the same bytes twice."""


def observe_machine(meter: Meter) -> bool:
    """Make the instruments; False where psutil is not installed.

    Args:
        meter: Of the provider that sends them.
    """
    try:
        import psutil  # noqa: PLC0415  an extra
    except ImportError:
        log.info("psutil is not installed, so nothing is told of the machine: pip install 'watchglass-probe[host]'")
        return False
    machine = _Machine(psutil)
    for name, unit, brief, read in machine.counters():
        meter.create_observable_counter(name, [_guarded(name, _from_now_on(read))], unit, brief)
    for name, unit, brief, read in machine.levels():
        meter.create_observable_up_down_counter(name, [_guarded(name, read)], unit, brief)
    for name, unit, brief, read in machine.gauges():
        meter.create_observable_gauge(name, [_guarded(name, read)], unit, brief)
    return True


Read = Callable[[], Iterable[Observation]]
Instrument = tuple[str, str, str, Read]


def _guarded(name: str, read: Read) -> Callable[[CallbackOptions], Iterable[Observation]]:
    """What `read` gives, or nothing where the system does not tell it, which is said once."""
    is_said = threading.Event()

    def callback(options: CallbackOptions) -> Iterable[Observation]:
        try:
            return list(read())
        except Exception as error:
            if not is_said.is_set():
                is_said.set()
                log.info("%s is not told by this system: %s", name, error)
            return []

    return callback


def _from_now_on(read: Read) -> Read:
    """Count from here on.

    OpenTelemetry says of a counter that it began with the program, so that all that the machine counted since it booted would
    look like the work of the first interval.
    """
    first: dict[tuple[tuple[str, object], ...], float] = {}

    def counted() -> Iterator[Observation]:
        for seen in read():
            key = tuple(sorted((seen.attributes or {}).items()))
            begun = first.setdefault(key, seen.value)
            if seen.value < begun:
                # it began again, so all of it is new
                begun = first[key] = 0
            yield Observation(seen.value - begun, seen.attributes)

    try:
        list(counted())
    except Exception as error:  # the first real reading says so
        log.debug("not told yet: %s", error)
    return counted


class _Machine:
    """Readings of psutil as observations."""

    def __init__(self, psutil: Any) -> None:
        self._psutil = psutil
        self._process = psutil.Process()
        self._cpus = psutil.cpu_count() or 1
        psutil.cpu_percent()  # the first call gives no share, only a start for the next

    def counters(self) -> list[Instrument]:
        return [
            ("system.cpu.time", "s", "Time of each logical CPU by mode", self._cpu_time),
            ("system.disk.io", "By", "Bytes read from and written to each disk", self._disk_io),
            ("system.disk.operations", "{operation}", "Operations on each disk", self._disk_operations),
            ("system.network.io", "By", "Bytes through each network interface", self._network_io),
            ("system.network.errors", "{error}", "Errors of each network interface", self._network_errors),
            ("process.cpu.time", "s", "CPU time of this process by mode", self._process_cpu_time),
        ]

    def levels(self) -> list[Instrument]:
        return [
            ("system.memory.usage", "By", "Memory by state", self._memory_usage),
            ("system.memory.limit", "By", "Memory of the machine", self._memory_limit),
            ("system.paging.usage", "By", "Swap by state", self._paging_usage),
            ("system.filesystem.usage", "By", "Space of each file system by state", self._filesystem_usage),
            ("system.cpu.logical.count", "{cpu}", "Logical CPUs", lambda: [Observation(self._cpus)]),
            ("process.memory.usage", "By", "Resident memory of this process", self._process_memory),
            ("process.thread.count", "{thread}", "Threads of this process", self._process_threads),
        ]

    def gauges(self) -> list[Instrument]:
        return [
            ("system.cpu.utilization", "1", "Share of all CPUs that was busy since the last reading", self._cpu_share),
            ("system.memory.utilization", "1", "Share of memory by state", self._memory_share),
            ("system.filesystem.utilization", "1", "Share of each file system that is used", self._filesystem_share),
        ]

    def _cpu_time(self) -> Iterator[Observation]:
        for number, times in enumerate(self._psutil.cpu_times(percpu=True)):
            for mode in CPU_MODES:
                seconds = getattr(times, "irq" if mode == "interrupt" else mode, None)
                if seconds is not None:
                    yield Observation(seconds, {"cpu.mode": mode, "cpu.logical_number": number})

    def _cpu_share(self) -> Iterator[Observation]:
        yield Observation(self._psutil.cpu_percent() / 100)

    def _memory_usage(self) -> Iterator[Observation]:
        memory = self._psutil.virtual_memory()
        for state in MEMORY_STATES:
            if hasattr(memory, state):
                yield Observation(getattr(memory, state), {"system.memory.state": state})

    def _memory_share(self) -> Iterator[Observation]:
        memory = self._psutil.virtual_memory()
        for state in MEMORY_STATES:
            if hasattr(memory, state):
                yield Observation(getattr(memory, state) / memory.total, {"system.memory.state": state})

    def _memory_limit(self) -> Iterator[Observation]:
        yield Observation(self._psutil.virtual_memory().total)

    def _paging_usage(self) -> Iterator[Observation]:
        swap = self._psutil.swap_memory()
        yield Observation(swap.used, {"system.paging.state": "used"})
        yield Observation(swap.free, {"system.paging.state": "free"})

    def _disk_io(self) -> Iterator[Observation]:
        for device, disk in self._disks():
            yield Observation(disk.read_bytes, {"system.device": device, "disk.io.direction": "read"})
            yield Observation(disk.write_bytes, {"system.device": device, "disk.io.direction": "write"})

    def _disk_operations(self) -> Iterator[Observation]:
        for device, disk in self._disks():
            yield Observation(disk.read_count, {"system.device": device, "disk.io.direction": "read"})
            yield Observation(disk.write_count, {"system.device": device, "disk.io.direction": "write"})

    def _disks(self) -> Iterator[tuple[str, Any]]:
        disks = self._psutil.disk_io_counters(perdisk=True) or {}
        whole = [name for name in disks if name.lower().startswith(REAL_DISKS)]
        for name in whole:
            if not any(name != other and name.startswith(other) for other in whole):
                yield name, disks[name]

    def _filesystem_usage(self) -> Iterator[Observation]:
        for place, usage in self._filesystems():
            yield Observation(usage.used, {**place, "system.filesystem.state": "used"})
            yield Observation(usage.free, {**place, "system.filesystem.state": "free"})

    def _filesystem_share(self) -> Iterator[Observation]:
        for place, usage in self._filesystems():
            yield Observation(usage.percent / 100, place)

    def _filesystems(self) -> Iterator[tuple[dict[str, str], Any]]:
        seen: set[str] = set()
        for partition in self._psutil.disk_partitions(all=False):
            if partition.device in seen:
                continue
            seen.add(partition.device)
            try:
                usage = self._psutil.disk_usage(partition.mountpoint)
            except OSError:  # a drive without a medium
                continue
            yield {"system.device": partition.device, "system.filesystem.mountpoint": partition.mountpoint}, usage

    def _network_io(self) -> Iterator[Observation]:
        for name, card in (self._psutil.net_io_counters(pernic=True) or {}).items():
            yield Observation(card.bytes_recv, {"network.interface.name": name, "network.io.direction": "receive"})
            yield Observation(card.bytes_sent, {"network.interface.name": name, "network.io.direction": "transmit"})

    def _network_errors(self) -> Iterator[Observation]:
        for name, card in (self._psutil.net_io_counters(pernic=True) or {}).items():
            yield Observation(card.errin, {"network.interface.name": name, "network.io.direction": "receive"})
            yield Observation(card.errout, {"network.interface.name": name, "network.io.direction": "transmit"})

    def _process_cpu_time(self) -> Iterator[Observation]:
        times = self._process.cpu_times()
        yield Observation(times.user, {"cpu.mode": "user"})
        yield Observation(times.system, {"cpu.mode": "system"})

    def _process_memory(self) -> Iterator[Observation]:
        yield Observation(self._process.memory_info().rss)

    def _process_threads(self) -> Iterator[Observation]:
        yield Observation(self._process.num_threads())
