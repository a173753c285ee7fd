"""A small fleet that is scraped: a vLLM server, node_exporter and DCGM's exporter on one machine, in their own formats.

What they say is known at every scrape: a step is 15 seconds, and at step `i` the queue holds `i` requests, the KV cache is
`i` per cent full, each finished request spent 0.5 s in the queue, a step adds 150 output tokens, a quarter of the CPU is busy,
and GPU `g` is at 10 * g + i per cent.
"""

from collections.abc import Iterable, Iterator, Mapping

from doubles.otlp import TOLERANCE_S, export
from watchglass.ingest.metrics import MetricDecoder
from watchglass.ingest.scrape.fetch import Answer
from watchglass.ingest.scrape.target_reading import TargetReading
from watchglass.ingest.scrape.targets import Target
from watchglass.model.records import Signal
from watchglass.store.engine import Engine

STEP_NS = 15 * 10**9

VLLM = """# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{{engine="0",model_name="llama"}} 4
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{{engine="0",model_name="llama"}} {i}
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{{engine="0",model_name="llama"}} {kv}
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{{engine="0",model_name="llama"}} {tokens}
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{{engine="0",model_name="llama"}} {queries}
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_hits_total{{engine="0",model_name="llama"}} {hits}
# TYPE vllm:request_queue_time_seconds histogram
vllm:request_queue_time_seconds_bucket{{le="0.3",engine="0",model_name="llama"}} 0
vllm:request_queue_time_seconds_bucket{{le="1.0",engine="0",model_name="llama"}} {count}
vllm:request_queue_time_seconds_bucket{{le="+Inf",engine="0",model_name="llama"}} {count}
vllm:request_queue_time_seconds_sum{{engine="0",model_name="llama"}} {total}
vllm:request_queue_time_seconds_count{{engine="0",model_name="llama"}} {count}
"""

NODE = """# TYPE node_uname_info gauge
node_uname_info{{machine="x86_64",nodename="gpu-one",sysname="Linux"}} 1
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{{cpu="0",mode="idle"}} {idle}
node_cpu_seconds_total{{cpu="0",mode="user"}} {user}
# TYPE node_memory_MemTotal_bytes gauge
node_memory_MemTotal_bytes 1000
# TYPE node_memory_MemFree_bytes gauge
node_memory_MemFree_bytes 200
# TYPE node_memory_Cached_bytes gauge
node_memory_Cached_bytes 100
# TYPE node_memory_Buffers_bytes gauge
node_memory_Buffers_bytes 100
# TYPE node_disk_read_bytes_total counter
node_disk_read_bytes_total{{device="sda"}} {read}
"""

def vllm(i: int) -> str:
    """What vLLM says at step `i`."""
    return VLLM.format(i=i, kv=i / 100, tokens=150 * i, queries=100 * i, hits=80 * i, count=10 * i, total=5.0 * i)


def node(i: int) -> str:
    """What node_exporter says at step `i`."""
    return NODE.format(idle=11.25 * i, user=3.75 * i, read=1500 * i)


def dcgm(i: int) -> str:
    """What DCGM's exporter says at step `i`."""
    heads = (("GPU_UTIL", lambda g: 10 * g + i), ("FB_USED", lambda g: 30), ("FB_FREE", lambda g: 10),
             ("GPU_TEMP", lambda g: 61), ("POWER_USAGE", lambda g: 412.5))  # fmt: skip
    return "".join(
        f"# TYPE DCGM_FI_DEV_{name} gauge\n"
        + "".join(
            f'DCGM_FI_DEV_{name}{{gpu="{g}",UUID="GPU-{g}",device="nvidia{g}",modelName="NVIDIA H100",Hostname="gpu-one"}} {value(g)}\n'
            for g in (0, 1)
        )
        for name, value in heads
    )


SAID = {"vllm": vllm, "node": node, "dcgm": dcgm}
PORTS = {"vllm": 8000, "node": 9100, "dcgm": 9400}


def target(job: str, host: str = "10.0.0.5", labels: Mapping[str, str] | None = None) -> Target:
    """The target of one of the programs on a machine that is asked by its address."""
    address = f"{host}:{PORTS[job]}"
    return Target(job, address, f"http://{address}/metrics", (), tuple((labels or {}).items()), 15.0, 10.0, honor_labels=False)


def scraped(start_ns: int, steps: Iterable[int], targets: Iterable[Target]) -> Iterator[tuple[int, list[bytes]]]:
    """What the targets say at each step as OTLP requests, with the step's time; step 0 is at `start_ns`."""
    readings = [(it.job, TargetReading(it)) for it in targets]
    for i in steps:
        time_ns = start_ns + i * STEP_NS
        for job, reading in readings:
            yield time_ns, reading.read(Answer(SAID[job](i), is_openmetrics=False), time_ns)[0]


def scrape(
    engine: Engine, start_ns: int, steps: Iterable[int], targets: Iterable[Target], *, project_id: str = "p"
) -> None:
    """Store what the targets say at each step."""
    decoder = MetricDecoder(future_tolerance_s=TOLERANCE_S)
    for time_ns, requests in scraped(start_ns, steps, targets):
        exports = [export(Signal.METRICS, request, project_id) for request in requests]
        engine.insert("metric_points", decoder(exports, time_ns + 10**9).batch)
