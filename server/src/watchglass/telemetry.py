"""What the server tells about itself: its own metrics, in Prometheus form."""

from collections.abc import Callable, Mapping

import pyarrow as pa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder

from watchglass.model.records import Signal

OPENMETRICS = "application/openmetrics-text"
_END = b"# EOF\n"
COMMIT_BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Telemetry:
    """Counters and histograms of one server; an Observer of the committers and of the OTLP routes."""

    def __init__(self) -> None:
        """Make a registry of its own, so that several servers may live in one process."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        registry = self.registry
        self._gauges: dict[str, Gauge] = {}
        self._followers: list[Callable[[Signal, pa.RecordBatch], None]] = []
        self._rows = Counter(
            "watchglass_ingest_rows", "Rows committed", ["signal"], registry=registry
        )
        self._bytes = Counter(
            "watchglass_ingest_bytes", "Bytes of committed exports, decompressed", ["signal"], registry=registry
        )
        self._commit_s = Histogram(
            "watchglass_ingest_commit_seconds", "Time to decode and commit one group", ["signal"],
            buckets=COMMIT_BUCKETS_S, registry=registry,
        )
        self._requests = Counter(
            "watchglass_ingest_requests", "Exports answered", ["signal", "protocol", "status"], registry=registry
        )
        self._rejected_requests = Counter(
            "watchglass_ingest_rejected_requests", "Exports refused", ["signal", "cause"], registry=registry
        )
        self._rejected_rows = Counter(
            "watchglass_ingest_rejected_rows", "Rows refused", ["signal", "cause"], registry=registry
        )
        self._resends = Counter(
            "watchglass_ingest_resends", "Exports that were stored already", ["signal"], registry=registry
        )
        self._marked_rows = Counter(
            "watchglass_ingest_marked_rows", "Rows committed with something odd about them", ["signal", "mark"],
            registry=registry,
        )
        self._outlet_rows = Counter(
            "watchglass_outlet_rows", "Rows delivered, or dropped for good", ["outlet", "signal", "outcome"],
            registry=registry,
        )
        self._outlet_failures = Counter(
            "watchglass_outlet_failures", "Requests of an outlet that failed or were refused", ["outlet", "signal"],
            registry=registry,
        )
        self._notifications = Counter(
            "watchglass_notifications", "Tries to tell a target, by what became of them", ["target", "outcome"],
            registry=registry,
        )
        self._evaluations = Counter(
            "watchglass_rule_evaluations", "Evaluations of rules", ["outcome"], registry=registry
        )
        self._evaluation_s = Histogram(
            "watchglass_rule_evaluation_seconds", "Time to evaluate a rule", buckets=REQUEST_BUCKETS_S, registry=registry
        )
        self._api_s = Histogram(
            "watchglass_api_request_seconds", "Time to answer an API request", ["method", "route", "status"],
            buckets=REQUEST_BUCKETS_S, registry=registry,
        )

    def committed(self, signal: Signal, rows: int, bytes_: int, seconds: float) -> None:
        """See store.commit.Observer.committed."""
        self._rows.labels(signal.value).inc(rows)
        self._bytes.labels(signal.value).inc(bytes_)
        self._commit_s.labels(signal.value).observe(seconds)

    def stored(self, signal: Signal, batch: pa.RecordBatch) -> None:
        """See store.commit.Observer.stored."""
        for follow in self._followers:
            follow(signal, batch)

    def follow(self, follower: Callable[[Signal, pa.RecordBatch], None]) -> None:
        """Call `follower` with each batch of rows after its commit, on the thread that committed it."""
        self._followers.append(follower)

    def marked(self, signal: Signal, counts: Mapping[str, int]) -> None:
        """See store.commit.Observer.marked."""
        for mark, count in counts.items():
            self._marked_rows.labels(signal.value, mark).inc(count)

    def rejected(self, signal: Signal, cause: str, requests: int = 1, rows: int = 0) -> None:
        """See store.commit.Observer.rejected."""
        if requests:
            self._rejected_requests.labels(signal.value, cause).inc(requests)
        if rows:
            self._rejected_rows.labels(signal.value, cause).inc(rows)

    def resent(self, signal: Signal) -> None:
        """See store.commit.Observer.resent."""
        self._resends.labels(signal.value).inc()

    def request(self, signal: Signal, protocol: str, status: int | str) -> None:
        """See ingest.otlp_http.RequestObserver.request."""
        self._requests.labels(signal.value, protocol, str(status)).inc()

    def outlet_rows(self, outlet: str, signal: str, outcome: str, rows: int) -> None:
        """See outlets.delivery.DeliveryObserver.outlet_rows."""
        self._outlet_rows.labels(outlet, str(signal), outcome).inc(rows)

    def outlet_failed(self, outlet: str, signal: str) -> None:
        """See outlets.delivery.DeliveryObserver.outlet_failed."""
        self._outlet_failures.labels(outlet, str(signal)).inc()

    def notified(self, target: str, outcome: str) -> None:
        """See alerts.notify.sender.NotifyObserver.notified."""
        self._notifications.labels(target, outcome).inc()

    def rule_evaluated(self, outcome: str, seconds: float) -> None:
        """See alerts.evaluator.EvaluationObserver.rule_evaluated."""
        self._evaluations.labels(outcome).inc()
        self._evaluation_s.observe(seconds)

    def api_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An API request to `route` (its template, not its path) was answered after `seconds`."""
        self._api_s.labels(method, route, str(status)).observe(seconds)

    def watch(self, name: str, brief: str, read: Callable[[], float], **labels: str) -> None:
        """Report what `read` returns at each scrape under `name`."""
        gauge = self._gauges.get(name)
        if gauge is None:
            gauge = self._gauges[name] = Gauge(name, brief, list(labels), registry=self.registry)
        (gauge.labels(**labels) if labels else gauge).set_function(read)

    def read(self, name: str) -> list[tuple[dict[str, str], float]]:
        """Return the samples that the exposition has under `name` (`..._total`, `..._count`), each with its labels."""
        return [
            (sample.labels, sample.value)
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == name
        ]

    def exposition(self, accept: str, write_more: Callable[[bool], bytes]) -> tuple[bytes, str]:
        """Write all metrics in the format that the header `accept` asks for; return the page and its content type.

        Args:
            accept: Header of the request; OpenMetrics when it asks for that, else the text format 0.0.4.
            write_more: Writes families that others keep; told whether to write OpenMetrics.
        """
        encode, content_type = choose_encoder(accept)
        is_openmetrics = content_type.startswith(OPENMETRICS)
        own = encode(self.registry)
        return own.removesuffix(_END) + write_more(is_openmetrics) + (_END if is_openmetrics else b""), content_type
