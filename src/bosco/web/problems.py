"""What a visitor or a program is told when something is refused or breaks: one calm sentence, one id, never a trace."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from bosco.kit.refusal import HTTP_STATUS, Code, Refusal
from bosco.kit.words import Language, Message, Sayable, msg, say
from bosco.web.explain import explained
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
SIGN_IN = "/sign-in"

TITLES: dict[str, Message] = {
    Code.INVALID: msg("Something in this request is not right"),
    Code.UNAUTHENTICATED: msg("Please sign in"),
    Code.FORBIDDEN: msg("This is not open to you"),
    Code.NOT_FOUND: msg("There is nothing here"),
    Code.CONFLICT: msg("Something else happened meanwhile"),
    Code.TOO_LARGE: msg("That is too much at once"),
    Code.TOO_MANY: msg("That was too often"),
    Code.UNAVAILABLE: msg("Not possible at the moment"),
    "method-not-allowed": msg("That cannot be done here"),
    "unsupported-media-type": msg("That form of content is not understood"),
    "internal": msg("Something broke on our side"),
}
_STATUS_CODES: dict[int, str] = {status: code for code, status in HTTP_STATUS.items()} | {
    405: "method-not-allowed",
    415: "unsupported-media-type",
}
_SAYS: dict[int, Message] = {
    400: msg("The request could not be understood."),
    401: msg("Please sign in first."),
    403: msg("You may not do this."),
    404: msg("No page lives at this address. It may have moved, or never existed."),
    405: msg("This address does not accept that kind of request."),
    413: msg("What was sent is larger than this address accepts."),
    415: msg("This address does not accept that type of content."),
    429: msg("Too many requests came in a short time."),
    503: msg("This part of Bosco is not available right now."),
}


@dataclass(frozen=True)
class Problem:
    """What is told, whichever the form of the answer."""

    status: int
    code: str
    says: Sayable
    hint: Sayable | None = None
    where: str | None = None
    fields: list[tuple[str, str, Sayable]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def problem_of(error: Exception) -> Problem:
    """Return what to tell about an error; what we did not foresee is ours, and says nothing of itself."""
    if isinstance(error, Refusal):
        wait = getattr(error, "wait", None)
        headers = {"Retry-After": str(wait)} if wait else {}
        return Problem(HTTP_STATUS[error.code], error.code, error.says, error.hint, error.where, headers=headers)
    if isinstance(error, ValidationException):
        return Problem(400, Code.INVALID, msg("Some fields are not right."), fields=explained(error))
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = error.status_code
        code = _STATUS_CODES.get(status, Code.INVALID)
        headers = {
            name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "retry-after"}
        }
        return Problem(status, code, _SAYS.get(status, _SAYS[400]), headers=headers)
    return Problem(
        500,
        "internal",
        msg("We could not finish this. It has been written down and is not your fault."),
        msg("Try again in a moment; if it stays, give the id below to whoever runs Bosco."),
    )


def handlers(shell: Shell) -> dict[type[Exception] | int, Callable[[AnyRequest, Any], Response[Any]]]:
    """Return Litestar's exception handlers: one for everything."""

    def handle(request: AnyRequest, error: Any) -> Response[Any]:
        return tell(shell, request, error)

    return {Exception: handle}


def tell(shell: Shell, request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer a request that failed, in the form and language of whoever asked."""
    problem = problem_of(error)
    identity = str(request.scope["state"].get("request_id", ""))
    if problem.status == 500:
        log.error(
            "could not answer",
            exc_info=error,
            extra={"id": identity, "method": request.method, "path": request.url.path},
        )
    try:
        answer = _answer(shell, request, problem, identity)
    except Exception:
        # Even the page that tells of a trouble may be in trouble: then the bare words must do.
        log.exception("could not tell about a problem", extra={"id": identity})
        words = f"{TITLES[problem.code]}. {problem.says} ({identity})"
        answer = Response(words, status_code=problem.status, media_type="text/plain")
    for name, value in problem.headers.items():
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(shell: Shell, request: AnyRequest, problem: Problem, identity: str) -> Response[Any]:
    if wants_json(request):
        return _as_json(problem, request, identity, shell.reader(request).language)
    if problem.code == Code.UNAUTHENTICATED and SIGN_IN in shell.mounted:
        return _to_sign_in(request)
    if request.headers.get("hx-request"):
        return _as_toast(shell, problem, request, identity)
    title = TITLES[problem.code]
    return shell.page(request, "web/problem.html", status=problem.status, problem=problem, title=title, id=identity)


def wants_json(request: AnyRequest) -> bool:
    """Say whether a program is asking, rather than a person in a browser."""
    handler = request.scope.get("route_handler")
    if request.url.path.startswith("/api/") or (handler is not None and handler.opt.get("machine")):
        return True
    accepted = request.headers.get("accept", "")
    return "text/html" not in accepted and ("json" in accepted or "text/event-stream" in accepted)


def _as_json(problem: Problem, request: AnyRequest, identity: str, language: Language) -> Response[Any]:
    body: dict[str, Any] = {
        "type": f"/api#{problem.code}",
        "title": say(TITLES[problem.code], language),
        "status": problem.status,
        "detail": say(problem.says, language),
        "instance": request.url.path,
        "code": problem.code,
        "id": identity,
    }
    if problem.hint:
        body["hint"] = say(problem.hint, language)
    if problem.where:
        body["where"] = problem.where
    if problem.fields:
        body["errors"] = [
            {"field": name, "in": place, "detail": say(text, language)} for name, place, text in problem.fields
        ]
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return Response(body, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)


def _as_toast(shell: Shell, problem: Problem, request: AnyRequest, identity: str) -> Response[Any]:
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
    return shell.fragment(
        request, "web/toast.html", status=problem.status, headers=headers, problem=problem, id=identity
    )


def _to_sign_in(request: AnyRequest) -> Response[Any]:
    by_htmx = request.headers.get("hx-request")
    wanted = urlsplit(request.headers.get("hx-current-url" if by_htmx else "referer", ""))
    if request.method == "GET" and not by_htmx:
        wanted = urlsplit(str(request.url))
    back = wanted.path + (f"?{wanted.query}" if wanted.query else "")
    target = f"{SIGN_IN}?next={quote(back)}" if back.startswith("/") and not back.startswith("//") else SIGN_IN
    if by_htmx:
        return Response(None, status_code=401, headers={"HX-Redirect": target})
    return Response(None, status_code=303, headers={"Location": target})
