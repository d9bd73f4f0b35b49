"""Records for programs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.records import rows
from bosco.records.acts import ACTS, Act, Asking, do
from bosco.records.listing import PAGE, Sort, Wanted, due_of, find, may_write
from bosco.records.once import digest_of, once
from bosco.records.record import Record
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.store.store import Store
from bosco.store.tx import Tx
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
    due: datetime | None
    broken: bool


class RecordsOut(msgspec.Struct, kw_only=True):
    """One page; `next` is the `before` of the page that follows."""

    records: list[RecordOut]
    next: str | None


class RecordIn(msgspec.Struct, kw_only=True):
    """A record to open."""

    title: str
    kind: str = "incident"
    priority: str | None = None
    service: str | None = None
    fields: Mapping[str, Any] = {}


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
Key = Annotated[
    str | None,
    Parameter(
        header="Idempotency-Key",
        max_length=200,
        description="The same key gets the same answer for two days, and nothing is done twice.",
    ),
]


def routes(records: Records, sight: Sight, store: Store) -> list[Any]:
    """Return the API of records."""

    @get("/api/v1/records", summary="Records, the latest opened first")
    async def listed(  # noqa: PLR0913, PLR0917 - a filter is asked for in words
        visitor: Visitor,
        q: Word = "",
        kind: Word = "",
        stage: Word = "",
        priority: Word = "",
        service: Word = "",
        person: Word = "",
        broken: bool = False,
        over: bool = False,
        sort: Sort = "opened",
        before: Word = "",
    ) -> RecordsOut:
        asked = Wanted(kind, stage, priority, service, person, broken, over, q, sort, before)

        def work(tx: Tx) -> tuple[list[Any], str | None]:
            return find(tx, replace(asked, hidden=sight.hidden(tx, visitor)), PAGE)

        found, following = await store.read(work)
        shown = [_out(row) for row in found]
        return RecordsOut(records=shown, next=following)

    @post("/api/v1/records", summary="Open a record")
    async def create(visitor: Visitor, data: RecordIn, key: Key = None) -> Record:
        refuse_reader(visitor)

        def work(tx: Tx) -> Record:
            if data.kind in sight.hidden(tx, visitor):
                raise Refusal(Code.FORBIDDEN, msg("You may not open a record of this kind."), where="kind")
            number = records.open(
                tx,
                data.kind,
                data.title,
                by=visitor.actor,
                priority=data.priority,
                service=data.service,
                fields=data.fields,
            )
            return records.of(tx, number)

        digest = digest_of("/records", data)
        return await store.write(lambda tx: once(tx, visitor.actor, key, digest, Record, work))

    @get("/api/v1/records/{number:str}", summary="One record as it stands")
    async def one(visitor: Visitor, number: str) -> Record:
        return await sight.get(number, visitor)

    @get("/api/v1/records/{number:str}/events", summary="Everything that happened to a record")
    async def events(visitor: Visitor, number: str) -> list[EventOut]:
        def work(tx: Tx) -> list[Any]:
            sight.of(tx, number, visitor)
            return rows.events_of(tx, number)

        return [msgspec.convert(event, EventOut, from_attributes=True) for event in await store.read(work)]

    @post("/api/v1/records/{number:str}/fields", summary="Write texts of a record", status_code=200)
    async def write(visitor: Visitor, number: str, data: FieldsIn, key: Key = None) -> Record:
        refuse_reader(visitor)

        def work(tx: Tx) -> Record:
            sight.of(tx, number, visitor)
            records.edit(tx, number, data.values, by=visitor.actor, seen=data.seen)
            return records.of(tx, number)

        digest = digest_of(f"/records/{number}/fields", data)
        return await store.write(lambda tx: once(tx, visitor.actor, key, digest, Record, work))

    return [listed, create, one, events, write, *(_route(act, records, sight, store) for act in ACTS)]


def _route(act: Act, records: Records, sight: Sight, store: Store) -> Any:
    async def does(visitor: Visitor, number: str, data: Any, key: str | None) -> Record:
        refuse_reader(visitor)

        def work(tx: Tx) -> Record:
            return do(act, Asking(tx, records, sight, visitor, UTC), number, data)

        digest = digest_of(f"/records/{number}/{act.api}", data)
        return await store.write(lambda tx: once(tx, visitor.actor, key, digest, Record, work))

    path = f"/api/v1/records/{{number:str}}/{act.api}"
    name = f"records-api-{act.page}"
    return post(path, summary=act.about, status_code=200, name=name)(_handler(act, does))


def _handler(act: Act, does: Callable[..., Any]) -> Any:
    """Return a handler whose body has the type that the verb asks for."""
    if not msgspec.structs.fields(act.asks):

        async def bare(visitor: Visitor, number: str, key: Key = None) -> Record:
            found: Record = await does(visitor, number, act.asks(), key)
            return found

        return bare

    async def handler(visitor: Visitor, number: str, data: Any, key: Key = None) -> Record:
        found: Record = await does(visitor, number, data, key)
        return found

    handler.__annotations__["data"] = act.asks
    return handler


def _out(row: Any) -> RecordOut:
    values = {one.name: getattr(row, one.name) for one in msgspec.structs.fields(RecordOut)}
    return RecordOut(**{**values, "due": due_of(row)})


def refuse_reader(visitor: Visitor) -> None:
    """Refuse whoever may only read."""
    if not may_write(visitor):
        raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))
