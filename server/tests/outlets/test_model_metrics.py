"""The metrics of model calls sent to a real HTTP target, in each kind's language, over failures and restarts."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from doubles.model_calls import call_batch
from doubles.rows import NOW_NS
from doubles.target import Received, Target
from watchglass.clock import FixedClock, SystemClock
from watchglass.errors import InvalidInput
from watchglass.model.records import Signal
from watchglass.outgoing.sending import Sender
from watchglass.outlets.configuration import read_outlets
from watchglass.outlets.model_metrics import EVERY_S, ModelMetrics
from watchglass.outlets.otlp import Otlp
from watchglass.outlets.outlet import Outlet, Row
from watchglass.outlets.runner import Outlets
from watchglass.prometheus.model_calls import ModelCalls
from watchglass.prometheus.points import points
from watchglass.query.reader import Reader
from watchglass.store.control.database import ControlDatabase
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry


class Sent:
    """Calls that are counted, and what sends them to one outlet."""

    def __init__(self, outlet: Outlet) -> None:
        self.clock = FixedClock(NOW_NS)
        self.telemetry = Telemetry()
        self.model_calls = ModelCalls(max_label_sets=100)
        sender = Sender(self.clock, [])
        self.sending = ModelMetrics("out", outlet, self.points, sender, self.clock, self.telemetry, lambda least, most: most)

    def points(self) -> Sequence[Row]:
        return points(self.model_calls.counts(), None, "host:1", NOW_NS - 10**10, self.clock.now_ns())

    def call(self, **columns: Any) -> None:
        self.model_calls.stored(Signal.TRACES, call_batch([columns]))


def requests_of(received: Received) -> float:
    """How many calls a request over OTLP says there were."""
    request = ExportMetricsServiceRequest.FromString(received.text)
    metrics = [it for resource in request.resource_metrics for scope in resource.scope_metrics for it in scope.metrics]
    return sum(
        point.as_double for it in metrics if it.name == "gen_ai.client.requests" for point in it.sum.data_points
    )


def test_each_sending_holds_all_that_those_before_it_said(target: Target) -> None:
    """One that fails is not repeated: the next says it, so that a failure loses nothing, and the lag says how long it waits."""
    sent = Sent(Otlp(target.url, {}))
    sent.call()
    assert sent.sending.step() == EVERY_S
    target.answer = lambda received: (503, {}, b"")
    sent.call()
    assert 0 < sent.sending.step() <= EVERY_S
    sent.clock.advance_s(30)
    assert sent.sending.lag_s() == 30
    sent.call()
    sent.sending.step()
    target.answer = lambda received: (200, {}, b"")
    assert sent.sending.step() == EVERY_S
    assert [requests_of(received) for received in target.received] == [1, 2, 3, 3]
    progress = sent.sending.progress
    assert sent.sending.lag_s() == 0 and progress.failure_count == 2 and "503" in progress.last_error
    assert progress.delivered_rows == 2 * len(sent.points()) and progress.dropped_rows == 0


def test_what_is_refused_is_counted_and_said_anew(target: Target) -> None:
    """A target that refuses the form is asked again at the next time only; a part of it that is refused is counted."""
    sent = Sent(Otlp(target.url, {}))
    sent.call()
    target.answer = lambda received: (400, {}, b"no")
    assert sent.sending.step() == EVERY_S
    assert sent.sending.progress.dropped_rows == len(sent.points()) and "400" in sent.sending.progress.last_error
    assert sent.sending.progress.delivered_rows == 0


@pytest.mark.parametrize(
    "text",
    [
        "{kind: otlp, url: URL}",
        "{kind: last9, url: URL, authorization_env: A, remote_write_url: URL}",
        "{kind: datadog, url: URL, api_key_env: K}",
        "{kind: remote_write, url: URL}",
    ],
)
def test_every_kind_that_takes_metrics_gets_them(
    text: str, target: Target, engine: Engine, control: ControlDatabase, tmp_path: Path
) -> None:
    """On the interval, without a row in the store; once more at the end, with what was counted since."""
    file = tmp_path / "outlets.yml"
    file.write_text("outlets:\n  - " + text.replace("URL", target.url).replace("{", "{name: out, signals: [metrics], ", 1))
    configured = read_outlets(file, {"A": "Basic eA==", "K": "key"}.get)
    model_calls, clock = ModelCalls(max_label_sets=100), SystemClock()
    started_ns = clock.now_ns()
    telemetry = Telemetry()
    outlets = Outlets(
        configured, Reader(engine, 30, 2**30), control, clock, telemetry,
        lambda project: points(model_calls.counts(), project, "host:1", started_ns, clock.now_ns()),
        holder="me", every_s=0.05,
    )  # fmt: skip
    model_calls.stored(Signal.TRACES, call_batch([{}]))
    outlets.start()
    while not target.received:
        time.sleep(0.01)
    model_calls.stored(Signal.TRACES, call_batch([{}]))
    outlets.close()
    assert outlets.model_metrics()["out"].delivered_rows >= 2 * len(points(model_calls.counts(), None, "host:1", 1, 2))
    assert {labels["signal"] for labels, _ in outlets.lags()} == {"metric_points", "model_metrics"}


def test_they_can_be_left_out(tmp_path: Path) -> None:
    """By a word in the file; an outlet without metrics has none, and cannot ask for them."""
    file = tmp_path / "outlets.yml"

    def has(more: str) -> bool:
        file.write_text(f"outlets:\n  - {{name: out, kind: otlp, url: 'http://h', {more}}}")
        return read_outlets(file, {}.get)[0].has_model_metrics

    assert has("signals: [metrics]") and not has("model_metrics: false") and not has("signals: [logs]")
    for wrong in ("model_metrics: 5", "signals: [logs], model_metrics: true"):
        with pytest.raises(InvalidInput, match="metrics among the signals"):
            has(wrong)
