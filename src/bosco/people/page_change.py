"""The forms by which people change who is on call: standing in, giving back, exchanging turns."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.people.days import joined, span_ahead
from bosco.people.exchanges import Part
from bosco.people.me import refuse_for_others
from bosco.people.model import Shift
from bosco.people.page_on_call import Asked, Word
from bosco.people.section import ON_CALL, TEAM, shown_name
from bosco.people.service import LONGEST_REASON
from bosco.plan.load import Plan
from bosco.plan.wall_time import at, on_the_wall
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.typeset import instant_text
from bosco.web.visitor import AnyRequest, Visitor, may

# So many turns are offered for an exchange.
OFFERED = 120
_TYPED = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Offer:
    """A turn that may be exchanged, as a form names it."""

    value: str
    says: str
    part: Part


def change_routes(asked: Asked) -> list[Any]:
    """Return the routes."""
    return [*_standing_in(asked), *_exchanging(asked)]


def _people(plan: Plan) -> list[tuple[str, Any]]:
    return [(key, shown_name(plan, key)) for key, one in plan[TEAM].items() if not one.is_group]


def _rotations(plan: Plan) -> list[tuple[str, Any]]:
    return [(key, shown_name(plan, key)) for key in plan[ON_CALL]]


def _standing_in(asked: Asked) -> list[Any]:
    def page(request: AnyRequest, form: Form, status: int = 200) -> Response[str]:
        plan = asked.current.plan
        return asked.shell.page(
            request,
            "people/stand_in.html",
            status=status,
            form=form,
            people=_people(plan),
            rotations=_rotations(plan),
            longest=LONGEST_REASON,
        )

    @get("/on-call/stand-in", guards=[may("responder")])
    async def ask(request: AnyRequest, visitor: Visitor, rotation: Word = "", day: Word = "") -> Response[str]:
        zone = asked.shell.reader(request).zone
        start, end = _offered_span(asked.clock.read(), day, zone)
        typed = {
            "rotation": rotation if rotation in asked.current.plan[ON_CALL] else "",
            "who": await asked.me(visitor) or "",
            "start": start.strftime(_TYPED),
            "end": end.strftime(_TYPED),
        }
        return page(request, Form(typed))

    @post("/on-call/stand-in", guards=[may("responder")], status_code=200)
    async def stand_in(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        form, plan, zone = await Form.read(request), asked.current.plan, asked.shell.reader(request).zone
        rotation = form.choice("rotation", [*plan[ON_CALL]])
        people = [key for key, _ in _people(plan)]
        who, whom = form.choice("who", people), form.choice("whom", people, needed=False)
        start, end = form.instant("start", zone), form.instant("end", zone)
        reason = form.text("reason", most=LONGEST_REASON, needed=False)
        if form.ok and start and end:
            try:
                await asked.on_call.stand_in(
                    rotation, who, start, end, by=visitor.actor, reason=reason, whom=whom or None
                )
            except Refusal as refusal:
                _fail(form, refusal, "who")
            else:
                name = shown_name(plan, who)
                return asked.shell.go(request, f"/on-call?rotation={rotation}", msg("{name} stands in.", name=name))
        return page(request, form, 422)

    @post("/on-call/change/{change:str}/give-back", guards=[may("responder")], status_code=200)
    async def give_back(request: AnyRequest, visitor: Visitor, change: str) -> Response[Any]:
        await asked.on_call.give_back(change, by=visitor.actor)
        return asked.shell.go(request, "/on-call", msg("The turns are as they were."))

    return [ask, stand_in, give_back]


def _offered_span(now: datetime, day: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return what a form begins with, by the clock on the wall: the day that was pointed at, or twelve hours."""
    with contextlib.suppress(ValueError):
        on = date.fromisoformat(day)
        if 1970 < on.year < 2200:
            return at(on), at(on) + timedelta(days=1)
    begins = on_the_wall(now, zone).replace(minute=0, second=0) + timedelta(hours=1)
    return begins, begins + timedelta(hours=12)


def _exchanging(asked: Asked) -> list[Any]:
    def offers(request: AnyRequest, rotation: str) -> list[Offer]:
        plan, now = asked.current.plan, asked.clock.read()
        if rotation not in plan[ON_CALL]:
            raise not_found(msg("There is no rotation called {name}.", name=rotation[:100]))
        _, end = span_ahead(now, asked.shell.reader(request).zone)
        found = joined(asked.on_call.shifts(rotation, now, end))
        return _offers(asked.shell, request, plan, found[:OFFERED])

    def page(
        request: AnyRequest, rotation: str, me: str | None, visitor: Visitor, form: Form, status: int = 200
    ) -> Response[str]:
        found = offers(request, rotation)
        own = [one for one in found if visitor.may("manager") or one.part[0] == me]
        return asked.shell.page(
            request,
            "people/exchange.html",
            status=status,
            form=form,
            rotation=rotation,
            name=shown_name(asked.current.plan, rotation),
            own=[(one.value, one.says) for one in own],
            others=[(one.value, one.says) for one in found if visitor.may("manager") or one.part[0] != me],
            longest=LONGEST_REASON,
        )

    @get("/on-call/exchange", guards=[may("responder")])
    async def ask(request: AnyRequest, visitor: Visitor, rotation: Word = "") -> Response[str]:
        return page(request, rotation, await asked.me(visitor), visitor, Form())

    @post("/on-call/exchange", guards=[may("responder")], status_code=200)
    async def exchange(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        form, me = await Form.read(request), await asked.me(visitor)
        rotation = form.value("rotation")
        known = {one.value: one.part for one in offers(request, rotation)}
        first, second = form.choice("first", known), form.choice("second", known)
        reason = form.text("reason", most=LONGEST_REASON, needed=False)
        if form.ok and not visitor.may("manager") and known[first][0] != me:
            form.fail("first", msg("Only a manager exchanges the turns of others."))
        if form.ok:
            try:
                await asked.exchanges.ask(rotation, known[first], known[second], by=visitor.actor, reason=reason)
            except Refusal as refusal:
                _fail(form, refusal, "second")
            else:
                return asked.shell.go(request, f"/on-call?rotation={rotation}", msg("The other one is asked now."))
        return page(request, rotation, me, visitor, form, 422)

    @post("/on-call/exchange/{identity:str}/{answer:str}", guards=[may("responder")], status_code=200)
    async def end(request: AnyRequest, visitor: Visitor, identity: str, answer: str) -> Response[Any]:
        found, me = await asked.exchanges.find(identity), await asked.me(visitor)
        if answer == "withdraw":
            refuse_for_others(visitor, me, found.first)
            await asked.exchanges.withdraw(identity, by=visitor.actor)
            return asked.shell.go(request, "/on-call", msg("It is withdrawn."))
        if answer not in ("agree", "decline"):
            raise not_found(msg("There is no such answer."))
        refuse_for_others(visitor, me, found.second)
        await asked.exchanges.answer(identity, agrees=answer == "agree", by=visitor.actor)
        toast = msg("The turns are exchanged.") if answer == "agree" else msg("It is declined.")
        return asked.shell.go(request, "/on-call", toast)

    return [ask, exchange, end]


def _offers(shell: Shell, request: AnyRequest, plan: Plan, found: Sequence[Shift]) -> list[Offer]:
    reader = shell.reader(request)
    made = []
    for one in found:
        start, end = instant_text(one.start, "minute", reader), instant_text(one.end, "minute", reader)
        name = shown_name(plan, one.person)
        says = f"{name.say(reader.language) if hasattr(name, 'say') else name}: {start} → {end}"
        value = f"{one.person}~{one.start.isoformat()}~{one.end.isoformat()}"
        made.append(Offer(value, says, (one.person, one.start, one.end)))
    return made


def _fail(form: Form, refusal: Refusal, otherwise: str) -> None:
    """Show a refusal beside its field; what is no matter of the form goes on its way."""
    if refusal.code not in (Code.INVALID, Code.CONFLICT, Code.NOT_FOUND):
        raise refusal
    form.fail(refusal.where or otherwise, refusal.says)
