"""Answers other than success: our errors as HTTP statuses and google.rpc codes, the same for both OTLP protocols."""

from dataclasses import dataclass

from google.rpc.code_pb2 import Code

from watchglass.errors import Forbidden, InvalidInput, Unauthorized, Unavailable, WatchglassError
from watchglass.ingest.compression import TooLarge, UnknownEncoding


@dataclass(slots=True)
class Refusal(Exception):
    """Why a request is not answered with success.

    Attributes:
        status: HTTP status.
        code: google.rpc.Code, which is gRPC's status code too.
        detail: For people; names the field or header that is wrong.
        cause: One word for metrics.
        retry_after_s: Seconds after which sending it again makes sense; 0 when it never does.
    """

    status: int
    code: int
    detail: str
    cause: str
    retry_after_s: float = 0.0


def refusal_of(error: WatchglassError) -> Refusal:
    """Choose the answer for an error of ours."""
    if isinstance(error, TooLarge):
        return too_large(str(error))
    if isinstance(error, UnknownEncoding):
        return Refusal(415, Code.INVALID_ARGUMENT, str(error), "content_encoding")
    if isinstance(error, InvalidInput):
        return Refusal(400, Code.INVALID_ARGUMENT, str(error), "invalid")
    if isinstance(error, Unauthorized):
        return Refusal(401, Code.UNAUTHENTICATED, str(error), "unauthorized")
    if isinstance(error, Forbidden):
        return Refusal(403, Code.PERMISSION_DENIED, str(error), "forbidden")
    if isinstance(error, Unavailable):
        status, code = (429, Code.RESOURCE_EXHAUSTED) if error.cause == "queue_full" else (503, Code.UNAVAILABLE)
        return Refusal(status, code, str(error), error.cause, error.retry_after_s)
    return Refusal(500, Code.INTERNAL, "internal error", "internal")


def too_large(detail: str) -> Refusal:
    """The request is over the limit; sending it again does not help."""
    return Refusal(413, Code.RESOURCE_EXHAUSTED, detail, "too_large")


def too_slow(read_timeout_s: float) -> Refusal:
    """The request did not arrive within `read_timeout_s` seconds."""
    detail = f"the request did not arrive within {read_timeout_s:g} s"
    return Refusal(408, Code.DEADLINE_EXCEEDED, detail, "slow_request")
