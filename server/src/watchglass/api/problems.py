"""Errors as RFC 9457 problem documents, application/problem+json."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from watchglass.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    StoreError,
    TooExpensive,
    Unauthorized,
    Unavailable,
    WatchglassError,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, in the form of RFC 9457."""

    type: str = Field(description="URN of the kind of problem")
    title: str = Field(description="The kind of problem in words")
    status: int = Field(description="HTTP status")
    detail: str = Field(description="What is wrong and what would be right")
    field: str | None = Field(None, description="The parameter, header or body field that is wrong")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "The request cannot be answered as it is"},
    "5XX": {"model": Problem, "description": "The server cannot answer now"},
}
"""Error answers that every route may give, for OpenAPI."""

_KINDS: tuple[tuple[type[WatchglassError], int, str, str], ...] = (
    (InvalidInput, 400, "invalid-input", "Invalid input"),
    (NotFound, 404, "not-found", "Not found"),
    (Conflict, 409, "conflict", "Changed meanwhile"),
    (Unauthorized, 401, "unauthorized", "A valid API key is needed"),
    (Forbidden, 403, "forbidden", "Not allowed"),
    (TooExpensive, 422, "too-expensive", "The query went over its limits"),
    (Unavailable, 503, "unavailable", "Not possible now"),
)


def problem_response(
    status: int, kind: str, title: str, detail: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Build an error answer."""
    problem = Problem(type=f"urn:watchglass:problem:{kind}", title=title, status=status, detail=detail, field=field)
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def install_problems(application: FastAPI) -> None:
    """Make every error of `application` a problem document."""
    application.add_exception_handler(WatchglassError, _of_ours)
    application.add_exception_handler(RequestValidationError, _of_validation)
    application.add_exception_handler(HTTPException, _of_http)
    application.add_exception_handler(Exception, _of_bug)


def of_error(error: WatchglassError) -> JSONResponse:
    """Build the answer for one of our errors."""
    for kind, status, word, title in _KINDS:
        if isinstance(error, kind):
            field = error.field or None if isinstance(error, InvalidInput) else None
            detail = error.detail if isinstance(error, InvalidInput) else str(error) or title
            return problem_response(status, word, title, detail, field, _headers(error))
    # what the store says may hold text of others, so it goes to the log and not to the client
    log.error("the store failed a request", error=str(error)[:1000])
    if isinstance(error, StoreError) and error.code == 0:
        return problem_response(503, "unavailable", "Not possible now", "the store does not answer", None, {"retry-after": "5"})
    return problem_response(500, "internal", "Internal error", "the server failed; its log says why")


def _headers(error: WatchglassError) -> dict[str, str]:
    if isinstance(error, Unavailable):
        return {"retry-after": str(max(1, round(error.retry_after_s)))}
    if isinstance(error, Unauthorized):
        return {"www-authenticate": "Bearer"}
    return {}


async def _of_ours(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, WatchglassError)
    return of_error(error)


async def _of_validation(request: Request, error: Exception) -> JSONResponse:
    """The first thing that is wrong with parameters or body; the field is its path without the place (query, body)."""
    del request
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place, *path = [str(part) for part in first["loc"]] or ["request"]
    if path[:1] == ["parameters"]:
        # beyond the name come the types that a value was tried as
        path = path[:2]
    detail = str(first["msg"])[:500]
    if first["type"] == "json_invalid":
        return problem_response(400, "invalid-input", "Invalid input", f"not JSON: {detail}", "body")
    return problem_response(400, "invalid-input", "Invalid input", detail, ".".join(path) or place)


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, HTTPException)
    title = HTTPStatus(error.status_code).phrase
    word = title.lower().replace(" ", "-")
    return problem_response(error.status_code, word, title, str(error.detail), None, error.headers)


async def _of_bug(request: Request, error: Exception) -> JSONResponse:
    log.error("a request failed unexpectedly", method=request.method, path=request.url.path[:200], exc_info=error)
    return problem_response(500, "internal", "Internal error", "the server failed; its log says why")
