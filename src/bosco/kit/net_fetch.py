"""One HTTP exchange on fresh connections, redirects included."""

from dataclasses import replace

from bosco import __version__
from bosco.kit.clock import Clock
from bosco.kit.net_dial import Dialer
from bosco.kit.net_http import Head, read_body, read_head
from bosco.kit.net_model import NetFailed, Request, Response
from bosco.kit.net_stream import Stream
from bosco.kit.net_trouble import Steps
from bosco.kit.net_url import Target, not_an_address, sent_on, target_of
from bosco.kit.words import msg

_OWN: dict[str, str] = {
    "user-agent": f"Bosco/{__version__}",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
}
# What may follow to another origin; everything else could be a secret meant for the first one.
_HARMLESS = {"accept", "accept-language", "accept-encoding", "content-type", "user-agent"}
# How the message is framed is not for anybody else to say.
_OURS = {"connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"}
_REDIRECTS = {301, 302, 303, 307, 308}


async def fetch(request: Request, dialer: Dialer, clock: Clock) -> Response:
    """Ask, follow redirects as far as allowed, and return what came back in the end."""
    passed: list[str] = []
    allowed = request.redirects
    with Steps(clock) as steps:
        while True:
            target = target_of(request.url)
            if target.scheme not in ("http", "https"):
                raise not_an_address(request.url)
            wish = request.tls if target.encrypted else None
            stream = await dialer.dial(target.host, target.port, wish, request.family, steps)
            try:
                steps.begin("first_byte")
                await stream.write(written(request, target))
                head = await read_head(stream, target.where)
                location = next((value for name, value in head.headers if name == "location"), None)
                if head.status not in _REDIRECTS or location is None or allowed == 0:
                    return await _ended(stream, head, request, steps, tuple(passed))
            finally:
                stream.close()
            passed.append(request.url)
            if len(passed) > allowed:
                raise NetFailed(msg("sent on more than {count} times", count=allowed), "protocol")
            request = followed(request, head.status, sent_on(request.url, location))


async def _ended(stream: Stream, head: Head, request: Request, steps: Steps, passed: tuple[str, ...]) -> Response:
    steps.begin("body")
    where = target_of(request.url).where
    body, cut = await read_body(stream, head, request.method, request.body_limit, where)
    steps.end()
    certificate = stream.peer.certificate if "tls" in steps.phases else None
    return Response(head.status, head.headers, body, request.url, steps.phases, cut, certificate, passed)


def written(request: Request, target: Target) -> bytes:
    """Return the request as it travels."""
    given = {name.lower() for name in request.headers}
    lines = [f"{request.method} {target.path} HTTP/1.1", "Connection: close"]
    if "host" not in given:
        lines.append(f"Host: {target.authority}")
    lines += [f"{name}: {value}" for name, value in _OWN.items() if name not in given]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in _OURS]
    if target.authorization and "authorization" not in given:
        lines.append(f"Authorization: {target.authorization}")
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(request.body)}")
    try:
        head = "\r\n".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise NetFailed(msg("a header of the request holds signs that HTTP cannot carry"), "local") from error
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1 or b"\0" in head:
        raise NetFailed(msg("a header of the request holds a line break"), "local")
    return head + b"\r\n\r\n" + request.body


def followed(request: Request, status: int, url: str) -> Request:
    """Return the request that a redirect asks for; nothing that may be secret goes to another origin."""
    before, after = target_of(request.url), target_of(url)
    method, body = request.method, request.body
    headers = dict(request.headers)
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method, body = "GET", b""
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    tls = request.tls
    if before.origin != after.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
        tls = replace(tls, certificate=None, key=None, name=None)
    elif before.authorization and "authorization" not in {name.lower() for name in headers}:
        headers["Authorization"] = before.authorization
    return replace(request, url=url, method=method, headers=headers, body=body, tls=tls)
