"""What is told of the machine and its GPUs, against the machine itself and against NVML's published contract."""

import builtins
import logging
import time
from types import SimpleNamespace
from typing import Any

import psutil
import pynvml
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.semconv._incubating.metrics import hw_metrics, process_metrics, system_metrics

from stand_ins.nvml import Board, Library
from watchglass_probe.host.gpu import observe_gpus
from watchglass_probe.host.machine import observe_machine

Told = dict[str, list[tuple[dict[str, Any], Any]]]


def read(reader: InMemoryMetricReader) -> Told:
    """Attributes and values by metric."""
    data = reader.get_metrics_data()
    if data is None:
        return {}
    return {
        metric.name: [(dict(point.attributes or {}), point.value) for point in metric.data.data_points]  # type: ignore[union-attr]
        for of_resource in data.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    }


def gpus_told(monkeypatch: pytest.MonkeyPatch, boards: list[Board]) -> Told:
    monkeypatch.setattr(pynvml, "CDLL", lambda name: Library(boards) if name == "libnvidia-ml.so.1" else None)
    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    reader = InMemoryMetricReader()
    assert observe_gpus(MeterProvider([reader]).get_meter("m")) == len(boards)
    return read(reader)


def test_the_machine_is_told_as_psutil_sees_it() -> None:
    """CPU, memory, disks, network and this process, under names that OpenTelemetry has."""
    reader = InMemoryMetricReader()
    user_s = psutil.cpu_times().user
    assert observe_machine(MeterProvider([reader]).get_meter("m"))
    ends_s = time.process_time() + 0.3
    while time.process_time() < ends_s:
        pass
    told = read(reader)
    names = {value for module in (system_metrics, process_metrics) for value in vars(module).values() if isinstance(value, str)}
    assert set(told) <= names
    assert told["system.memory.limit"] == [({}, psutil.virtual_memory().total)]
    assert told["system.cpu.logical.count"] == [({}, psutil.cpu_count())]
    (_, resident), *_ = told["process.memory.usage"]
    assert resident == pytest.approx(psutil.Process().memory_info().rss, rel=0.2)
    busy = {attributes["cpu.mode"]: 0.0 for attributes, _ in told["system.cpu.time"]}
    for attributes, seconds in told["system.cpu.time"]:
        busy[attributes["cpu.mode"]] += seconds
    # which mode a tick falls to is the system's affair, and idle is one of them
    assert sum(busy.values()) > 0.1 and 0 <= busy["user"] <= psutil.cpu_times().user - user_s + 0.1
    used = {attributes["system.memory.state"]: value for attributes, value in told["system.memory.usage"]}
    assert 0 < used["used"] < psutil.virtual_memory().total
    assert {attributes["network.interface.name"] for attributes, _ in told["system.network.io"]} == set(psutil.net_io_counters(pernic=True))
    assert 0 <= told["system.cpu.utilization"][0][1] <= 1


def test_what_was_counted_before_the_probe_began_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter begins with the program, as OpenTelemetry says of it; one that begins again is told from there."""
    cards = {"eth0": SimpleNamespace(bytes_recv=7 * 10**12, bytes_sent=10**12, errin=0, errout=0)}
    monkeypatch.setattr(psutil, "net_io_counters", lambda pernic: cards)
    reader = InMemoryMetricReader()
    observe_machine(MeterProvider([reader]).get_meter("m"))
    cards["eth0"].bytes_recv += 500
    received = [value for attributes, value in read(reader)["system.network.io"] if attributes["network.io.direction"] == "receive"]
    assert received == [500]
    cards["eth0"].bytes_recv = 40
    received = [value for attributes, value in read(reader)["system.network.io"] if attributes["network.io.direction"] == "receive"]
    assert received == [40]


def test_a_reading_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """And is said once."""
    monkeypatch.setattr(psutil, "swap_memory", lambda: 1 / 0)
    reader = InMemoryMetricReader()
    with caplog.at_level(logging.INFO, "watchglass_probe"):
        observe_machine(MeterProvider([reader]).get_meter("m"))
        read(reader)
        told = read(reader)
    assert "system.paging.usage" not in told and "system.memory.usage" in told
    assert [record.message for record in caplog.records] == ["system.paging.usage is not told by this system: division by zero"]


def test_a_gpu_is_told_in_the_units_of_the_conventions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares of 1, watts, joules, degrees, bytes; each with the board's identity."""
    told = gpus_told(monkeypatch, [Board()])
    identity = {
        "hw.id": "GPU-5ca1ab1e", "hw.name": "NVIDIA H100 80GB HBM3", "hw.type": "gpu", "hw.vendor": "NVIDIA", "watchglass.gpu.index": 0
    }  # fmt: skip
    assert told["hw.gpu.utilization"] == [({**identity, "hw.gpu.task": "general"}, 0.73)]
    assert told["hw.gpu.memory.usage"] == [(identity, 60 * 2**30)]
    assert told["hw.gpu.memory.limit"] == [(identity, 80 * 2**30)]
    assert told["hw.gpu.memory.utilization"] == [(identity, 0.75)]
    assert told["hw.power"] == [(identity, 412.5)]
    assert told["watchglass.gpu.power.limit"] == [(identity, 700.0)]
    assert told["hw.energy"] == [(identity, 9876.543)]
    assert told["hw.temperature"] == [(identity, 61)]
    assert told["hw.errors"] == [({**identity, "error.type": "corrected"}, 4), ({**identity, "error.type": "uncorrected"}, 1)]
    names = {value for value in vars(hw_metrics).values() if isinstance(value, str)}
    assert {name for name in told if name.startswith("hw.")} <= names


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [(0, set()), (0x1, set()), (0x4, {"power_cap"}), (0x40 | 0x20, {"hardware_thermal", "thermal"}), (0x8 | 0x80, {"hardware_slowdown", "power_brake"})],
)  # fmt: skip
def test_throttling_is_told_by_reason(monkeypatch: pytest.MonkeyPatch, reasons: int, expected: set[str]) -> None:
    """By NVML's bits; being idle is no throttling, and the state is degraded while there is any."""
    told = gpus_told(monkeypatch, [Board(throttle_reasons=reasons)])
    assert {attributes["watchglass.gpu.reason"] for attributes, value in told["watchglass.gpu.throttled"] if value} == expected
    states = {attributes["hw.state"]: value for attributes, value in told["hw.status"]}
    assert states == {"ok": int(not expected), "degraded": int(bool(expected))}


def test_what_one_gpu_does_not_tell_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board without ECC beside one with it."""
    told = gpus_told(monkeypatch, [Board(uuid="GPU-a", ecc_errors=None), Board(uuid="GPU-b")])
    assert {attributes["hw.id"] for attributes, _ in told["hw.errors"]} == {"GPU-b"}
    assert {attributes["hw.id"] for attributes, _ in told["hw.power"]} == {"GPU-a", "GPU-b"}


def test_a_machine_without_a_driver_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one without the packages."""

    def absent(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(pynvml, "CDLL", absent)
    monkeypatch.setattr(pynvml, "nvmlLib", None)
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("m")
    assert observe_gpus(meter) == 0
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name in ("psutil", "pynvml"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert observe_gpus(meter) == 0 and not observe_machine(meter)
    assert read(reader) == {}
