"""How long it takes to say what servers and machines did beside a call, and to draw their pages, over 10 million points.

    python bench/serving.py [SHARE]

100 machines, each with a model server, report every 15 seconds. SHARE of the points, 0.1 when not given, are the canonical ones
that are looked at: vLLM and node_exporter have ten times as many others. 1 is the worst case.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.beside_call import read_beside_call
from watchglass.query.serving.measures import metrics_of
from watchglass.query.serving.overview import read_hosts, read_servers
from watchglass.store.embedded import EmbeddedEngine
from watchglass.store.migrate import migrate

POINTS, MACHINES, STEP_S = 10_000_000, 100, 15
NOW_S = 1_780_000_000
REPEATS = 9
HISTOGRAMS = ("duration", "latency", "time_to_first_token", "time_per_output_token")
COUNTERS = ("tokens", "preemptions", "hits", "queries", ".io", ".time", "draft_tokens", "accepted_tokens")


def fill(engine: EmbeddedEngine, share: float = 0.1) -> None:
    """Store the points, oldest first, in blocks as commits would leave them after their merges."""
    metrics = metrics_of("server", "host")
    metrics += [f"other_metric_{number}" for number in range(round(len(metrics) / share) - len(metrics))]
    series = len(metrics) * MACHINES
    steps = POINTS // series
    kinds = ["histogram" if it.endswith(HISTOGRAMS) else "sum" if it.endswith(COUNTERS) else "gauge" for it in metrics]
    for first in range(0, steps, 500):
        count = min(500, steps - first) * series
        engine.execute(
            f"""INSERT INTO metric_points (project_id, received_at, metric_name, metric_type, temporality, is_monotonic, series_id, start_time,
                time, value, count, sum, service_name, service_instance_id, host_name, attributes, resource_attributes)
            SELECT 'default', fromUnixTimestamp64Nano(t) AS received, {metrics!r}[m + 1], {kinds!r}[m + 1] AS kind,
                if(kind = 'gauge', 'unspecified', 'cumulative'), kind = 'sum', cityHash64(m, h), fromUnixTimestamp64Nano(toInt64(0)),
                fromUnixTimestamp64Nano(t), step, step, step * 0.5, if(m < {len(metrics_of("server"))}, 'vllm', 'node'),
                concat('gpu-', toString(h), ':8000'), concat('gpu-', toString(h)),
                map('gen_ai.request.model', 'llama', 'watchglass.server', 'vllm'),
                map('server.address', concat('gpu-', toString(h)), 'server.port', '8000', 'k8s.pod.name', concat('vllm-', toString(h)))
            FROM (SELECT number % {len(metrics)} AS m, intDiv(number, {len(metrics)}) % {MACHINES} AS h,
                intDiv(number, {series}) + {first} AS step,
                toInt64({NOW_S - steps * STEP_S} + step * {STEP_S}) * 1000000000 AS t FROM numbers({count}))"""
        )
    engine.execute(
        f"""INSERT INTO spans (project_id, received_at, trace_id, span_id, start_time, end_time, duration_ns, service_name, attributes)
        SELECT 'default', fromUnixTimestamp({NOW_S} - 3600), leftPad(lower(hex(number)), 32, '0'), leftPad(lower(hex(number)), 16, '0'),
            fromUnixTimestamp({NOW_S} - 3600), fromUnixTimestamp({NOW_S} - 3596), 4000000000, 'bot',
            map('server.address', concat('gpu-', toString(number % {MACHINES})), 'server.port', '8000')
        FROM numbers(1000)"""
    )
    print(f"{steps * series:,} points, {series:,} series, {steps * STEP_S / 3600:.1f} hours")


def main() -> None:
    """Fill a store, ask, and print medians in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="serving-bench-") as folder:
        engine = EmbeddedEngine(Path(folder), database="watchglass")
        migrate(engine)
        fill(engine, float(sys.argv[1]) if len(sys.argv) > 1 else 0.1)
        reader = Reader(engine, 60.0, 4 * 10**9)
        now_ns = NOW_S * 10**9
        hour = Scope("default", now_ns - 3600 * 10**9, now_ns)
        asked = {
            "beside a call of 4 s": lambda at: read_beside_call(reader, "default", f"{at:032x}", f"{at:016x}"),
            "Serving, the last hour": lambda at: read_servers(reader, hour, 60, now_ns),
            "Hosts, the last hour": lambda at: read_hosts(reader, hour, 60, now_ns),
        }
        for name, ask in asked.items():
            ask(1)
            taken = []
            for at in range(REPEATS):
                begun = time.perf_counter()
                answer = ask(at + 2)
                taken.append(time.perf_counter() - begun)
            if name.startswith("beside"):
                assert [it.kind for it in answer.instances] == ["server", "host"], answer.instances
            print(f"{name}: median {statistics.median(taken) * 1000:.0f} ms, largest {max(taken) * 1000:.0f} ms")
        engine.close()


if __name__ == "__main__":
    main()
