"""Answers in the shape of Prometheus's API, troubles too: their kind, their status, one sentence."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response

from bosco.kit.refusal import HTTP_STATUS, Code, Refusal
from bosco.kit.words import say
from bosco.promql.refusals import QueryRefusal

log = logging.getLogger(__name__)
_STATUS = {
    "bad_data": 400,
    "execution": 422,
    "timeout": 503,
    "unavailable": 503,
    "not_found": 404,
    "unauthorized": 401,
    "internal": 500,
}
_TROUBLES = {
    Code.INVALID: "execution",
    Code.UNAVAILABLE: "unavailable",
    Code.UNAUTHENTICATED: "unauthorized",
    Code.NOT_FOUND: "not_found",
}
_JSON = "application/json"


def answered(data: Any, warnings: Sequence[str] = ()) -> Response[bytes]:
    """Answer with data: bytes are JSON already."""
    body = data if isinstance(data, bytes) else msgspec.json.encode(data)
    more = b',"warnings":' + msgspec.json.encode(list(warnings)) if warnings else b""
    return Response(b'{"status":"success","data":%b%b}' % (body, more), media_type=_JSON)


def troubled(error: Exception) -> Response[bytes]:
    """Answer that there is no answer, and why; what we did not foresee says nothing of itself."""
    if isinstance(error, QueryRefusal):
        return _told(error.trouble, _sentence(error))
    if isinstance(error, Refusal):
        kind = _TROUBLES.get(error.code, "bad_data")
        answer = _told(kind, _sentence(error), None if error.code in _TROUBLES else HTTP_STATUS[error.code])
        if kind == "unauthorized":
            answer.headers["WWW-Authenticate"] = 'Basic realm="Bosco", charset="UTF-8"'
        return answer
    log.error("a query broke", exc_info=error)
    return _told("internal", "Something broke on our side; it has been written down.")


def _sentence(refusal: Refusal) -> str:
    says = say(refusal.says, "en")
    return f"{says} {say(refusal.hint, 'en')}" if refusal.hint else says


def _told(kind: str, says: str, status: int | None = None) -> Response[bytes]:
    body = msgspec.json.encode({"status": "error", "errorType": kind, "error": says})
    return Response(body, status_code=status or _STATUS[kind], media_type=_JSON)
