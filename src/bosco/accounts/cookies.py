"""The two cookies: the session, and the browser that somebody once signed in with."""

from datetime import timedelta
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from bosco.accounts.agents import LONGEST as LONGEST_AGENT
from bosco.accounts.sessions import DEVICE_KEPT, LONGEST, Seen
from bosco.web.door import client_address
from bosco.web.visitor import AnyRequest

SESSION = "bosco_session"
DEVICE = "bosco_device"
LONGEST_SECRET = 200


def name_of(request: AnyRequest, cookie: str) -> str:
    """Return the cookie's name: over HTTPS one that no neighbouring site and no plain connection can set."""
    return f"__Host-{cookie}" if request.url.scheme == "https" else cookie


def _value(request: AnyRequest, cookie: str) -> str | None:
    found = request.cookies.get(name_of(request, cookie))
    return found if found and len(found) <= LONGEST_SECRET else None


def session_of(request: AnyRequest) -> str | None:
    """Return the session's secret that the browser sent."""
    return _value(request, SESSION)


def device_of(request: AnyRequest) -> str | None:
    """Return the device's secret that the browser sent."""
    return _value(request, DEVICE)


def seen_of(request: AnyRequest) -> Seen:
    """Return from where, and with what, the request came."""
    return Seen(client_address(request), request.headers.get("user-agent", "")[:LONGEST_AGENT])


def give_session(request: AnyRequest, answer: Response[Any], secret: str) -> None:
    """Let the browser keep the session."""
    _give(request, answer, SESSION, secret, LONGEST)


def give_device(request: AnyRequest, answer: Response[Any], secret: str) -> None:
    """Let the browser be known when somebody signs in with it again."""
    _give(request, answer, DEVICE, secret, DEVICE_KEPT)


def take_session(request: AnyRequest, answer: Response[Any]) -> None:
    """Let the browser forget the session."""
    _give(request, answer, SESSION, "", timedelta(0))


def _give(request: AnyRequest, answer: Response[Any], cookie: str, value: str, lasts: timedelta) -> None:
    answer.set_cookie(
        Cookie(
            name_of(request, cookie),
            value=value,
            path="/",
            max_age=int(lasts.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
    )
