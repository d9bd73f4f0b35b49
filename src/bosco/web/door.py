"""What every request passes on its way in and out: who asks, under which id, with which headers, how small."""

import ipaddress
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from bosco.web.forgery import COOKIE
from bosco.web.problems import tell
from bosco.web.shell import Shell
from bosco.web.squeeze import Squeezed
from bosco.web.visitor import AnyRequest, Who

log = logging.getLogger(__name__)

# No inline script or style anywhere: what a hostile text smuggles into a page does not run.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: tuple[tuple[str, str], ...] = (
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("server", "bosco"),
)
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000")


@dataclass(frozen=True)
class Proxies:
    """The networks whose word about the real client and scheme is believed."""

    networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()

    def trusts(self, address: str) -> bool:
        """Say whether that address is one of ours."""
        try:
            asked = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(asked in network for network in self.networks)

    def see_through(self, scope: HTTPScope) -> None:
        """Put the real client and scheme in place of the proxy's, as far as trusted hops vouch for them."""
        client = scope.get("client")
        if not client or not self.trusts(client[0]):
            return
        headers = {
            name: value.decode("latin-1") for name, value in scope["headers"] if name.startswith(b"x-forwarded-")
        }
        for hop in reversed([part.strip() for part in headers.get(b"x-forwarded-for", "").split(",") if part.strip()]):
            scope["client"] = (hop, 0)
            if not self.trusts(hop):
                break
        if headers.get(b"x-forwarded-proto") in {"http", "https"}:
            scope["scheme"] = headers[b"x-forwarded-proto"]


@dataclass(frozen=True)
class Machines:
    """Where programs come without a session: nobody is looked up there."""

    exact: frozenset[str] = frozenset()
    below: tuple[str, ...] = ()

    def hold(self, path: str) -> bool:
        """Say whether that path is for programs alone."""
        return path in self.exact or path.startswith(self.below)


def client_address(request: AnyRequest) -> str:
    """Return the address of whoever asks, as trusted proxies tell it."""
    return request.client.host if request.client else ""


@dataclass
class Door:
    """Wraps the whole application."""

    inside: ASGIApp
    shell: Shell
    who: Who
    proxies: Proxies = field(default_factory=Proxies)
    machines: Machines = field(default_factory=Machines)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self.inside(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self.proxies.see_through(scope)
        state: dict[str, Any] = scope["state"]
        state["request_id"] = self.shell.ids.new(self.shell.clock.read())
        request: AnyRequest = Request(scope, receive)
        kept = request.cookies.get(COOKIE)
        state["forgery_token"] = kept or self.shell.ids.secret(24)
        out = _Out(send, scope, head=scope["method"] == "HEAD", new_cookie=kept is None)
        if out.head:
            scope["method"] = HttpMethod.GET.value
        try:
            scope["user"] = None
            if not self.machines.hold(scope["path"]):
                scope["user"] = await self.who(request)
            await self.inside(scope, receive, out)
        except Exception as error:
            if out.started:
                log.exception("an answer broke off", extra={"id": state["request_id"], "path": scope["path"]})
                raise
            answer = tell(self.shell, request, error)
            await answer.to_asgi_response(app=None, request=request)(scope, receive, out)


class _Out:
    """Puts our headers on an answer, makes it small, and leaves out the body that a HEAD did not ask for."""

    def __init__(self, send: Send, scope: HTTPScope, *, head: bool, new_cookie: bool) -> None:
        self._scope = scope
        self._new_cookie = new_cookie
        self.head = head
        self.started = False
        accepts = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        self._send: Send = send if head or b"gzip" not in accepts else Squeezed(send)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._add_headers(MutableScopeHeaders(cast(Any, message)))
        elif message["type"] == "http.response.body" and self.head:
            if message.get("more_body"):
                return
            message["body"] = b""
        await self._send(message)

    def _add_headers(self, headers: MutableScopeHeaders) -> None:
        secure = self._scope["scheme"] == "https"
        state: dict[str, Any] = self._scope["state"]
        for name, value in HEADERS:
            headers.setdefault(name, value)
        if secure:
            headers.setdefault(*HTTPS_ONLY)
        headers["x-request-id"] = state["request_id"]
        if "cache-control" not in headers:
            headers["cache-control"] = "no-store"
        if self._new_cookie and state.get("forgery_asked"):
            cookie = Cookie(COOKIE, value=state["forgery_token"], httponly=True, samesite="lax", secure=secure)
            headers.add("set-cookie", cookie.to_header(header=""))
