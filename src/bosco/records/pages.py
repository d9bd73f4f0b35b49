"""The pages of records: the list, one record, and a new one in ten seconds."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.records import pages_files, pages_record
from bosco.records.api import refuse_reader
from bosco.records.listing import Wanted, find, may_write
from bosco.records.moves import kind_of
from bosco.records.pages_record import Desk, color_of
from bosco.records.section import RECORDS, kind_name, priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.services.section import SERVICES
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [Nav(msg("Records"), "/records", icon="inbox", order=30)]
Word = Annotated[str, Parameter(max_length=200)]


def routes(  # noqa: PLR0913, PLR0917 - the page of a record reads everybody
    shell: Shell, clock: Clock, current: CurrentPlan, records: Records, sight: Sight, store: Store, journal: Journal
) -> list[Any]:
    """Return the pages."""
    desk = Desk(shell, clock, current, records, sight, store, journal)
    return [*_list(desk), *_new(desk), *pages_record.routes(desk), *pages_files.routes(desk)]


def _list(desk: Desk) -> list[Any]:
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
        def work(tx: Tx) -> tuple[Wanted, list[Any], int | None]:
            hidden = desk.sight.hidden(tx, visitor)
            wanted = Wanted(kind=kind, service=service, q=q, over=over, before=before, hidden=hidden)
            return (wanted, *find(tx, wanted))

        wanted, rows, older = await desk.store.read(work)
        plan = desk.current.plan
        kinds = [(key, kind_name(plan, key)) for key in plan[RECORDS] if key not in wanted.hidden]
        return desk.shell.page(
            request,
            "records/list.html",
            rows=[
                (
                    row,
                    kind_of(plan, row.kind).stage_name(row.stage),
                    kind_name(plan, row.kind),
                    color_of(plan, row.kind, row.priority),
                )
                for row in rows
            ],
            older=older,
            wanted=wanted,
            form=Form({"q": q, "kind": kind, "service": service, "over": "1" if over else ""}),
            kinds=[("", msg("All")), *kinds],
            writes=may_write(visitor),
            filtered=bool(q or kind or service or over),
        )

    return [listed]


def _new(desk: Desk) -> list[Any]:
    @get("/records/new")
    async def new(request: AnyRequest, visitor: Visitor, kind: Word = "incident") -> Response[str]:
        refuse_reader(visitor)
        return await shown(request, visitor, Form({"kind": kind}))

    @post("/records/new", status_code=200)
    async def create(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)
        hidden = await desk.store.read(lambda tx: desk.sight.hidden(tx, visitor))
        kind = form.choice("kind", [one for one in desk.current.plan[RECORDS] if one not in hidden])
        title = form.text("title")
        priority, service = form.value("priority") or None, form.value("service") or None
        if form.ok:
            try:
                number = await desk.store.write(
                    lambda tx: desk.records.open(tx, kind, title, by=visitor.actor, priority=priority, service=service)
                )
            except Refusal as refusal:
                form.fail(refusal.where or "title", refusal.says)
            else:
                return desk.shell.go(request, f"/records/{number}", msg("{number} is open.", number=number))
        return await shown(request, visitor, form, 422)

    async def shown(request: AnyRequest, visitor: Visitor, form: Form, status: int = 200) -> Response[str]:
        plan = desk.current.plan
        hidden = await desk.store.read(lambda tx: desk.sight.hidden(tx, visitor))
        return desk.shell.page(
            request,
            "records/new.html",
            status=status,
            form=form,
            kinds=[(key, kind_name(plan, key)) for key in plan[RECORDS] if key not in hidden],
            priorities=[("", msg("Usual")), *[(key, key) for key in priorities_of(plan, form.value("kind"))]],
            services=[("", "—"), *[(key, one.name or key) for key, one in plan[SERVICES].items()]],
        )

    return [new, create]
