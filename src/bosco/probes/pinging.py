"""`/ping/…`: heartbeats as existing cron wrappers send them, answered once they are on disk."""

import contextlib
import logging
from datetime import timedelta
from typing import Any

from litestar import HttpMethod, Response, route
from litestar.exceptions import HTTPException

from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.probes.heartbeat_keys import UUID, Meant
from bosco.probes.heartbeat_rows import Arrived
from bosco.probes.heartbeats import Heartbeats
from bosco.web.door import client_address
from bosco.web.limit import Limit
from bosco.web.visitor import MACHINE, AnyRequest

log = logging.getLogger(__name__)

# More of a body is read past and dropped, so that a job's long output does not make its ping fail.
BODY_LIMIT = 100_000
READ_LIMIT = 10_000_000
READ_TIME = timedelta(seconds=10)
AGENT_LIMIT = 200
# Per heartbeat: twenty pings a second in the long run, a hundred at once.
BURST, SPAN = 100, timedelta(seconds=5)
HEADERS = {
    "Ping-Body-Limit": str(BODY_LIMIT),
    # A page may ping from the browser: nothing is told that its address does not already tell.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}
_STATUS = {"not found": 404, "invalid url format": 400, "ambiguous slug": 409}


def ping_routes(heartbeats: Heartbeats, clock: Clock) -> list[Any]:
    """Return the route of the pings."""
    limit = Limit(clock, BURST, SPAN)

    @route(
        "/ping/{path:path}",
        http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT],
        opt=MACHINE,
        status_code=200,
        request_max_body_size=None,
        include_in_schema=False,
    )
    async def ping(request: AnyRequest, path: str) -> Response[str]:
        meant = heartbeats.addresses.means(path.split("/"))
        if not isinstance(meant, Meant):
            return _answer(_STATUS[meant], meant)
        run = request.query_params.get("rid")
        if run is not None and not UUID.fullmatch(run):
            return _answer(400, "invalid uuid format")
        if (wait := limit.wait_for(meant.heartbeat)) > 0:
            return _answer(429, "rate limited", wait)
        try:
            await heartbeats.hear(await _arrived(request, meant, run, clock))
        except Refusal as refusal:
            log.warning("a ping of %s could not be kept: %s", meant.heartbeat, refusal)
            return _answer(503, "try again", 1)
        return _answer(200, "OK")

    return [ping]


def _answer(status: int, text: str, wait: float = 0) -> Response[str]:
    headers = HEADERS if not wait else {**HEADERS, "Retry-After": str(int(wait) + 1)}
    return Response(text, status_code=status, media_type="text/plain", headers=headers)


async def _arrived(request: AnyRequest, meant: Meant, run: str | None, clock: Clock) -> Arrived:
    at = clock.read()
    body = b"" if request.method == "GET" else await _body(request, clock)
    return Arrived(
        heartbeat=meant.heartbeat,
        at=at,
        kind=meant.kind,
        status=meant.status,
        run=run.lower() if run else None,
        method=request.method,
        sender=client_address(request)[:100],
        agent=request.headers.get("user-agent", "")[:AGENT_LIMIT],
        body=body.decode("utf-8", "replace") if body else None,
    )


async def _body(request: AnyRequest, clock: Clock) -> bytes:
    """Return the beginning of the body; one that stalls or breaks off is kept as far as it came."""
    kept, read = bytearray(), 0
    with contextlib.suppress(TimeoutError, HTTPException):
        async with clock.limit(READ_TIME):
            async for chunk in request.stream():
                kept += chunk[: BODY_LIMIT - len(kept)]
                read += len(chunk)
                if read > READ_LIMIT:
                    break
    return bytes(kept)
