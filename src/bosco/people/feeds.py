"""Private addresses of calendars: of one person's turns, or of a rotation; who knows the address may read it."""

from datetime import timedelta

from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.refusal import not_found
from bosco.kit.words import Language, Sayable, Text, msg, say
from bosco.people import store
from bosco.people.calendar_out import calendar_of
from bosco.people.days import joined
from bosco.people.model import Shift
from bosco.people.section import ON_CALL, TEAM, shown_name
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.store.store import Store
from bosco.store.tx import Tx

BEFORE, AFTER = timedelta(days=31), timedelta(days=180)
LONGEST_SECRET = 100


@service
class Feeds:
    """Calendars that other programs subscribe to."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, current: CurrentPlan, on_call: OnCall) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._current = current
        self._on_call = on_call

    async def address(self, subject: str) -> str | None:
        """Return the path of a calendar, if it has been given one."""
        secret = await self._store.read(lambda tx: store.secret_of(tx, subject))
        return None if secret is None else _path(secret)

    async def renew(self, subject: str, *, by: str) -> str:
        """Give a calendar a new address; the one before is worth nothing from now on."""
        self._named(subject)
        secret = self._ids.secret()

        def write(tx: Tx) -> None:
            store.put_secret(tx, subject, secret)
            data = {"name": pack(self._named(subject))}
            write_line(tx, subject=subject, what="on-call.feed-renewed", actor=by, data=data)

        await self._store.write(write)
        return _path(secret)

    async def calendar(self, secret: str) -> bytes:
        """Return the calendar behind an address, or refuse."""
        subject = None
        if len(secret) <= LONGEST_SECRET:
            subject = await self._store.read(lambda tx: store.subject_of(tx, secret))
        if subject is None:
            raise not_found(msg("There is no calendar here."))
        name, plan = self._named(subject), self._current.plan
        key = subject.partition(":")[2]
        person = key if subject.startswith("person:") else None
        language: Language = plan[LANGUAGE]
        if person and (own := plan[TEAM][person].language):
            language = own
        wanted = [*plan[ON_CALL]] if person else [key]
        turns = [
            (self._says(turn, rotation, person, language), rotation, turn)
            for rotation in wanted
            for turn in await self._turns(rotation)
            if person in (None, turn.person)
        ]
        title = str(say(msg("On call: {name}", name=name), language))
        return calendar_of(title, turns, self._clock.read())

    async def _turns(self, rotation: str) -> list[Shift]:
        now = self._clock.read()
        start, end = now - BEFORE, now + AFTER
        found = await self._store.read(lambda tx: self._on_call.shifts(rotation, start, end, tx))
        # What the span cuts would begin anew each time that somebody asks.
        return [one for one in joined(found) if one.start > start]

    def _says(self, turn: Shift, rotation: str, person: str | None, language: Language) -> str:
        plan = self._current.plan
        name = shown_name(plan, rotation)
        if person:
            return str(say(msg("On call: {name}", name=name), language))
        return str(say(msg("{person}: {rotation}", person=shown_name(plan, turn.person), rotation=name), language))

    def _named(self, subject: str) -> Sayable | Text:
        """Return whose calendar it is, or refuse if the plan no longer knows them."""
        kind, _, key = subject.partition(":")
        plan = self._current.plan
        person = plan[TEAM].get(key)
        if kind == "rotation" and key in plan[ON_CALL]:
            found = plan[ON_CALL][key].name or key
        elif kind == "person" and person is not None and not person.is_group:
            found = person.name or key
        else:
            raise not_found(msg("There is no calendar here."))
        return found


def _path(secret: str) -> str:
    return f"/calendars/{secret}.ics"
