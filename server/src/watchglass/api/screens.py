"""The built screens as static files, under a policy that lets nothing but them run."""

from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
NOT_BUILT = "The screens are not built. Run `make web`, then start again. The API is at /api/v1, its description at /api/openapi.json.\n"


class Screens(StaticFiles):
    """The folder `static`; a path that is no file is a place inside the single-page application."""

    def __init__(self) -> None:
        """Serve what the build of web/ left in the package."""
        folder = Path(str(files("watchglass"))) / "static"
        self._is_built = (folder / "index.html").is_file()
        super().__init__(directory=folder, check_dir=False, html=True)

    async def check_config(self) -> None:
        """Ask for nothing: the folder is absent until the screens are built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file, or with the application's page."""
        if path.startswith("api/"):
            raise HTTPException(404, "the API has no such path; see /api/openapi.json")
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, "only /v1/traces, /v1/logs, /v1/metrics and the API take this method")
        if not self._is_built:
            return PlainTextResponse(NOT_BUILT, 404, HEADERS)
        try:
            response = await self._packed_or_plain(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/"):
                raise
            response = await super().get_response("index.html", scope)
        is_hashed = path.startswith("assets/")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        response.headers.update(HEADERS)
        return response

    async def _packed_or_plain(self, path: str, scope: Scope) -> Response:
        """The file as gzip where the build packed it and the reader takes that, else the file itself."""
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if not takes_gzip or self.lookup_path(f"{path}.gz")[1] is None:
            return await super().get_response(path, scope)
        response = await super().get_response(f"{path}.gz", scope)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-type"] = guess_type(path)[0] or "application/octet-stream"
        response.headers.add_vary_header("accept-encoding")
        return response
