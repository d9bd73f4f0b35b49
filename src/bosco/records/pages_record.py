"""The page of one record: where it stands, what comes next, what it says, who is in it, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from markupsafe import Markup

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Sayable, Text, msg
from bosco.people.section import ON_CALL, TEAM, shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE, URL
from bosco.plan.load import Plan
from bosco.records.actors import speaks_for
from bosco.records.acts import ACTS, Act, Asking, do, read_form
from bosco.records.api import refuse_reader
from bosco.records.clock import clocks
from bosco.records.explain import CALLED, explain
from bosco.records.listing import may_write
from bosco.records.moves import Asked, Lacking, asked_to_approve, kind_of, ways
from bosco.records.record import ROLES, Record
from bosco.records.section import RECORDS, kind_name, priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.records.sniff import PICTURES
from bosco.records.targets import address_of, shown
from bosco.records.texts import Clash
from bosco.records.widgets import typed, widgets
from bosco.services.section import SERVICES, service_name
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.marked import marked
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

LINES = 100
# Forms that name something else, which may not be there.
NAMES_OTHERS = ("link", "merge", "detach", "task-done")
SEATS = {"lead": msg("Lead"), "communication": msg("Communication"), "scribe": msg("Scribe")}
assert set(SEATS) == set(ROLES)


@dataclass(frozen=True)
class Desk:
    """What the pages of records ask."""

    shell: Shell
    clock: Clock
    current: CurrentPlan
    records: Records
    sight: Sight
    store: Store
    journal: Journal

    def asking(self, tx: Tx, request: AnyRequest, visitor: Visitor) -> Asking:
        """Return who asks, in the time zone in which they type."""
        zone = self.shell.reader(request).zone
        return Asking(tx, self.records, self.sight, visitor, zone, self.current.plan[URL])


@dataclass(frozen=True)
class Trouble:
    """What was refused of a form: nothing that was typed is lost."""

    refusal: Refusal
    # Which form it was.
    act: str
    form: Form


def routes(desk: Desk) -> list[Any]:
    """Return the page and its forms."""

    @get("/records/{number:str}")
    async def one(request: AnyRequest, visitor: Visitor, number: str) -> Response[str]:
        return await page(desk, request, visitor, number)

    @post("/records/{number:str}/edit", status_code=200, name="records-edit")
    async def edit(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)
        seen = form.value("seen")

        def work(tx: Tx) -> None:
            record = desk.sight.of(tx, number, visitor)
            own = {name: form.value(name) for name in ("title", "service") if name in form.values}
            changes = own | written(desk.current.plan, record.kind, form)
            upto = int(seen) if seen.isdecimal() and len(seen) < 10 else record.seq
            desk.records.edit(tx, number, changes, by=visitor.actor, seen=upto)

        return await _answer(desk, request, visitor, number, work, "edit", form, msg("It is stored."))

    @post("/records/preview", status_code=200)
    async def preview(request: AnyRequest, visitor: Visitor, field: str = "") -> Response[str]:
        refuse_reader(visitor)
        text = (await Form.read(request)).value(field)
        return Response(str(marked(text)), media_type="text/html")

    return [one, edit, preview, *(_route(desk, act) for act in ACTS)]


def written(plan: Plan, kind: str, form: Form) -> dict[str, Any]:
    """Return what a form says of the fields of a kind; a list of ticks without any is sent by its name alone."""
    found: dict[str, Any] = {}
    for name, one in kind_of(plan, kind).fields.items():
        if one.type == "checklist" and f"{name}-shown" in form.values:
            found[name] = form.picked(name)
        elif name in form.values:
            found[name] = form.value(name)
    return found


def _route(desk: Desk, act: Act) -> Any:
    @post(f"/records/{{number:str}}/{act.page}", status_code=200, name=f"records-{act.page}")
    async def acts(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)

        def work(tx: Tx) -> Record:
            data = read_form(act.asks, {name: form.picked(name) for name in form.values})
            return do(act, desk.asking(tx, request, visitor), number, data)

        return await _answer(desk, request, visitor, number, work, act.page, form, act.toast)

    return acts


async def _answer(  # noqa: PLR0913, PLR0917 - what was asked, by whom, and what to say
    desk: Desk, request: AnyRequest, visitor: Visitor, number: str, work: Any, act: str, form: Form, toast: Sayable
) -> Response[Any]:
    try:
        after = await desk.store.write(work)
    except Refusal as refusal:
        if refusal.code is Code.UNAVAILABLE or (
            refusal.code is Code.NOT_FOUND and act not in ("link", "merge", "detach")
        ):
            raise
        if refusal.code is Code.NOT_FOUND:
            # What was not found may be the record itself: then there is no page to say it on.
            await desk.sight.get(number, visitor)
        return await page(desk, request, visitor, number, Trouble(refusal, act, form))
    goes_on = after.number if isinstance(after, Record) else number
    return desk.shell.go(request, form.value("next") or f"/records/{goes_on}", toast)


async def page(
    desk: Desk, request: AnyRequest, visitor: Visitor, number: str, trouble: Trouble | None = None
) -> Response[str]:
    """Return the page of a record, with what was refused."""
    plan, now = desk.current.plan, desk.clock.read()

    def read(tx: Tx) -> tuple[Record, frozenset[str], list[tuple[Asked, bool]], frozenset[str]]:
        record = desk.sight.of(tx, number, visitor)
        asked = asked_to_approve(plan, record)
        gives = {one.target for one in asked if speaks_for(tx, plan, visitor.actor, one.target)}
        answers = [(one, one.target in gives) for one in asked]
        excuses = frozenset(record.broke) if speaks_for(tx, plan, visitor.actor, "manager") else frozenset[str]()
        return record, desk.sight.hidden(tx, visitor), answers, excuses

    record, hidden, approvals, excuses = await desk.store.read(read)
    kind, zone = kind_of(plan, record.kind), plan[TIMEZONE]
    writes = may_write(visitor)
    fields = widgets(plan, record)
    return desk.shell.page(
        request,
        "records/record.html",
        status=422 if trouble else 200,
        record=record,
        at=f"/records/{record.number}",
        kind=kind_name(plan, record.kind),
        service=called_service(plan, record.service),
        stages=[(stage, kind.stage_name(stage)) for stage in kind.flow],
        ways=ways(plan, record) if writes and not record.merged_into else [],
        labels={one.name: one.label for one in fields},
        clocks=[(CALLED[each.word], each, explain(each, zone)) for each in clocks(record, now, zone)],
        called=CALLED,
        excuses=excuses - record.voided.keys(),
        lines=(await desk.journal.of(record.subject, LINES))[::-1],
        fields=fields,
        form=_edited(plan, record, trouble),
        trouble=trouble,
        clashing=trouble.refusal.clashing if trouble and isinstance(trouble.refusal, Clash) else (),
        lacking=trouble.refusal if trouble and isinstance(trouble.refusal, Lacking) else None,
        writes=writes,
        color=color_of(plan, record.kind, record.priority),
        approvals=approvals if not record.over else [],
        people=people_of(plan),
        called_person=lambda name: called(plan, name),
        seats=[(role, SEATS[role], record.roles.get(role)) for role in ROLES],
        priorities=list(priorities_of(plan, record.kind)),
        services=[(key, service_name(plan, key)) for key in plan[SERVICES]],
        kinds=[(key, kind_name(plan, key)) for key in plan[RECORDS] if key not in hidden],
        links=[(one, shown(one.target), address_of(one.target)) for one in record.links],
        files=[(one, one.type in PICTURES) for one in record.files[::-1]],
        now=now,
        pieces=await _parts(desk, request, visitor, record),
    )


def _edited(plan: Plan, record: Record, trouble: Trouble | None) -> Form:
    if trouble and trouble.act == "edit":
        form = trouble.form
        if trouble.refusal.where and not isinstance(trouble.refusal, Clash):
            form.fail(trouble.refusal.where, trouble.refusal.says)
        # What is stored next is what somebody wrote who has now read both texts.
        form.values["seen"] = str(record.seq)
        return form
    known = kind_of(plan, record.kind).fields
    values = {name: typed(known[name], value) for name, value in record.fields.items() if name in known}
    lists = {name: value for name, value in record.fields.items() if isinstance(value, list)}
    own = {"title": record.title, "service": record.service or "", "seen": str(record.seq)}
    return Form({**values, **own}, lists)


async def _parts(desk: Desk, request: AnyRequest, visitor: Visitor, record: Record) -> list[tuple[str, Markup]]:
    found = sorted(await desk.records.manners(record.kind).parts(record, visitor), key=lambda part: part.order)
    values = [{"record": record, "visitor": visitor, **part.values} for part in found]
    drawn = [
        desk.shell.fragment(request, part.template, **each).content for part, each in zip(found, values, strict=True)
    ]
    # Each was drawn by a template that escaped what it shows.
    return [(part.place, Markup(text)) for part, text in zip(found, drawn, strict=True)]  # noqa: S704


def people_of(plan: Plan) -> Sequence[tuple[str, Text | str]]:
    """Return everybody whom a record may be given to: people, groups, rotations."""
    return [(key, shown_name(plan, key)) for key in dict.fromkeys([*plan[TEAM], *plan[ON_CALL]])]


def called(plan: Plan, actor: str | None) -> Text | str | None:
    """Return how somebody is called: a name of the plan, or an actor of the journal."""
    if actor is None:
        return None
    name = actor.partition(":")[2] or actor
    return shown_name(plan, name)


def called_service(plan: Plan, name: str | None) -> Any:
    """Return how a service is called; one that the plan no longer has keeps its key."""
    return service_name(plan, name) if name and name in plan[SERVICES] else name


def color_of(plan: Plan, kind: str, priority: str) -> Any:
    """Return the colour of a priority."""
    found = priorities_of(plan, kind).get(priority)
    return (found.color if found else None) or "grey"
