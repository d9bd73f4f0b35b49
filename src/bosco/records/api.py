"""Records for programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.records.listing import PAGE, Wanted, find, may_write
from bosco.records.record import Record
from bosco.records.service import Records
from bosco.store.store import Store
from bosco.web.visitor import Visitor


class RecordOut(msgspec.Struct, kw_only=True):
    """A record in a list."""

    number: str
    kind: str
    title: str
    stage: str
    priority: str
    over: bool
    service: str | None
    assignee: str | None
    opened_at: datetime
    broken: bool


class RecordsOut(msgspec.Struct, kw_only=True):
    """One page; `next` is the `before` of the page that follows."""

    records: list[RecordOut]
    next: int | None


class RecordIn(msgspec.Struct, kw_only=True):
    """A record to open."""

    title: str
    kind: str = "incident"
    priority: str | None = None
    service: str | None = None
    fields: Mapping[str, Any] = {}


class MoveIn(msgspec.Struct, kw_only=True):
    """Where a record goes."""

    stage: str
    why: str | None = None


class CommentIn(msgspec.Struct, kw_only=True):
    """A word."""

    text: str


class FieldsIn(msgspec.Struct, kw_only=True):
    """Texts to write, and up to which event their writer knew the record."""

    values: Mapping[str, Any]
    seen: int


class EventOut(msgspec.Struct, kw_only=True):
    """One thing that happened."""

    seq: int
    at: datetime
    by: str
    what: str
    why: str | None
    data: Mapping[str, Any]


Word = Annotated[str, Parameter(max_length=200)]


def routes(records: Records, store: Store) -> list[Any]:
    """Return the API of records."""

    @get("/api/v1/records", summary="Records, the latest opened first")
    async def listed(
        q: Word = "",
        kind: Word = "",
        priority: Word = "",
        service: Word = "",
        over: bool = False,
        before: int | None = None,
    ) -> RecordsOut:
        wanted = Wanted(kind=kind, priority=priority, service=service, q=q, over=over, before=before)
        rows, following = await store.read(lambda tx: find(tx, wanted, PAGE))
        found = [msgspec.convert(row, RecordOut, from_attributes=True) for row in rows]
        return RecordsOut(records=found, next=following)

    @post("/api/v1/records", summary="Open a record")
    async def create(visitor: Visitor, data: RecordIn) -> Record:
        _refuse_reader(visitor)
        number = await store.write(
            lambda tx: records.open(
                tx,
                data.kind,
                data.title,
                by=visitor.actor,
                priority=data.priority,
                service=data.service,
                fields=data.fields,
            )
        )
        return await records.get(number)

    @get("/api/v1/records/{number:str}", summary="One record as it stands")
    async def one(number: str) -> Record:
        return await records.get(number)

    @get("/api/v1/records/{number:str}/events", summary="Everything that happened to a record")
    async def events(number: str) -> list[EventOut]:
        await records.get(number)
        return [msgspec.convert(event, EventOut, from_attributes=True) for event in await records.events(number)]

    @post("/api/v1/records/{number:str}/moves", summary="Bring a record into a stage", status_code=200)
    async def move(visitor: Visitor, number: str, data: MoveIn) -> Record:
        _refuse_reader(visitor)
        return await store.write(lambda tx: records.move(tx, number, data.stage, by=visitor.actor, why=data.why))

    @post("/api/v1/records/{number:str}/comments", summary="Add a word to a record", status_code=200)
    async def comment(visitor: Visitor, number: str, data: CommentIn) -> Record:
        _refuse_reader(visitor)
        await store.write(lambda tx: records.comment(tx, number, data.text, by=visitor.actor))
        return await records.get(number)

    @post("/api/v1/records/{number:str}/fields", summary="Write texts of a record", status_code=200)
    async def write(visitor: Visitor, number: str, data: FieldsIn) -> Record:
        _refuse_reader(visitor)
        await store.write(lambda tx: records.edit(tx, number, data.values, by=visitor.actor, seen=data.seen))
        return await records.get(number)

    return [listed, create, one, events, move, comment, write]


def _refuse_reader(visitor: Visitor) -> None:
    if not may_write(visitor):
        raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))
