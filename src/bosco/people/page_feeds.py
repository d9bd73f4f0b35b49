"""Where other programs read calendars, and the buttons that give a calendar its address."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.people.calendar_in import LARGEST
from bosco.people.feeds import Feeds
from bosco.people.page_on_call import Asked
from bosco.web.forms import Form
from bosco.web.visitor import MACHINE, AnyRequest, Visitor, may

_QUIET = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def feed_routes(asked: Asked, feeds: Feeds) -> list[Any]:
    """Return the routes."""

    @get("/calendars/{name:str}", opt=MACHINE, include_in_schema=False)
    async def calendar(name: str) -> Response[bytes]:
        if not name.endswith(".ics"):
            raise not_found(msg("There is no calendar here."))
        written = await feeds.calendar(name.removesuffix(".ics"))
        headers = {**_QUIET, "Content-Disposition": 'inline; filename="on-call.ics"'}
        return Response(written, media_type="text/calendar", headers=headers)

    @post("/on-call/calendars/{kind:str}/{key:str}", status_code=200)
    async def renew(request: AnyRequest, visitor: Visitor, kind: str, key: str) -> Response[Any]:
        mine = kind == "person" and key == await asked.me(visitor)
        if not mine and not visitor.may("responder" if kind == "rotation" else "manager"):
            raise Refusal(Code.FORBIDDEN, msg("Only a manager speaks for somebody else."))
        await feeds.renew(f"{kind}:{key}", by=visitor.actor)
        return asked.shell.go(request, "/on-call#calendars", msg("The calendar has a new address."))

    @post(
        "/on-call/rotations/{rotation:str}/file",
        guards=[may("manager")],
        status_code=200,
        request_max_body_size=LARGEST + 100_000,
    )
    async def take_file(request: AnyRequest, visitor: Visitor, rotation: str) -> Response[Any]:
        file = (await Form.read(request)).files.get("file")
        if file is None:
            raise Refusal(Code.INVALID, msg("Choose a file."), where="file")
        found = await asked.read.take_file(rotation, await file.read(), by=visitor.actor)
        says = msg(
            "Entries that count: {n}. Entries that name nobody: {unknown}.", n=len(found.entries), unknown=found.unknown
        )
        return asked.shell.go(request, f"/on-call?rotation={quote(rotation)}", says)

    @post("/on-call/rotations/{rotation:str}/file/forget", guards=[may("manager")], status_code=200)
    async def forget_file(request: AnyRequest, visitor: Visitor, rotation: str) -> Response[Any]:
        await asked.read.forget_file(rotation, by=visitor.actor)
        return asked.shell.go(request, f"/on-call?rotation={quote(rotation)}", msg("The turns are as they were."))

    return [calendar, renew, take_file, forget_file]
