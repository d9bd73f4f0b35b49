"""Anomalies for programs: a sheet in Markdown comes in, and goes out."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import HTTPException

from bosco.anomalies.service import Anomalies
from bosco.anomalies.sheet import LARGEST
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.records.listing import may_write
from bosco.records.sight import Sight
from bosco.web.visitor import AnyRequest, Visitor

MARKDOWN = "text/markdown; charset=utf-8"


class AnomalyOut(msgspec.Struct, kw_only=True):
    """Where an anomaly is that came with its sheet."""

    number: str
    record: str
    sheet: str


def routes(anomalies: Anomalies, current: CurrentPlan, sight: Sight) -> list[Any]:
    """Return the API of anomalies."""

    @post(
        "/api/v1/anomalies",
        status_code=201,
        request_max_body_size=2 * LARGEST,
        summary="Open an anomaly from its sheet",
        description="The body is the sheet in Markdown, in UTF-8. Every mistake is named with its line.",
    )
    async def take(request: AnyRequest, visitor: Visitor) -> AnomalyOut:
        if not may_write(visitor):
            raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))
        number = await anomalies.take(await _text_of(request), by=visitor.actor)
        return AnomalyOut(number=number, record=f"/records/{number}", sheet=f"/api/v1/anomalies/{number}/sheet")

    @get(
        "/api/v1/anomalies/{number:str}/sheet",
        media_type=MARKDOWN,
        summary="The sheet of an anomaly in Markdown",
        description="What nobody changed since it was taken stands there letter by letter.",
    )
    async def sheet(visitor: Visitor, number: str, language: Language | None = None) -> Response[str]:
        await sight.get(number, visitor)
        text = await anomalies.sheet(number, language or reader_language(current))
        return Response(text, media_type=MARKDOWN)

    return [take, sheet]


def reader_language(current: CurrentPlan) -> Language:
    """Return the plan's own language."""
    spoken: Language = current.plan[LANGUAGE]
    return spoken


async def _text_of(request: AnyRequest) -> str:
    try:
        return read_bytes(await request.body())
    except HTTPException as error:
        raise Refusal(Code.TOO_LARGE, msg("A sheet holds at most {limit} KiB.", limit=LARGEST // 1024)) from error


def read_bytes(body: bytes) -> str:
    """Return the letters of a file."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = body[: wrong.start].count(b"\n") + 1
        raise Refusal(
            Code.INVALID, msg("The sheet is not written in UTF-8: line {line} holds something else.", line=line)
        ) from wrong
