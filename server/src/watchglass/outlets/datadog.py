"""Datadog: metrics (v2 series), logs (v2), and spans to LLM Observability, each within its published limits."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outlets.chunks import within
from watchglass.outlets.datadog_logs import log_item
from watchglass.outlets.datadog_metrics import UNSUPPORTED, point_series
from watchglass.outlets.datadog_spans import span_items
from watchglass.outlets.outlet import Kind, Prepared, Request, Row

SITES = (
    "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com",
    "uk1.datadoghq.com", "datadoghq.eu", "ddog-gov.com", "us2.ddog-gov.com",
)  # fmt: skip
"""Datadog's sites, as datadog-api-client 2.62 lists them."""

Items = list[tuple[Row, bytes]]


@dataclass(frozen=True, slots=True)
class Intake:
    """One of Datadog's doors.

    Attributes:
        subdomain: Before the site.
        path: Its path.
        max_bytes: Most bytes of the items of one request, before compression; below the limit by what is around them.
        max_count: Most items of one request.
        prefix: What stands before the items.
        suffix: What stands behind them.
    """

    subdomain: str
    path: str
    max_bytes: int
    max_count: int
    prefix: bytes
    suffix: bytes


# series: 512,000 bytes as sent and 5,242,880 before compression; what does not compress at all keeps the first one too
METRICS = Intake("api", "/api/v2/series", 500_000, 5_000, b'{"series":[', b"]}")
LOGS = Intake("http-intake.logs", "/api/v2/logs", 4_900_000, 1_000, b"[", b"]")
SPANS_PATH = "/api/intake/llm-obs/v1/trace/spans"
SPANS_MAX_BYTES, SPANS_MAX_COUNT = 4_500_000, 1_000


class Datadog:
    """A Datadog organisation; see outlet.Outlet."""

    def __init__(self, address: Callable[[str], str], api_key: str, ml_app: str) -> None:
        """Send with `api_key`.

        Args:
            address: The address of a subdomain: `api` gives https://api.datadoghq.com.
            api_key: The organisation's key.
            ml_app: The application that spans without a service belong to.
        """
        self.target = address("api")
        self._address = address
        self._ml_app = ml_app
        self._headers = {"dd-api-key": api_key, "content-type": "application/json", "content-encoding": "gzip"}

    def prepare(self, signal: Signal, rows: Sequence[Row]) -> Prepared:
        """Write rows for the door of their signal."""
        if signal is Signal.TRACES:
            return Prepared(self._spans(rows))
        if signal is Signal.LOGS:
            return Prepared(self._requests(LOGS, [(row, log_item(row)) for row in rows]))
        items: Items = []
        skipped = 0
        for row in rows:
            series = point_series(row)
            # a point of several series is one item, so that it is sent as a whole
            if series:
                items.append((row, b",".join(orjson.dumps(it) for it in series)))
            else:
                skipped += 1
        return Prepared(self._requests(METRICS, items), skipped, UNSUPPORTED if skipped else "")

    def rejected(self, signal: Signal, answer: bytes) -> tuple[int, str]:
        """How many series the answer's `errors` names: all that Datadog says of parts of a request."""
        if signal is not Signal.METRICS:
            return 0, ""
        try:
            said = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return 0, ""
        errors = said.get("errors") if isinstance(said, dict) else None
        return (len(errors), str(errors[0])) if isinstance(errors, list) and errors else (0, "")

    def _requests(self, intake: Intake, items: Items) -> list[Request]:
        url = self._address(intake.subdomain) + intake.path
        requests = []
        for part in within(items, lambda item: len(item[1]) + 1, intake.max_bytes, intake.max_count):
            body = intake.prefix + b",".join(written for _, written in part) + intake.suffix
            requests.append(self._request(url, body, [row for row, _ in part]))
        return requests

    def _spans(self, rows: Sequence[Row]) -> list[Request]:
        url = self._address("api") + SPANS_PATH
        requests = []
        by_service: dict[str, list[Row]] = {}
        for row in rows:
            by_service.setdefault(row["service_name"] or self._ml_app, []).append(row)
        for ml_app, own in by_service.items():
            head = orjson.dumps(ml_app)
            prefix = b'{"data":{"type":"span","attributes":{"ml_app":' + head + b',"spans":['
            items = span_items(own)
            for part in within(items, lambda item: len(item[1]) + 1, SPANS_MAX_BYTES, SPANS_MAX_COUNT):
                body = prefix + b",".join(written for _, written in part) + b"]}}}"
                requests.append(self._request(url, body, [row for row, _ in part]))
        return requests

    def _request(self, url: str, body: bytes, rows: Sequence[Row]) -> Request:
        return Request(url, self._headers, gzip.compress(body, 5, mtime=0), rows)


def _build(options: Options) -> Datadog:
    api_key = options.secret("api_key", is_needed=True) or ""
    ml_app = options.text("ml_app", "watchglass")
    url = options.take("url")
    if url is not None:
        options.take("site")
        base = Options(options.where, {"url": url}, lambda _: None).url("url")
        return Datadog(lambda _: base, api_key, ml_app)
    site = options.text("site", SITES[0])
    if site not in SITES:
        raise options.invalid("site", f"must be one of {', '.join(SITES)}; for a proxy give its url instead")
    return Datadog(lambda subdomain: f"https://{subdomain}.{site}", api_key, ml_app)


KIND = Kind("datadog", tuple(Signal), _build)
