"""The files of a record: sent by a form, by drag and drop or by a program; handed out so that nothing in them runs."""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.records.api import Key, refuse_reader
from bosco.records.files import LARGEST, Upload, too_large
from bosco.records.once import digest_of, once
from bosco.records.pages_record import Desk, Trouble, page
from bosco.records.record import Attached, Record
from bosco.records.sniff import PICTURES, saved_name, sniff
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.visitor import AnyRequest, Visitor

AT_ONCE = 10
# Several photos in one form, and what a form puts around them.
LARGEST_FORM = 40_000_000
# What is opened by itself may run nothing and ask nobody, whatever its bytes say.
ALONE = "default-src 'none'; sandbox"


def routes(desk: Desk) -> list[Any]:
    """Return the routes, for people and for programs."""

    async def serve(visitor: Visitor, number: str, file_id: str) -> Response[bytes]:
        def work(tx: Tx) -> tuple[Attached, bytes]:
            desk.sight.of(tx, number, visitor)
            return desk.records.file(tx, number, file_id)

        return answer_of(*await desk.store.read(work))

    @get("/records/{number:str}/files/{file:str}")
    async def shown(visitor: Visitor, number: str, file: str) -> Response[bytes]:
        return await serve(visitor, number, file)

    @get("/api/v1/records/{number:str}/files/{file:str}", summary="The bytes of a file of a record")
    async def read(visitor: Visitor, number: str, file: str) -> Response[bytes]:
        return await serve(visitor, number, file)

    @post("/records/{number:str}/attach", status_code=200, name="records-attach", request_max_body_size=LARGEST_FORM)
    async def attach(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)
        try:
            uploads = await _uploads(form)

            def work(tx: Tx) -> None:
                desk.sight.of(tx, number, visitor)
                for upload in uploads:
                    desk.records.attach(tx, number, upload, by=visitor.actor)

            await desk.store.write(work)
        except Refusal as refusal:
            await desk.sight.get(number, visitor)
            return await page(desk, request, visitor, number, Trouble(refusal, "attach", form))
        return desk.shell.go(request, f"/records/{number}#files", msg("It is stored."))

    @post(
        "/api/v1/records/{number:str}/files",
        summary="Attach a file to a record: its bytes are the body",
        status_code=201,
        request_max_body_size=LARGEST_FORM,
    )
    async def send(
        request: AnyRequest,
        visitor: Visitor,
        number: str,
        name: Annotated[str, Parameter(min_length=1, max_length=300)],
        key: Key = None,
    ) -> Record:
        refuse_reader(visitor)
        upload = Upload(name, await request.body())

        def work(tx: Tx) -> Record:
            desk.sight.of(tx, number, visitor)
            desk.records.attach(tx, number, upload, by=visitor.actor)
            return desk.records.of(tx, number)

        digest = digest_of(f"/records/{number}/files", [name, upload.content])
        return await desk.store.write(lambda tx: once(tx, visitor.actor, key, digest, Record, work))

    return [shown, read, attach, send]


async def _uploads(form: Form) -> list[Upload]:
    sent = [one for one in form.uploads.get("file", []) if one.filename]
    if not sent:
        raise Refusal(Code.INVALID, msg("Choose a file first."), where="file")
    if len(sent) > AT_ONCE:
        raise Refusal(Code.TOO_MANY, msg("At most {n} files at once.", n=AT_ONCE), where="file")
    found = []
    for one in sent:
        content = await one.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise too_large(one.filename)
        found.append(Upload(one.filename, content))
    return found


def answer_of(file: Attached, content: bytes) -> Response[bytes]:
    """Return a file so that a browser saves it; only a true picture of a bearable size is shown in its place."""
    told = sniff(content) if file.type in PICTURES else None
    picture = told is not None and told.is_picture
    name = saved_name(file.name)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    where = "inline" if picture else "attachment"
    headers = {
        "Content-Disposition": f"{where}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": ALONE,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(content, media_type=file.type, headers=headers)
