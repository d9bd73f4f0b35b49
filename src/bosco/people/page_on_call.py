"""The page of who is on call: now, the next ninety days with their holes, and the reader's own turns."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import Parameter

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import Sayable, Text, msg
from bosco.people.calendars import Calendars, Kept
from bosco.people.days import days_of, joined, months_of, span_ahead
from bosco.people.exchanges import Exchanges
from bosco.people.feeds import Feeds
from bosco.people.me import person_of
from bosco.people.model import Change, Hole, Shift
from bosco.people.on_call import holes
from bosco.people.section import ON_CALL, TEAM, members_of, people_at_level, shown_name
from bosco.people.service import OnCall
from bosco.people.store import UPLOADED
from bosco.plan.current import CurrentPlan
from bosco.plan.day_words import WEEKDAYS
from bosco.plan.header import URL
from bosco.plan.load import Plan
from bosco.plan.wall_time import midnight
from bosco.store.store import Store
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

Word = Annotated[str, Parameter(max_length=200)]
# Colours that tell people apart; red is kept for holes, and every colour stands beside initials.
TONES = ("blue", "green", "violet", "amber", "grey")
HISTORY, HOLES, MINE = 20, 5, 20


@dataclass(frozen=True)
class Asked:
    """What the pages ask."""

    shell: Shell
    clock: Clock
    store: Store
    current: CurrentPlan
    on_call: OnCall
    exchanges: Exchanges
    feeds: Feeds
    read: Calendars
    journal: Journal

    async def me(self, visitor: Visitor) -> str | None:
        """Return who the reader is in the plan's team."""
        return await self.store.read(lambda tx: person_of(tx, self.current.plan, visitor))


@dataclass(frozen=True)
class Group:
    """A team or a support level, and who is in it."""

    name: Sayable | Text
    people: list[Sayable | Text]
    level: int | None = None


@dataclass(frozen=True)
class Ahead:
    """What comes of one rotation."""

    key: str
    name: Sayable | Text
    shifts: list[Shift]
    holes: list[Hole]


def on_call_routes(asked: Asked) -> list[Any]:
    """Return the routes."""

    @get("/on-call")
    async def page(request: AnyRequest, visitor: Visitor, rotation: Word = "", day: Word = "") -> Response[str]:
        plan, now, zone = asked.current.plan, asked.clock.read(), asked.shell.reader(request).zone
        me = await asked.me(visitor)
        ahead = _ahead(asked, plan, now, zone)
        chosen = next((one for one in ahead if one.key == rotation), ahead[0] if ahead else None)
        start, end = span_ahead(now, zone)
        known = await asked.journal.of(f"rotation:{chosen.key}", HISTORY) if chosen else []
        return asked.shell.page(
            request,
            "people/on_call.html",
            weekdays=WEEKDAYS,
            called=lambda key: shown_name(plan, key),
            duties=[(shown_name(plan, key), asked.on_call.duty(key, now)) for key in plan[ON_CALL]],
            groups=groups_of(plan),
            ahead=ahead,
            open_holes=[(one, one.holes[:HOLES], len(one.holes) - HOLES) for one in ahead if one.holes],
            chosen=chosen,
            months=months_of(days_of(chosen.shifts, chosen.holes, start, end, zone)) if chosen else [],
            tones=_tones(chosen.shifts) if chosen else {},
            day=_day(chosen, day, zone) if chosen else None,
            today=now.astimezone(zone).date(),
            me=me,
            mine=mine(ahead, me)[:MINE] if me else [],
            from_file=_from_file(await asked.on_call.changes(), chosen),
            changes=[
                one
                for one in await asked.on_call.changes()
                if one.rotation in (None, *plan[ON_CALL]) and not one.is_from_calendar
            ],
            exchanges=await asked.on_call.exchanges(),
            read=await _read(asked, chosen),
            calendars=await _calendars(asked, visitor, me, chosen),
            lines=known[-HISTORY:][::-1],
            acts=visitor.may("responder"),
            manages=visitor.may("manager"),
        )

    return [page]


def _ahead(asked: Asked, plan: Plan, now: datetime, zone: ZoneInfo) -> list[Ahead]:
    start, end = span_ahead(now, zone)
    found = []
    for key in plan[ON_CALL]:
        shifts = asked.on_call.shifts(key, start, end)
        # What has passed today is no hole that anybody could still fill.
        found.append(Ahead(key, shown_name(plan, key), joined(shifts), list(holes(shifts, now, end))))
    return found


def mine(ahead: Sequence[Ahead], person: str) -> list[tuple[Ahead, Shift]]:
    """Return somebody's turns in every rotation, the soonest first."""
    found = [(one, shift) for one in ahead for shift in one.shifts if shift.person == person]
    return sorted(found, key=lambda pair: pair[1].start)


def groups_of(plan: Plan) -> list[Group]:
    """Return the support levels that have people, and the teams."""
    levels = sorted({one.level for one in plan[TEAM].values() if one.level is not None and not one.is_group})
    found = [Group("", [shown_name(plan, key) for key in people_at_level(plan, level)], level) for level in levels]
    for key, one in plan[TEAM].items():
        if one.is_group:
            found.append(Group(shown_name(plan, key), [shown_name(plan, each) for each in members_of(plan, key)]))
    return found


def _from_file(changes: Sequence[Change], chosen: Ahead | None) -> int:
    """Return how many turns of the rotation a file gives."""
    return sum(chosen is not None and one.source == f"{UPLOADED}rotation:{chosen.key}" for one in changes)


async def _read(asked: Asked, chosen: Ahead | None) -> Kept | None:
    """Return how reading the calendar that keeps the rotation went, if one does."""
    if chosen is None or asked.current.plan[ON_CALL][chosen.key].calendar is None:
        return None
    return (await asked.read.kept()).get(chosen.key)


async def _calendars(asked: Asked, visitor: Visitor, me: str | None, chosen: Ahead | None) -> list[dict[str, Any]]:
    """Return the calendars that this reader may subscribe to, with their addresses if they have one."""
    found: list[tuple[str, str, Sayable | Text]] = []
    if me is not None:
        found.append(("person", me, msg("My turns")))
    if chosen is not None and visitor.may("responder"):
        found.append(("rotation", chosen.key, chosen.name))
    base = (asked.current.plan[URL] or "").rstrip("/")
    told = []
    for kind, key, name in found:
        path = await asked.feeds.address(f"{kind}:{key}")
        told.append({"kind": kind, "key": key, "name": name, "url": f"{base}{path}" if path else None})
    return told


def _tones(found: Sequence[Shift]) -> dict[str, str]:
    people = dict.fromkeys(one.person for one in found)
    return {person: TONES[place % len(TONES)] for place, person in enumerate(people)}


def _day(chosen: Ahead, text: str, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return what a day that was pointed at holds, turn by turn and hole by hole; None for no day of the calendar."""
    on: date | None = None
    with contextlib.suppress(ValueError):
        on = date.fromisoformat(text)
    if on is None or not 1970 < on.year < 2200:
        return None
    start, end = midnight(on, zone), midnight(date.fromordinal(on.toordinal() + 1), zone)
    both: list[Shift | Hole] = [*chosen.shifts, *chosen.holes]
    inside = [one for one in both if one.start < end and one.end > start]
    return {"on": on, "inside": sorted(inside, key=lambda one: one.start)}
