"""Errors in the words of each API."""

from starlette.responses import JSONResponse

RETRY_AFTER_S = "1"
OPENAI = {
    400: ("invalid_request_error", None, "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again in 1s."),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}
"""Status -> type, code, message."""
ANTHROPIC = {
    400: ("invalid_request_error", "The request is not valid."),
    401: ("authentication_error", "invalid x-api-key"),
    404: ("not_found_error", "model: not found"),
    429: ("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}
"""Status -> type, message."""


def openai_error(status: int, message: str = "", field: str | None = None) -> JSONResponse:
    """An error as OpenAI sends it; a status that it does not use becomes 500."""
    status = status if status in OPENAI else 500
    kind, code, usual = OPENAI[status]
    body = {"error": {"message": message or usual, "type": kind, "param": field, "code": code}}
    return JSONResponse(body, status, _headers(status))


def anthropic_error(status: int, message: str = "") -> JSONResponse:
    """An error as Anthropic sends it; a status that it does not use becomes 500."""
    status = status if status in ANTHROPIC else 500
    kind, usual = ANTHROPIC[status]
    body = {"type": "error", "error": {"type": kind, "message": message or usual}, "request_id": "req_stub"}
    return JSONResponse(body, status, _headers(status))


def _headers(status: int) -> dict[str, str]:
    return {"retry-after": RETRY_AFTER_S} if status == 429 else {}
