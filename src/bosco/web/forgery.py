"""No other site may act in a visitor's name: requests must come from our pages, with the token that only those hold."""

import hmac
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.web.visitor import AnyRequest, visitor_of

COOKIE = "bosco_forgery"
FIELD = "forgery_token"
HEADER = "x-forgery-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def token_of(request: AnyRequest) -> str:
    """Return the token that this browser's forms carry; asking for it makes the answer set its cookie."""
    request.scope["state"]["forgery_asked"] = True
    return str(request.scope["state"]["forgery_token"])


async def not_forged(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard: refuse an action that a browser was made to send by a page that is not ours."""
    request = cast(AnyRequest, connection)
    if request.method in SAFE or handler.opt.get("machine") or not visitor_of(connection).by_cookie:
        return
    if _from_elsewhere(request):
        raise Refusal(
            Code.FORBIDDEN,
            msg("This request came from another site, so nothing was done."),
            msg("Open the page in Bosco and try again."),
        )
    if not hmac.compare_digest((await _sent_token(request)).encode(), _expected(request)):
        raise Refusal(
            Code.FORBIDDEN,
            msg("This form is too old, so nothing was done."),
            msg("Go back, reload the page and send it again. Cookies must be allowed for this site."),
        )


def _from_elsewhere(request: AnyRequest) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _expected(request: AnyRequest) -> bytes:
    # Without the cookie there is nothing to compare with: the fresh token of this answer can match no form.
    return str(request.cookies.get(COOKIE) or request.scope["state"]["forgery_token"]).encode()


async def _sent_token(request: AnyRequest) -> str:
    if token := request.headers.get(HEADER):
        return token
    try:
        form = await request.form()
    except (UnicodeError, LookupError) as wrong:
        raise Refusal(Code.INVALID, msg("The form could not be read.")) from wrong
    sent = form.get(FIELD)
    return sent if isinstance(sent, str) else ""
