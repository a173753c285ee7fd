"""What the stub tells of its load is what it had to do."""

import asyncio
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from watchglass.clock import SystemClock
from watchglass.demo.stub.load import CAPACITY_TOKENS, SLOTS, Load, Prompt

pytestmark = pytest.mark.real

PROMPT = Prompt("m", 1000, 400)


def numbers(reader: InMemoryMetricReader) -> dict[str, Any]:
    """What was told: the value of gauges and counters by name and part, count and sum of histograms."""
    found: dict[str, Any] = {}
    data = reader.get_metrics_data()
    assert data is not None
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        for point in metric.data.data_points:
            part = str((point.attributes or {}).get("gen_ai.token.type", ""))
            found[metric.name.removeprefix("watchglass.serving.") + part] = getattr(point, "value", None) or getattr(point, "count", 0)
    return found


def test_requests_wait_for_a_slot_and_are_counted() -> None:
    """All slots are taken, two wait; when one ends, one of these begins; a client that leaves gives its slot back."""
    reader = InMemoryMetricReader()
    load = Load(SystemClock())
    load.report(MeterProvider([reader]).get_meter("test"))

    async def run() -> None:
        leave = asyncio.Event()

        async def one(*, fails: bool = False) -> None:
            async with load.work(PROMPT) as work:
                work.token()
                work.token(3)
                await leave.wait()
                if fails:
                    raise ConnectionError

        begun = [asyncio.create_task(one(fails=index == 0)) for index in range(SLOTS + 2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        while_running = numbers(reader)
        assert (while_running["requests.running"], while_running["requests.waiting"]) == (SLOTS, 2)
        assert while_running["kv_cache.utilization"] == pytest.approx(SLOTS * 1004 / CAPACITY_TOKENS)
        leave.set()
        await asyncio.gather(*begun, return_exceptions=True)

    asyncio.run(run())
    after = numbers(reader)
    count = SLOTS + 2
    assert (after["requests.running"], after["requests.waiting"], after["kv_cache.utilization"]) == (0, 0, 0)
    assert (after["tokensinput"], after["tokensoutput"], after["prefix_cache.hits"]) == (1000 * count, 4 * count, 400 * count)
    durations = ("queue.duration", "prefill.duration", "decode.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.request.duration")
    assert [after[name] for name in durations] == [count] * 5
    assert after["inter_token_latency"] == 3 * count
