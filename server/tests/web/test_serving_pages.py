"""Serving, Hosts and what stands beside a call, in a real browser over a real server that a fleet was sent to."""

import http.client
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doubles.fleet import STEP_NS, scraped, target
from doubles.otlp import metric_request
from doubles.server_process import ServerProcess
from doubles.spans import trace_request
from web.accessibility import serious_findings

pytestmark = pytest.mark.browser

STEPS = 60
TRACE_ID = (77).to_bytes(16, "big")


def post(port: int, path: str, body: bytes) -> None:
    """Send OTLP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body, {"content-type": "application/x-protobuf"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        connection.close()


def send_fleet(port: int) -> None:
    """A machine with vLLM and two GPUs over the last quarter of an hour, a second vLLM that fell silent, and a call to the first."""
    now_ns = time.time_ns()
    start_ns = now_ns - STEPS * STEP_NS
    first = [target("vllm"), target("node"), target("dcgm")]
    bodies = [body for _, requests in scraped(start_ns, range(STEPS), first) for body in requests]
    bodies += [body for _, requests in scraped(start_ns, range(20), [target("vllm", "10.0.0.6")]) for body in requests]
    post(port, "/v1/metrics", b"".join(bodies))
    call_ns = now_ns - 300 * 10**9
    span = {
        "name": "chat llama", "kind": "client", "start_ns": call_ns, "duration_ns": 20 * 10**9, "trace_id": TRACE_ID,
        "attributes": {
            "gen_ai.operation.name": "chat", "gen_ai.request.model": "llama", "server.address": "10.0.0.5", "server.port": 8000,
        },
    }  # fmt: skip
    other = {**span, "name": "chat gpt", "trace_id": (78).to_bytes(16, "big"), "attributes": {"server.address": "api.example.com", "server.port": 443}}
    post(port, "/v1/traces", trace_request([span, other], resource={"service.name": "bot"}).SerializeToString())


def address(server: ServerProcess, path: str) -> str:
    """Where a path of the server is."""
    return f"http://127.0.0.1:{server.port}{path}"


def test_servers_have_a_state_and_one_is_seen_in_detail(page: Page, server: ServerProcess) -> None:
    """The silent one is stale; a row leads to its charts, and Escape back to all."""
    send_fleet(server.port)
    page.goto(address(server, "/serving"))
    rows = page.get_by_role("table", name="Model servers").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("vllm · llama")
    expect(rows.nth(1)).to_contain_text("up")
    expect(rows.nth(2)).to_contain_text("stale")
    expect(page.get_by_label("All servers that are up")).to_contain_text("1 of 2")
    expect(page.get_by_role("group", name=re.compile("Requests waiting: .*Latest: 10.0.0.5:8000 5[0-9]"))).to_be_visible()
    page.get_by_role("link", name="10.0.0.5:8000").click()
    expect(page).to_have_url(re.compile("instance=10.0.0.5"))
    detail = page.get_by_role("region", name="Server 10.0.0.5:8000")
    expect(detail.get_by_role("group", name=re.compile("Latency by phase, mean: .*queue 500 ms"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="All servers")).to_be_visible()


def test_serving_is_live(page: Page, server: ServerProcess) -> None:
    """A server that begins to report appears by itself; before that the page says how to connect one."""
    page.goto(address(server, "/serving"))
    expect(page.get_by_role("heading", name="No model server reported in this range")).to_be_visible()
    send_fleet(server.port)
    expect(page.get_by_role("table", name="Model servers").get_by_role("row")).to_have_count(3)
    expect(page.locator("main canvas").first).to_be_attached()


def test_machines_show_their_gpus_as_a_heat_map(page: Page, server: ServerProcess) -> None:
    """A row a GPU; the measure is in the address; the machine's own charts and each GPU's numbers are below."""
    page.goto(address(server, "/hosts"))
    expect(page.get_by_role("heading", name="No machine reported in this range")).to_be_visible()
    send_fleet(server.port)
    page.goto(address(server, "/hosts"))
    expect(page.get_by_role("table", name="Machines").get_by_role("row").nth(1)).to_contain_text("2 GPUs NVIDIA H100")
    heat = page.get_by_role("group", name=re.compile("GPUs: utilisation"))
    expect(heat.locator("canvas").first).to_be_attached()
    heat.focus()
    page.keyboard.press("Home")
    expect(heat.get_by_text(re.compile("gpu-one · 1: "))).to_be_attached()
    page.get_by_text("Power", exact=True).first.click()
    expect(page).to_have_url(re.compile("gpu=gpu_power"))
    expect(page.get_by_role("group", name=re.compile("GPUs: power"))).to_be_visible()
    gpus = page.get_by_role("table", name="GPUs").get_by_role("row")
    expect(gpus.nth(1)).to_contain_text("61 °C")
    expect(gpus.nth(1)).to_contain_text("30 MiB")
    expect(page.get_by_role("group", name=re.compile("CPU and memory: .*CPU 25%, memory 60%"))).to_be_visible()


def test_a_gpu_says_why_it_is_slowed(page: Page, server: ServerProcess) -> None:
    """The reason is told in words, as the probe reports it."""
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

    from doubles.otlp import key_values

    metric = Metric(name="watchglass.gpu.throttled")
    attributes = key_values({"hw.id": "GPU-7", "watchglass.gpu.reason": "hardware_thermal"})
    metric.gauge.data_points.add(time_unix_nano=time.time_ns(), as_double=1.0, attributes=attributes)
    post(server.port, "/v1/metrics", metric_request([metric], resource={"host.name": "hot"}).SerializeToString())
    page.goto(address(server, "/hosts"))
    expect(page.get_by_role("table", name="GPUs")).to_contain_text("hardware thermal")
    expect(page.get_by_label("All machines that are up")).to_contain_text("GPUs slowed1")


def test_a_call_has_its_server_and_machine_beside_it(page: Page, server: ServerProcess) -> None:
    """Asked for when it is opened; how each was found is told; nothing is made up for a provider's API."""
    send_fleet(server.port)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.split("?")[0].endswith("/serving") else None)
    page.goto(address(server, f"/traces/{TRACE_ID.hex()}"))
    panel = page.get_by_role("region", name="Chosen span")
    expect(panel.get_by_role("tab", name="Serving")).to_be_visible()
    assert asked == []
    panel.get_by_role("tab", name="Serving").click()
    shown = panel.get_by_role("region", name="Server 10.0.0.5:8000")
    expect(shown).to_contain_text("by address and port: 10.0.0.5:8000")
    expect(shown).to_contain_text(re.compile("as it began: running 4, waiting (39|40)"))
    machine = panel.get_by_role("region", name="Machine gpu-one")
    expect(machine.get_by_role("group", name=re.compile("GPU: utilisation: .*GPU 0 [0-9]+%, GPU 1 [0-9]+%"))).to_be_visible()
    shown.get_by_text("Numbers during the call").click()
    expect(shown.get_by_role("row", name=re.compile("KV cache used"))).to_be_visible()
    assert len(asked) == 1
    page.goto(address(server, f"/traces/{(78).to_bytes(16, 'big').hex()}?tab=serving"))
    expect(panel).to_contain_text("No server or machine of this call reported at that time")
    expect(panel).to_contain_text("api.example.com:443")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_pass_the_accessibility_checks(page: Page, server: ServerProcess, scheme: Any) -> None:
    """axe finds nothing serious, in either colour scheme, on a desk and on a phone."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address(server, "/serving"))
    expect(page.get_by_role("heading", name="No model server reported in this range")).to_be_visible()
    assert serious_findings(page) == []
    send_fleet(server.port)
    shown = {
        "/serving": "Requests waiting", "/serving?instance=10.0.0.5:8000": "KV cache used", "/hosts": "CPU and memory",
        f"/traces/{TRACE_ID.hex()}?tab=serving": "GPU: power",
    }  # fmt: skip
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for path, chart in shown.items():
            page.goto(address(server, path))
            expect(page.get_by_role("group", name=re.compile(f"^{chart}: "))).to_be_attached()
            assert serious_findings(page) == [], path
