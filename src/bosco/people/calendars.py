"""Keeps rotations as the calendars say that others keep: read again and again, what changed is written, no more."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import engine, service
from bosco.kit.net import Net, NetFailed, Request
from bosco.kit.numbers import Unreadable
from bosco.kit.packed import pack, unpack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import LANGUAGES, Sayable, msg, say
from bosco.people import store
from bosco.people.calendar_in import LARGEST, Entry, Read, read_calendar
from bosco.people.model import Change
from bosco.people.section import ON_CALL, TEAM, shown_name
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.store.store import Store
from bosco.store.tx import Tx

EVERY = timedelta(minutes=15)
PATIENCE = timedelta(seconds=30)
BEFORE, AFTER = timedelta(days=1), timedelta(days=366)


@dataclass(frozen=True)
class Kept:
    """How reading a rotation's calendar went last."""

    read_at: datetime | None
    entries: int
    # A sentence, or None when all is well.
    trouble: Sayable | None


@service
class Calendars:
    """Reads the calendars of rotations."""

    def __init__(
        self, data: Store, clock: Clock, net: Net, secrets: Secrets, current: CurrentPlan, on_call: OnCall
    ) -> None:
        self._store = data
        self._clock = clock
        self._net = net
        self._secrets = secrets
        self._current = current
        self._on_call = on_call
        self._news = asyncio.Event()
        current.on_change(lambda before, now: self._news.set())

    @engine("calendars", outward=True, at_the_helm=True)
    async def run(self) -> None:
        """Read every calendar now and then, and at once when the plan changes."""
        while True:
            self._news.clear()
            await self._forget_others()
            for rotation in self._current.plan[ON_CALL]:
                await self.read(rotation)
            try:
                async with self._clock.limit(EVERY):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def read(self, rotation: str) -> None:
        """Read a rotation's calendar; one that cannot be read changes nothing but what is told of it."""
        plan = self._current.plan
        known = plan[ON_CALL].get(rotation)
        if known is None or (written := known.calendar) is None:
            return
        try:
            found = await self._fetch(plan, written)
        except (Unreadable, NetFailed, Refusal) as error:
            await self._store.write(partial(self._fail, rotation=rotation, why=error.says))
            return
        await self._store.write(partial(self._keep, rotation=rotation, found=found))

    async def take_file(self, rotation: str, raw: bytes, *, by: str) -> Read:
        """Let the entries of a file say who is on call, in place of those of the file before."""
        plan = self._current.plan
        if rotation not in plan[ON_CALL]:
            raise not_found(msg("There is no rotation called {name}.", name=rotation[:100]))
        try:
            found = await self._understood(plan, raw)
        except Unreadable as error:
            raise Refusal(Code.INVALID, error.says, where="file") from error
        await self._store.write(partial(self._keep_file, rotation=rotation, entries=found.entries, by=by))
        return found

    async def forget_file(self, rotation: str, *, by: str) -> None:
        """Let the file say nothing any more."""
        await self._store.write(partial(self._keep_file, rotation=rotation, entries=(), by=by))

    def _keep_file(self, tx: Tx, rotation: str, entries: tuple[Entry, ...], by: str) -> None:
        if self._sync(tx, rotation, f"{store.UPLOADED}rotation:{rotation}", entries):
            data = {"name": pack(shown_name(self._current.plan, rotation)), "count": len(entries)}
            subject = f"rotation:{rotation}"
            write_line(tx, subject=subject, what="on-call.file-read", actor=by, data=data)
            self._on_call.changed(tx, rotation)

    async def kept(self) -> dict[str, Kept]:
        """Return how reading went, by rotation."""
        rows = await self._store.read(store.read_calendars)
        return {
            subject.partition(":")[2]: Kept(
                row.read_at, row.entries, None if row.trouble is None else unpack(row.trouble)
            )
            for subject, row in rows.items()
            if subject.startswith("rotation:")
        }

    async def _fetch(self, plan: Plan, written: str) -> Read:
        request = Request(
            self._secrets.fill(written), headers={"Accept": "text/calendar"}, redirects=5, body_limit=LARGEST + 1
        )
        try:
            async with self._clock.limit(PATIENCE):
                answer = await self._net.fetch(request)
        except TimeoutError:
            raise Unreadable(msg("it did not answer within {n} s", n=int(PATIENCE.total_seconds()))) from None
        if answer.status != 200:
            raise Unreadable(msg("it answered {status}", status=answer.status))
        return await self._understood(plan, answer.body)

    async def _understood(self, plan: Plan, raw: bytes) -> Read:
        now = self._clock.read()
        ask = partial(read_calendar, raw, names_of(plan), plan[TIMEZONE], now - BEFORE, now + AFTER)
        return await self._clock.in_thread(None, ask)

    def _keep(self, tx: Tx, rotation: str, found: Read) -> None:
        subject, source = f"rotation:{rotation}", f"calendar:rotation:{rotation}"
        before = store.read_calendars(tx).get(subject)
        trouble = None
        if found.unknown:
            trouble = pack(msg("entries that name nobody of the team: {n}", n=found.unknown))
        changed = self._sync(tx, rotation, source, found.entries)
        store.put_calendar(tx, subject, len(found.entries), trouble, tx.at)
        if changed or before is None or before.trouble != trouble:
            name = shown_name(self._current.plan, rotation)
            data = {"name": pack(name), "count": len(found.entries), "trouble": trouble}
            write_line(tx, subject=subject, what="on-call.calendar-read", actor="bosco", data=data)
        if changed:
            self._on_call.changed(tx, rotation)

    def _sync(self, tx: Tx, rotation: str, source: str, entries: Iterable[Entry]) -> bool:
        """Write what is new and take away what is gone; what has passed stays as it was."""
        wanted = {(one.start, one.end, one.person) for one in entries if one.end > tx.at}
        known = {(one.start, one.end, one.who): one.id for one in store.load_changes(tx, tx.at) if one.source == source}
        for place, identity in known.items():
            if place not in wanted:
                store.cancel_change(tx, identity)
        made = [
            Change(id=tx.new_id(), start=start, end=end, rotation=rotation, who=who, source=source, by="bosco")
            for start, end, who in sorted(wanted)
            if (start, end, who) not in known
        ]
        store.add_changes(tx, made)
        return wanted != set(known)

    def _fail(self, tx: Tx, rotation: str, why: Sayable) -> None:
        subject, trouble = f"rotation:{rotation}", pack(why)
        before = store.read_calendars(tx).get(subject)
        entries, read_at = (before.entries, before.read_at) if before is not None else (0, None)
        store.put_calendar(tx, subject, entries, trouble, read_at)
        if before is None or before.trouble != trouble:
            data = {"name": pack(shown_name(self._current.plan, rotation))}
            reason = str(say(why, "en"))
            write_line(tx, subject=subject, what="on-call.calendar-failed", actor="bosco", why=reason, data=data)

    async def _forget_others(self) -> None:
        """Take away what came from calendars that the plan no longer names."""
        named = {f"calendar:rotation:{key}" for key, one in self._current.plan[ON_CALL].items() if one.calendar}

        def write(tx: Tx) -> None:
            for source in store.sources(tx):
                if source.startswith("calendar:") and source not in named:
                    store.forget_source(tx, source)
                    self._on_call.changed(tx, source.removeprefix("calendar:rotation:"))

        await self._store.write(write)


def names_of(plan: Plan) -> dict[str, list[str]]:
    """Return by which names entries may call each person: their key, their name in both languages, their address."""
    found = {}
    for key, person in plan[TEAM].items():
        if not person.is_group:
            names = {key, *(str(say(shown_name(plan, key), language)) for language in LANGUAGES)}
            found[key] = [*sorted(names), *([person.email] if person.email else [])]
    return found
