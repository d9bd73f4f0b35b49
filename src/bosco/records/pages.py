"""The pages of records: the list, one record, and a new one in ten seconds."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import Parameter
from markupsafe import Markup

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.records.clock import clocks
from bosco.records.explain import CALLED, explain
from bosco.records.listing import Wanted, find, may_write
from bosco.records.moves import field_label, kind_of, ways
from bosco.records.record import Record
from bosco.records.section import RECORDS, kind_name, priorities_of
from bosco.records.service import Records
from bosco.records.texts import Clash
from bosco.services.section import SERVICES
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [Nav(msg("Records"), "/records", icon="inbox", order=30)]
Word = Annotated[str, Parameter(max_length=200)]


def routes(
    shell: Shell, clock: Clock, current: CurrentPlan, records: Records, store: Store, journal: Journal
) -> list[Any]:
    """Return the pages."""

    @get("/records")
    async def listed(  # noqa: PLR0913, PLR0917 - a filter is asked for in words
        request: AnyRequest,
        visitor: Visitor,
        q: Word = "",
        kind: Word = "",
        service: Word = "",
        over: bool = False,
        before: int | None = None,
    ) -> Response[str]:
        wanted = Wanted(kind=kind, service=service, q=q, over=over, before=before)
        rows, older = await store.read(lambda tx: find(tx, wanted))
        plan = current.plan
        kinds = [(key, kind_name(plan, key)) for key in plan[RECORDS]]
        return shell.page(
            request,
            "records/list.html",
            rows=[(row, kind_of(plan, row.kind).stage_name(row.stage), kind_name(plan, row.kind)) for row in rows],
            older=older,
            wanted=wanted,
            form=Form({"q": q, "kind": kind, "service": service, "over": "1" if over else ""}),
            kinds=[("", msg("All")), *kinds],
            colors=_colors(plan),
            writes=may_write(visitor),
            filtered=bool(q or kind or service or over),
        )

    @get("/records/new")
    async def new(request: AnyRequest, visitor: Visitor, kind: Word = "incident") -> Response[str]:
        _refuse_reader(visitor)
        return _new(request, Form({"kind": kind}))

    @post("/records/new", status_code=200)
    async def create(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        _refuse_reader(visitor)
        form = await Form.read(request)
        kind, title = form.choice("kind", [*current.plan[RECORDS]]), form.text("title")
        priority, service = form.value("priority") or None, form.value("service") or None
        if form.ok:
            try:
                number = await store.write(
                    lambda tx: records.open(tx, kind, title, by=visitor.actor, priority=priority, service=service)
                )
            except Refusal as refusal:
                form.fail(refusal.where or "title", refusal.says)
            else:
                return shell.go(request, f"/records/{number}", msg("{number} is open.", number=number))
        return _new(request, form, 422)

    def _new(request: AnyRequest, form: Form, status: int = 200) -> Response[str]:
        plan = current.plan
        known = priorities_of(plan, form.value("kind"))
        return shell.page(
            request,
            "records/new.html",
            status=status,
            form=form,
            kinds=[(key, kind_name(plan, key)) for key in plan[RECORDS]],
            priorities=[("", msg("Usual")), *[(key, key) for key in known]],
            services=[("", "—"), *[(key, one.name or key) for key, one in plan[SERVICES].items()]],
        )

    @get("/records/{number:str}")
    async def one(request: AnyRequest, visitor: Visitor, number: str) -> Response[str]:
        return await _record(request, visitor, number)

    async def _record(
        request: AnyRequest, visitor: Visitor, number: str, refusal: Refusal | None = None, form: Form | None = None
    ) -> Response[str]:
        record, plan, now = await records.get(number), current.plan, clock.read()
        kind, zone = kind_of(plan, record.kind), plan[TIMEZONE]
        return shell.page(
            request,
            "records/record.html",
            status=422 if refusal else 200,
            record=record,
            kind=kind_name(plan, record.kind),
            stages=[(stage, kind.stage_name(stage)) for stage in kind.flow],
            ways=ways(plan, record) if may_write(visitor) and not record.merged_into else [],
            clocks=[(CALLED[each.word], each, explain(each, zone)) for each in clocks(record, now, zone)],
            lines=(await journal.of(record.subject, 100))[::-1],
            fields=_fields(plan, record),
            form=form or Form(_typed(record)),
            refusal=refusal,
            clashing=refusal.clashing if isinstance(refusal, Clash) else (),
            writes=may_write(visitor),
            colors=_colors(plan),
            parts=await _parts(request, visitor, record),
        )

    async def _parts(request: AnyRequest, visitor: Visitor, record: Record) -> list[tuple[str, Markup]]:
        found = sorted(await records.manners(record.kind).parts(record, visitor), key=lambda part: part.order)
        drawn = [
            shell.fragment(request, part.template, **{"record": record, "visitor": visitor, **part.values}).content
            for part in found
        ]
        # Each was drawn by a template that escaped what it shows.
        return [(part.place, Markup(text)) for part, text in zip(found, drawn, strict=True)]  # noqa: S704

    def _act(path: str, work: Any) -> Any:
        @post(f"/records/{{number:str}}/{path}", status_code=200, name=f"records-{path}")
        async def act(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
            _refuse_reader(visitor)
            form = await Form.read(request)
            try:
                await store.write(lambda tx: work(tx, number, form, visitor.actor))
            except Refusal as refusal:
                if refusal.code is Code.NOT_FOUND:
                    raise
                return await _record(request, visitor, number, refusal, form if path == "edit" else None)
            return shell.go(request, f"/records/{number}", msg("It is stored."))

        return act

    def edit(tx: Tx, number: str, form: Form, by: str) -> None:
        record = records.of(tx, number)
        names = ["title", *(name for name in kind_of(current.plan, record.kind).fields if name in form.values)]
        seen = form.value("seen")
        changes = {name: form.value(name) for name in names}
        records.edit(tx, number, changes, by=by, seen=int(seen) if seen.isdecimal() else record.seq)

    acts = [
        _act("edit", edit),
        _act("move", lambda tx, n, form, by: records.move(tx, n, form.value("stage"), by=by, why=form.value("why"))),
        _act("comment", lambda tx, n, form, by: records.comment(tx, n, form.value("text"), by=by)),
        _act("acknowledge", lambda tx, n, form, by: records.acknowledge(tx, n, by=by)),
    ]
    return [listed, new, create, one, *acts]


def _refuse_reader(visitor: Visitor) -> None:
    if not may_write(visitor):
        raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))


def _colors(plan: Any) -> dict[str, Any]:
    known = {name: one for kind in plan[RECORDS] for name, one in priorities_of(plan, kind).items()}
    return {name: one.color or "grey" for name, one in known.items()}


def _typed(record: Record) -> dict[str, str]:
    found = {name: "\n".join(value) if isinstance(value, list) else str(value) for name, value in record.fields.items()}
    return {**found, "title": record.title, "seen": str(record.seq)}


def _fields(plan: Any, record: Record) -> list[tuple[str, Any, str]]:
    known = kind_of(plan, record.kind).fields
    long = ("long text", "log", "list")
    return [
        (name, field_label(known, name), "lines" if field.type in long else "text") for name, field in known.items()
    ]
