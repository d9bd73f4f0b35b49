"""The page of one incident, and what can be done there: taken, moved, commented, said, corrected, joined, divided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from markupsafe import Markup

from bosco.incidents.room import Room
from bosco.incidents.service import Incidents
from bosco.incidents.store import Case
from bosco.incidents.tell_world import Words
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Sayable, msg
from bosco.notices.service import Notices
from bosco.people.section import shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records.clock import clocks
from bosco.records.explain import CALLED, explain
from bosco.records.listing import may_write
from bosco.records.moves import kind_of, ways
from bosco.records.record import Record
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.records.widgets import typed, widgets
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

BLOCKS = ("top", "story", "side")
INCIDENT = "incident"


@dataclass(frozen=True)
class Ask:
    """What the pages ask."""

    shell: Shell
    clock: Clock
    current: CurrentPlan
    incidents: Incidents
    records: Records
    notices: Notices
    store: Store
    sight: Sight


def one_routes(ask: Ask) -> list[Any]:
    """Return the routes of one incident."""

    @get("/incidents/{number:str}")
    async def incident_page(request: AnyRequest, visitor: Visitor, number: str) -> Response[str]:
        return await _incident(ask, request, visitor, number)

    def act(
        path: str, work: Callable[[Tx, str, Form, str], Any], said: Callable[[Any], Sayable | None] = lambda _: None
    ) -> Any:
        """Return the address of a form: what is refused is told on the page, beside what was typed."""

        def seen(tx: Tx, number: str, form: Form, visitor: Visitor) -> Any:
            for one in (number, *([form.value("into")] if path == "merge" else [])):
                ask.sight.of(tx, one, visitor)
            return work(tx, number, form, visitor.actor)

        @post(f"/incidents/{{number:str}}/{path}", guards=[may("responder")], status_code=200, name=f"incidents-{path}")
        async def act_on(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
            form = await Form.read(request)
            try:
                done = await ask.store.write(lambda tx: seen(tx, number, form, visitor))
            except Refusal as refusal:
                if refusal.code is Code.NOT_FOUND:
                    raise
                return await _incident(ask, request, visitor, number, Trouble(path, form, refusal))
            to = done if isinstance(done, str) else number
            return ask.shell.go(request, f"/incidents/{to}", said(done))

        return act_on

    @post("/incidents/{number:str}/words", guards=[may("responder")], status_code=200)
    async def words(request: AnyRequest, visitor: Visitor, number: str) -> Response[Any]:
        form = await Form.read(request)
        lines = {one: form.lines(one, needed=False, most=4000) for one in ("fr", "en")}
        told = Words("public" if form.value("audience") == "public" else "internal", **lines)
        await ask.sight.get(number, visitor)
        try:
            await ask.incidents.keep_words(number, told, visitor.actor)
        except Refusal as refusal:
            if refusal.code is Code.NOT_FOUND:
                raise
            return await _incident(ask, request, visitor, number, Trouble("words", form, refusal))
        return ask.shell.go(request, f"/incidents/{number}", msg("It stands in the record as said."))

    records = ask.records
    return [
        incident_page,
        act("acknowledge", lambda tx, n, _, by: records.acknowledge(tx, n, by=by), lambda _: msg("It is yours.")),
        act("move", lambda tx, n, form, by: records.move(tx, n, form.value("stage"), by=by), _moved(ask)),
        act("comment", lambda tx, n, form, by: (records.comment(tx, n, form.value("text"), by=by), None)[1]),
        act("sheet", _write_sheet(ask), lambda _: msg("It is stored.")),
        act("task", _finish_task(ask)),
        act("merge", _merge(ask), lambda into: msg("It is a part of {into} now.", into=into)),
        act("split", _split(ask), lambda made: msg("{number} is open.", number=made)),
        words,
    ]


@dataclass(frozen=True)
class Trouble:
    """A form that was refused: nothing that was typed is lost."""

    act: str
    form: Form
    refusal: Refusal


def _moved(ask: Ask) -> Callable[[Record], Sayable]:
    def said(record: Record) -> Sayable:
        name = kind_of(ask.current.plan, record.kind).stage_name(record.stage)
        return msg("It is in {stage} now.", stage=name)

    return said


def _write_sheet(ask: Ask) -> Callable[[Tx, str, Form, str], None]:
    def work(tx: Tx, number: str, form: Form, by: str) -> None:
        record = ask.records.of(tx, number)
        names = [name for name in kind_of(ask.current.plan, record.kind).fields if _was_shown(form, name)]
        changes = {name: form.picked(name) if f"{name}-shown" in form.values else form.value(name) for name in names}
        seen = form.value("seen")
        upto = int(seen) if seen.isdecimal() and len(seen) < 10 else record.seq
        why = " ".join(form.value("why").split())[:500] or None
        ask.records.edit(tx, number, changes, by=by, seen=upto, why=why)

    return work


def _was_shown(form: Form, name: str) -> bool:
    return name in form.values or f"{name}-shown" in form.values


def _finish_task(ask: Ask) -> Callable[[Tx, str, Form, str], None]:
    def work(tx: Tx, number: str, form: Form, by: str) -> None:
        ask.records.finish_task(tx, number, form.value("id"), by=by, done=form.flag("done"))

    return work


def _merge(ask: Ask) -> Callable[[Tx, str, Form, str], str]:
    def work(tx: Tx, number: str, form: Form, by: str) -> str:
        into = ask.records.of(tx, form.value("into"))
        if into.kind != INCIDENT:
            raise Refusal(Code.INVALID, msg("There is no incident {number}.", number=into.number), where="into")
        return ask.records.merge(tx, number, into.number, by=by).number

    return work


def _split(ask: Ask) -> Callable[[Tx, str, Form, str], str]:
    def work(tx: Tx, number: str, form: Form, by: str) -> str:
        linked = {one.target for one in ask.records.of(tx, number).links}
        taking = tuple(one for one in form.picked("taking") if one in linked)
        return ask.records.split(tx, number, form.value("title"), by=by, kind=INCIDENT, taking=taking)

    return work


async def _incident(
    ask: Ask, request: AnyRequest, visitor: Visitor, number: str, trouble: Trouble | None = None
) -> Response[str]:
    record = await ask.sight.get(number, visitor)
    plan, now, reader = ask.current.plan, ask.clock.read(), ask.shell.reader(request)
    room = await ask.incidents.room(record)
    kind, known = kind_of(plan, record.kind), priorities_of(plan, record.kind)
    shown = {"record": record, "room": room, "mounted": ask.shell.mounted, "speaks": may_write(visitor)}
    drawn = {block: ask.shell.render(f"incidents/parts.html#{block}", reader, **shown) for block in BLOCKS}
    # Each was drawn by a template that escaped what it shows.
    parts: dict[str, Any] = {block: Markup(text) for block, text in drawn.items()}  # noqa: S704
    running = [one for one in clocks(record, now, plan[TIMEZONE]) if one.state != "stopped"]
    steps = [] if record.over else await ask.notices.next_steps(record.subject)
    return ask.shell.page(
        request,
        "incidents/incident.html",
        status=200 if trouble is None else 422,
        record=record,
        room=room,
        priority=known.get(record.priority),
        tone="ok" if record.over else "degraded" if room.case.recovered else "critical",
        heading=_heading(record, room.case),
        holder=_called(plan, record.acknowledged_by),
        clocks=[msg("{clock}: {why}", clock=CALLED[one.word], why=explain(one, plan[TIMEZONE])) for one in running],
        steps=[{"at": one.at, "says": unpack(one.says), "why": unpack(one.why)} for one in steps],
        stages=[(stage, kind.stage_name(stage)) for stage in kind.flow],
        ways=ways(plan, record),
        sheet=widgets(plan, record),
        sheet_form=_form_of(plan, record, trouble),
        others=await _others(ask, record, visitor),
        alerts=_alerts(room),
        acts=visitor.may("responder"),
        trouble=trouble,
        **parts,
    )


def _form_of(plan: Plan, record: Record, trouble: Trouble | None) -> Form:
    """Return the sheet as it is typed: as it was sent if that was refused, else as it stands."""
    if trouble is not None and trouble.act == "sheet":
        trouble.form.values["seen"] = str(record.seq)
        trouble.form.fail(trouble.refusal.where or "why", trouble.refusal.says)
        return trouble.form
    known = kind_of(plan, record.kind).fields
    values: Mapping[str, Any] = {name: one for name, one in record.fields.items() if name in known}
    lists = {name: [str(each) for each in one] for name, one in values.items() if isinstance(one, list)}
    return Form({**{name: typed(known[name], one) for name, one in values.items()}, "seen": str(record.seq)}, lists)


async def _others(ask: Ask, record: Record, visitor: Visitor) -> list[tuple[str, str]]:
    if record.merged_into or not visitor.may("responder"):
        return []

    def read(tx: Tx) -> list[tuple[str, str]]:
        numbers = ask.records.open_ones(tx, (INCIDENT,))[:50]
        found = [ask.records.of(tx, number) for number in numbers if number != record.number]
        return [(one.number, f"{one.number} {one.title}") for one in found]

    return await ask.store.read(read)


def _alerts(room: Room) -> list[tuple[str, str]]:
    return [(f"alert:{one.alert}", f"{one.service or one.fingerprint} {one.fired:%H:%M}") for one in room.joined]


def _heading(record: Record, case: Case) -> Sayable:
    if record.over:
        return msg("It is over")
    return msg("It is well again, and not closed yet") if case.recovered else msg("It is not over")


def _called(plan: Plan, actor: str | None) -> str | None:
    if actor is None:
        return None
    name = actor.partition(":")[2] or actor
    return str(shown_name(plan, name))
