"""The pages of incidents: those that are open, one of them, and what was learnt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from litestar import Response, get, post

from bosco.incidents import learning
from bosco.incidents.ahead import next_of
from bosco.incidents.figures import figures_of
from bosco.incidents.pages_figures import counted_of, figure_routes
from bosco.incidents.pages_one import Ask, one_routes
from bosco.incidents.postmortem import ASKED, PARTS, Part
from bosco.incidents.print import paper_of
from bosco.incidents.service import Incidents
from bosco.incidents.store import Case, Postmortem
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Sayable, Text, msg, say
from bosco.notices.model import Ahead
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.people.section import TEAM, shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.header import NAME, TIMEZONE
from bosco.plan.load import Plan
from bosco.records.matters import key_of
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.services.section import SERVICES, service_name
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.paper import as_pdf
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [
    Nav(msg("Incidents"), "/incidents", icon="siren", order=12),
    Nav(msg("Open an incident"), "/incidents/new", icon="megaphone", order=1, may="responder", calls=True),
]
COUNTED = timedelta(days=90)
PAST = timedelta(days=3650)
ON_A_PAGE = 25
MOST_ACTIONS = 30
BLOCKS = ("top", "story", "side")


@dataclass
class Shown:
    """An incident in a list."""

    case: Case
    record: Record
    tone: str
    color: str
    blink: bool
    owner: str | None
    where: Sayable | Text | None
    stage: Sayable | Text
    lasted: timedelta
    postmortem: str | None = None
    next_says: Any = None
    next_at: datetime | None = None


def routes(  # noqa: PLR0913, PLR0917 - the page of an incident reads everybody
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    incidents: Incidents,
    records: Records,
    notices: Notices,
    store: Store,
    sight: Sight,
) -> list[Any]:
    """Return the routes."""
    ask = Ask(shell, clock, current, incidents, records, notices, store, sight)
    return [*_lists(ask), *figure_routes(ask), *one_routes(ask), *_learnt(ask)]


def _lists(ask: Ask) -> list[Any]:
    @get("/incidents")
    async def incidents_page(request: AnyRequest, visitor: Visitor, before: str = "") -> Response[str]:
        now, plan = ask.clock.read(), ask.current.plan
        hidden = await ask.store.read(lambda tx: ask.sight.hidden(tx, visitor))
        found = [one for one in await ask.incidents.cases(now - PAST) if one[1].kind not in hidden]
        states = {one.number: one.state for one in await ask.incidents.owed()}
        states |= {one.number: one.state for one in await ask.incidents.published()}
        shown = [_shown(plan, case, record, now, states.get(record.number)) for case, record in found]
        going = [one for one in shown if not one.record.over]
        ahead = await ask.notices.ahead_of(key_of(one.record) for one in going)
        for one in going:
            one.next_says, one.next_at = next_of(plan, one.record, ahead.get(key_of(one.record), Ahead()), now)
        past = [one for one in shown if one.record.over and one.record.merged_into is None]
        numbers = [one.record.number for one in past]
        start = numbers.index(before) + 1 if before in numbers else 0
        page = past[start : start + ON_A_PAGE]
        counted = [counted_of(case, record) for case, record in found if case.began >= now - COUNTED]
        return ask.shell.page(
            request,
            "incidents/incidents.html",
            open=going,
            owed=await _visible(ask, visitor),
            past=page,
            actions=_actions(plan, found, now),
            older=f"/incidents?before={page[-1].record.number}" if page and start + ON_A_PAGE < len(past) else None,
            figures=figures_of(counted),
            acts=visitor.may("responder"),
        )

    @get("/incidents/new", guards=[may("responder")])
    async def new_page(request: AnyRequest) -> Response[str]:
        return ask.shell.page(request, "incidents/new.html", form=None, **_choices(ask.current.plan))

    @post("/incidents/new", guards=[may("responder")], status_code=200)
    async def open_incident(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        form, plan = await Form.read(request), ask.current.plan
        title = form.text("title", most=200)
        priority = form.choice("priority", priorities_of(plan, "incident"))
        service = form.value("service").strip() or None
        if form.ok:
            try:
                number = await ask.store.write(
                    lambda tx: ask.records.open(
                        tx, "incident", title, by=visitor.actor, priority=priority, service=service
                    )
                )
            except Refusal as refusal:
                if refusal.code is not Code.INVALID:
                    raise
                form.fail(refusal.where or "title", refusal.says)
            else:
                return ask.shell.go(request, f"/incidents/{number}", msg("{number} is open.", number=number))
        return ask.shell.page(request, "incidents/new.html", status=422, form=form, **_choices(plan))

    return [incidents_page, new_page, open_incident]


def _actions(plan: Plan, found: list[tuple[Case, Record]], now: datetime) -> list[dict[str, Any]]:
    """Return what is still to be done after incidents that are over, those due soonest first."""
    open_ones = [
        {
            "number": record.number,
            "text": task.text,
            "owner": shown_name(plan, task.owner) if task.owner and task.owner in plan[TEAM] else task.owner,
            "due": task.due,
            "late": bool(task.due and task.due < now),
        }
        for _, record in found
        if record.over and record.merged_into is None
        for task in record.tasks
        if task.done_at is None
    ]
    return sorted(open_ones, key=lambda one: (one["due"] is None, one["due"] or now))[:MOST_ACTIONS]


async def _visible(ask: Ask, visitor: Visitor) -> list[Postmortem]:
    """Return the post-mortems owed of the kinds that a visitor may see."""
    found = await ask.incidents.owed()

    def read(tx: Tx) -> list[Postmortem]:
        hidden = ask.sight.hidden(tx, visitor)
        return [one for one in found if not hidden or ask.records.of(tx, one.number).kind not in hidden]

    return await ask.store.read(read)


def _choices(plan: Plan) -> dict[str, Any]:
    known = priorities_of(plan, "incident")
    return {
        "priorities": [(key, msg("{key} - {name}", key=key, name=one.name or key)) for key, one in known.items()],
        "services": [(key, service_name(plan, key)) for key in plan[SERVICES]],
    }


def _learnt(ask: Ask) -> list[Any]:
    @get("/incidents/{number:str}/postmortem")
    async def postmortem_page(request: AnyRequest, visitor: Visitor, number: str) -> Response[str]:
        return await _postmortem(ask, request, visitor, number)

    @get("/incidents/{number:str}/postmortem.pdf")
    async def postmortem_pdf(request: AnyRequest, visitor: Visitor, number: str) -> Response[bytes]:
        record, found = await ask.sight.get(number, visitor), await ask.incidents.postmortem(number)
        if found is None:
            raise not_found(msg("{number} has no post-mortem.", number=number[:60]))
        reader = ask.shell.reader(request)
        foot = str(say(ask.current.plan[NAME], reader.language))
        paper = paper_of(record, found, reader.language, ask.current.plan[TIMEZONE], foot)
        made = await ask.clock.in_thread(None, lambda: as_pdf(paper))
        name = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in record.number)
        headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
        return Response(made, media_type="application/pdf", headers=headers)

    @post("/incidents/{number:str}/postmortem", guards=[may("responder")], status_code=200)
    async def begin(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        await ask.sight.get(number, visitor)
        await ask.incidents.demand_postmortem(number, by=visitor.actor)
        return ask.shell.go(request, f"/incidents/{number}/postmortem")

    @post("/incidents/{number:str}/postmortem/review", guards=[may("responder")], status_code=200)
    async def review(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        await ask.sight.get(number, visitor)
        try:
            await ask.incidents.give_to_read(number, visitor.actor)
        except Refusal as refusal:
            return await _postmortem(ask, request, visitor, number, refusal)
        return ask.shell.go(request, f"/incidents/{number}/postmortem", msg("It waits to be read."))

    @post("/incidents/{number:str}/postmortem/publish", guards=[may("manager")], status_code=200)
    async def publish(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        await ask.sight.get(number, visitor)
        try:
            await ask.incidents.publish(number, visitor.actor)
        except Refusal as refusal:
            return await _postmortem(ask, request, visitor, number, refusal)
        return ask.shell.go(request, f"/incidents/{number}/postmortem", msg("It is published."))

    @post("/incidents/{number:str}/postmortem/{part:str}", guards=[may("responder")], status_code=200)
    async def write(request: AnyRequest, visitor: Visitor, number: str, part: str) -> Response[Any]:
        form = await Form.read(request)
        text = form.value("text").replace("\r\n", "\n")
        version = int(form.value("version")) if form.value("version").isdecimal() else 0
        language = ask.shell.reader(request).language
        await ask.sight.get(number, visitor)
        try:
            await ask.incidents.write_part(
                number, part, text.split("\n"), version=version, by=visitor.actor, language=language
            )
        except Refusal as refusal:
            if refusal.code is Code.NOT_FOUND:
                raise
            return await _postmortem(ask, request, visitor, number, refusal, (part, text))
        return ask.shell.go(request, f"/incidents/{number}/postmortem#{part}", msg("Saved."))

    return [postmortem_page, postmortem_pdf, begin, review, publish, write]


async def _postmortem(
    ask: Ask,
    request: AnyRequest,
    visitor: Visitor,
    number: str,
    refused: Refusal | None = None,
    typed: tuple[str, str] = ("", ""),
) -> Response[str]:
    record, found = await ask.sight.get(number, visitor), await ask.incidents.postmortem(number)
    if found is None:
        raise not_found(msg("{number} has no post-mortem.", number=number[:60]))
    language = ask.shell.reader(request).language
    kept = {part: learning.sentences(found, part) for part in PARTS}
    shown = {
        part: [{"says": unpack(one.says), "line": one.line, "at": one.at} for one in several]
        for part, several in kept.items()
    }
    texts = {part: "\n".join(str(say(unpack(one.says), language)) for one in kept[part]) for part in kept}
    return ask.shell.page(
        request,
        "incidents/postmortem.html",
        status=200 if refused is None else 409,
        record=record,
        one=found,
        parts=PARTS,
        asked=ASKED,
        sentences=shown,
        texts=texts,
        refused=refused.says if refused else None,
        hint=refused.hint if refused else None,
        opened=cast(Part, typed[0]),
        typed=typed[1] if typed[0] else None,
        acts=visitor.may("responder"),
        publishes=visitor.may("manager"),
    )


def _shown(plan: Plan, case: Case, record: Record, now: datetime, postmortem: str | None) -> Shown:
    known = plan[PRIORITIES].get(record.priority)
    service = record.service
    return Shown(
        case=case,
        record=record,
        tone="degraded" if case.recovered else "critical",
        color=(known.color if known else None) or "grey",
        blink=bool(known and known.blink and not case.recovered),
        owner=_called(plan, record.acknowledged_by),
        where=service_name(plan, service) if service and service in plan[SERVICES] else service,
        stage=kind_of(plan, record.kind).stage_name(record.stage),
        lasted=(case.recovered or case.ended or now) - case.began,
        postmortem=postmortem,
    )


def _called(plan: Plan, actor: str | None) -> str | None:
    if actor is None:
        return None
    name = actor.partition(":")[2] or actor
    return str(shown_name(plan, name))
