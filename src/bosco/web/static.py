"""Serves style, scripts and fonts, each under an address that changes with its content."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import Parameter

from bosco.kit.refusal import not_found
from bosco.kit.words import msg
from bosco.web.assets import Asset, Assets
from bosco.web.visitor import MACHINE, AnyRequest

FOR_EVER = "public, max-age=31536000, immutable"
ROBOTS = "User-agent: *\nDisallow: /\nAllow: /status\n"


def routes(assets: Assets) -> list[Any]:
    """Return the routes of what every page brings along."""

    @get("/static/{mark:str}/{name:path}", opt=MACHINE)
    async def asset(request: AnyRequest, mark: str, name: Annotated[str, Parameter()]) -> Response[bytes]:
        found = assets.find(str(name).lstrip("/"))
        if found is None:
            raise not_found(msg("There is no such file."))
        # An old page may ask for an older content: it gets today's, but must not keep it under the old name.
        return _served(found, request, FOR_EVER if found.mark == mark else "no-cache")

    @get("/favicon.ico", opt=MACHINE)
    async def favicon(request: AnyRequest) -> Response[bytes]:
        found = assets.find("icon.svg")
        assert found is not None
        return _served(found, request, "public, max-age=86400")

    @get("/robots.txt", opt=MACHINE, media_type="text/plain")
    async def robots() -> Response[str]:
        return Response(ROBOTS, headers={"Cache-Control": "public, max-age=86400"}, media_type="text/plain")

    return [asset, favicon, robots]


def _served(found: Asset, request: AnyRequest, caching: str) -> Response[bytes]:
    headers = {"Cache-Control": caching, "ETag": f'"{found.mark}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers, media_type=found.type)
    squeezed = found.squeezed if "gzip" in request.headers.get("accept-encoding", "") else None
    if squeezed is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(squeezed or found.content, headers=headers, media_type=found.type)
