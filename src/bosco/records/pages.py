"""The pages of records: the list, one record, and a new one in ten seconds."""

from typing import Any

from litestar import Response, get, post

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg, say
from bosco.plan.current import CurrentPlan
from bosco.records import pages_board, pages_files, pages_list, pages_record
from bosco.records.api import refuse_reader
from bosco.records.moves import kind_of
from bosco.records.pages_record import Desk, written
from bosco.records.section import RECORDS, kind_name, priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.records.widgets import empty_widgets
from bosco.services.section import SERVICES
from bosco.store.store import Store
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [Nav(msg("Records"), "/records", icon="inbox", order=40)]


def routes(  # noqa: PLR0913, PLR0917 - the page of a record reads everybody
    shell: Shell, clock: Clock, current: CurrentPlan, records: Records, sight: Sight, store: Store, journal: Journal
) -> list[Any]:
    """Return the pages."""
    desk = Desk(shell, clock, current, records, sight, store, journal)
    return [
        *pages_list.routes(desk),
        *pages_board.routes(desk),
        *_new(desk),
        *pages_record.routes(desk),
        *pages_files.routes(desk),
    ]


def _new(desk: Desk) -> list[Any]:
    @get("/records/new")
    async def new(request: AnyRequest, visitor: Visitor) -> Response[str]:
        refuse_reader(visitor)
        # What was typed already comes back when another kind is chosen.
        asked = {name: value[:20_000] for name, value in request.query_params.items() if isinstance(value, str)}
        known = [*desk.current.plan[RECORDS]]
        kind = asked.get("kind", "")
        return await shown(request, visitor, Form({**asked, "kind": kind if kind in known else known[0]}))

    @post("/records/new", status_code=200)
    async def create(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)
        hidden = await desk.store.read(lambda tx: desk.sight.hidden(tx, visitor))
        kind = form.choice("kind", [one for one in desk.current.plan[RECORDS] if one not in hidden])
        title = form.text("title")
        priority, service = form.value("priority") or None, form.value("service") or None
        fields = written(desk.current.plan, kind, form)
        if form.ok:
            try:
                number = await desk.store.write(
                    lambda tx: desk.records.open(
                        tx,
                        kind,
                        title,
                        by=visitor.actor,
                        priority=priority,
                        service=service,
                        fields=fields,
                    )
                )
            except Refusal as refusal:
                form.fail(refusal.where or "title", refusal.says)
            else:
                return desk.shell.go(request, f"/records/{number}", msg("{number} is open.", number=number))
        return await shown(request, visitor, form, 422)

    async def shown(request: AnyRequest, visitor: Visitor, form: Form, status: int = 200) -> Response[str]:
        plan = desk.current.plan
        hidden = await desk.store.read(lambda tx: desk.sight.hidden(tx, visitor))
        kind, language = form.value("kind"), desk.shell.reader(request).language
        for name, one in kind_of(plan, kind).fields.items():
            if one.template and name not in form.values:
                form.values[name] = str(say(one.template, language))
        return desk.shell.page(
            request,
            "records/new.html",
            status=status,
            form=form,
            kinds=[(key, kind_name(plan, key)) for key in plan[RECORDS] if key not in hidden],
            priorities=[("", msg("Usual")), *[(key, key) for key in priorities_of(plan, form.value("kind"))]],
            fields=empty_widgets(plan, kind),
            services=[("", "—"), *[(key, one.name or key) for key, one in plan[SERVICES].items()]],
        )

    return [new, create]
