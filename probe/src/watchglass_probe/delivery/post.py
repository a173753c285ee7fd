"""One export to the server over HTTP."""

import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from watchglass_probe.delivery.answer import Answer, Outcome, from_status
from watchglass_probe.delivery.export import Export, Kind

PROTOBUF, JSON = "application/x-protobuf", "application/json"
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Target:
    """Where exports of one kind go.

    Attributes:
        url: Address with its path, http or https.
        headers: Sent with each, such as `authorization`; never written to disk.
        timeout_s: Longest wait for an answer, in seconds.
        ca_file: Certificates to trust; empty for the system's.
        client_certificate_file: Certificate to show; empty for none.
        client_key_file: Its key; empty when it is in the certificate's file.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 10.0
    ca_file: str = ""
    client_certificate_file: str = ""
    client_key_file: str = ""


class Poster:
    """Sends exports. Proxies are taken from the environment; redirects are not followed, as they would carry the key on."""

    def __init__(self, targets: Mapping[Kind, Target]) -> None:
        """Prepare.

        Raises:
            OSError: A certificate cannot be read.
        """
        self._targets = targets
        self._openers = {kind: _opener(target) for kind, target in targets.items()}

    def __call__(self, export: Export) -> Answer:
        """Send one export and wait for the answer."""
        target = self._targets[export.kind]
        headers = {**target.headers, "content-type": JSON if export.kind is Kind.SCORES else PROTOBUF}
        if export.is_gzipped:
            headers["content-encoding"] = "gzip"
        request = urllib.request.Request(target.url, export.body, headers)  # noqa: S310  the scheme was checked
        try:
            with self._openers[export.kind].open(request, timeout=target.timeout_s) as response:
                return Answer(Outcome.SENT, rejected=rejected_items(export.kind, response.read(MAX_ANSWER_BYTES)))
        except urllib.error.HTTPError as error:
            with error:
                text = _read(error)
            return from_status(error.code, error.headers.get("retry-after"), text)
        except (OSError, HTTPException) as error:
            return Answer(Outcome.LATER, f"{target.url}: {error}")


def rejected_items(kind: Kind, body: bytes) -> int:
    """How many items a server did not take of an export that it took, as OTLP's partial success says."""
    try:
        if kind is Kind.TRACES:
            return ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans
        if kind is Kind.METRICS:
            return ExportMetricsServiceResponse.FromString(body).partial_success.rejected_data_points
        if kind is Kind.LOGS:
            return ExportLogsServiceResponse.FromString(body).partial_success.rejected_log_records
    except DecodeError:  # an answer that is not OTLP's says nothing of it
        return 0
    return 0


def _read(answer: IO[bytes]) -> str:
    try:
        return answer.read(500).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""


def _opener(target: Target) -> urllib.request.OpenerDirector:
    context = None
    if target.url.startswith("https:"):
        context = ssl.create_default_context(cafile=target.ca_file or None)
        if target.client_certificate_file:
            context.load_cert_chain(target.client_certificate_file, target.client_key_file or None)
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Any:
        return None
