"""The verbs of being on call: who is, who stands in for whom, who exchanges turns, and how each is reached."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import engine, on_timer, service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.people import store
from bosco.people.duties import HANDOVER, OpenMatters, named, settle, settle_all
from bosco.people.model import Change, Duty, Exchange, Hole, OnCallChanged, Shift
from bosco.people.on_call import duty, holes, people_on_call, shifts, told_instead
from bosco.people.reach import address_of
from bosco.people.section import ON_CALL, TEAM, Rotation, members_of, people_at_level, shown_name
from bosco.people.targets import ON_CALL_WORDS, level_of
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx
from bosco.web.events import Live

LONGEST_CHANGE = timedelta(days=366)
LONGEST_REASON = 500
# Other processes may have changed something: then what is remembered is read anew this often.
REMEMBERED_FOR = timedelta(seconds=5)


@service
class OnCall:
    """Who is on call."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, live: Live) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._live = live
        self._remembered: tuple[Change, ...] | None = None
        self._read_at = 0.0
        self._news = asyncio.Event()
        self._open: OpenMatters = lambda tx: ()
        current.on_change(lambda before, now: self._news.set())

    def who(self, target: str, at: datetime, tx: Tx | None = None) -> list[str]:
        """Return whom a target of the plan means at an instant, each once: people, in the order of the plan.

        `on-call` means everybody who is on call of any rotation. When nobody of a rotation is, its backup is meant;
        without a backup, nobody. Give the transaction if there is one.
        """
        plan = self._current.plan
        if (level := level_of(target)) is not None:
            return people_at_level(plan, level)
        if target in plan[ON_CALL]:
            rotations = [target]
        elif target in plan[TEAM]:
            return members_of(plan, target)
        else:
            rotations = [*plan[ON_CALL]] if target in ON_CALL_WORDS else []
        changes = self._changes(tx)
        found = [one for key in rotations for one in _of_rotation(plan, key, at, changes)]
        return list(dict.fromkeys(found))

    def on_duty(self, target: str, at: datetime, tx: Tx | None = None) -> list[str]:
        """Return who of them is really on call, without those who are told when nobody is; as `who` for people."""
        plan = self._current.plan
        if target in plan[ON_CALL]:
            return people_on_call(plan, target, at, self._changes(tx))
        if target in ON_CALL_WORDS and target not in plan[TEAM]:
            changes = self._changes(tx)
            found = [one for key in plan[ON_CALL] for one in people_on_call(plan, key, at, changes)]
            return list(dict.fromkeys(found))
        return self.who(target, at, tx)

    def duty(self, rotation: str, at: datetime, tx: Tx | None = None) -> Duty:
        """Return how a rotation stands: who is on call, until when, who comes next, who is told in a hole."""
        self._find(rotation)
        return duty(self._current.plan, rotation, at, self._changes(tx))

    def shifts(self, rotation: str, start: datetime, end: datetime, tx: Tx | None = None) -> list[Shift]:
        """Return who is on call between two instants, as it stands now."""
        self._find(rotation)
        return shifts(self._current.plan, rotation, start, end, self._changes(tx))

    def holes(self, rotation: str, start: datetime, end: datetime, tx: Tx | None = None) -> list[Hole]:
        """Return the stretches between two instants in which nobody is on call."""
        return list(holes(self.shifts(rotation, start, end, tx), start, end))

    def reach(self, person: str, channel_kind: str) -> str | None:
        """Return the address that a kind of channel needs of somebody: `sms` their phone, `smtp` their e-mail."""
        return address_of(self._current.plan, person, channel_kind)

    def tell_open(self, source: OpenMatters) -> None:
        """Ask that source, from now on, what is open when somebody takes over; each as a packed sentence."""
        self._open = source

    async def stand_in(  # noqa: PLR0913 - who, whom, when, why: that is what it is about
        self,
        rotation: str,
        who: str,
        start: datetime,
        end: datetime,
        *,
        by: str,
        reason: str,
        whom: str | None = None,
    ) -> Change:
        """Put somebody on call in the place of another, or without `whom` of everybody; holes are filled too."""
        plan = self._current.plan
        self._find(rotation)
        for person in (who, whom):
            if person is not None and person not in plan[TEAM]:
                raise not_found(msg("There is nobody called {name} in the team.", name=person[:100]))
        if who == whom:
            raise Refusal(Code.INVALID, msg("Somebody cannot stand in for themselves."), where="whom")
        _check_span(start, end)

        def write(tx: Tx) -> Change:
            if end <= tx.at:
                raise Refusal(Code.INVALID, msg("What has passed cannot be changed any more."), where="end")
            made = Change(
                id=tx.new_id(),
                start=max(start, tx.at),
                end=end,
                rotation=rotation,
                whom=whom,
                who=who,
                by=by,
                reason=reason.strip()[:LONGEST_REASON],
            )
            if whom is not None and not any(
                one.person == whom for one in shifts(plan, rotation, made.start, end, self._changes(tx))
            ):
                says = msg("{name} is not on call in that time.", name=shown_name(plan, whom))
                raise Refusal(Code.CONFLICT, says, where="whom")
            store.add_changes(tx, [made])
            self.write_change(tx, made, "on-call.changed", by, made.reason)
            return made

        return await self._store.write(write)

    async def give_back(self, change: str, *, by: str, reason: str = "") -> None:
        """Let a change no longer count; doing it twice changes nothing. An exchange ends as a whole."""

        def write(tx: Tx) -> None:
            found = store.find_change(tx, change)
            if found is None or found.end <= tx.at:
                return
            together = [one for one in store.load_changes(tx) if one.source and one.source == found.source]
            for one in together if found.source.startswith("exchange:") else [found]:
                store.cancel_change(tx, one.id)
                self.write_change(tx, one, "on-call.cancelled", by, reason.strip()[:LONGEST_REASON])

        await self._store.write(write)

    async def changes(self) -> list[Change]:
        """Return every change that is not over, in the order of its beginning."""
        found = await self._store.read(lambda tx: store.load_changes(tx, tx.at))
        return sorted(found, key=lambda one: (one.start, one.id))

    async def exchanges(self) -> list[Exchange]:
        """Return the exchanges that wait for an answer."""
        return await self._store.read(store.open_exchanges)

    def write_change(self, tx: Tx, change: Change, what: str, by: str, reason: str) -> None:
        """Tell a change, and bring what is noted of its rotation up to date."""
        plan = self._current.plan
        name = shown_name(plan, change.rotation) if change.rotation else msg("every rotation")
        data = {
            "rotation": pack(name),
            "who": pack(named(plan, [change.who] if change.who else [])),
            "whom": pack(shown_name(plan, change.whom) if change.whom else msg("whoever is in turn")),
            "start": change.start.isoformat(),
            "end": change.end.isoformat(),
            "by": by,
        }
        write_line(tx, subject=f"rotation:{change.rotation or ''}", what=what, actor=by, why=reason or "—", data=data)
        self.changed(tx, change.rotation)

    def changed(self, tx: Tx, rotation: str | None) -> None:
        """Note that changes of a rotation, or of every one, were written in this transaction."""
        plan, changes = self._current.plan, store.load_changes(tx)
        for key in [rotation] if rotation in plan[ON_CALL] else [*plan[ON_CALL]]:
            settle(tx, plan, str(key), changes, self._open)
        tx.publish(OnCallChanged(rotation=rotation, at=tx.at))
        tx.after_commit(self._forget)
        tx.after_commit(lambda: self._live.tell("on-call"))

    @engine("on-call")
    async def run(self) -> None:
        """Note who is on call at the start and when the plan changes; in between, timers do."""
        while True:
            self._news.clear()
            await self._store.write(self._settle_all)
            await self._news.wait()

    @on_timer(HANDOVER)
    async def hand_over(self, timer: Timer) -> None:
        """Tell who has taken over."""

        def write(tx: Tx) -> None:
            if timer.key in self._current.plan[ON_CALL]:
                settle(tx, self._current.plan, timer.key, store.load_changes(tx), self._open)

        await self._store.write(write)
        self._live.tell("on-call")

    def _settle_all(self, tx: Tx) -> None:
        settle_all(tx, self._current.plan, store.load_changes(tx), self._open)

    def _changes(self, tx: Tx | None) -> Sequence[Change]:
        if tx is not None:
            return store.load_changes(tx)
        now = self._clock.monotonic()
        stale = self._store.on_postgresql and now - self._read_at > REMEMBERED_FOR.total_seconds()
        if self._remembered is None or stale:
            self._remembered, self._read_at = self._store.read_now(store.load_changes), now
        return self._remembered

    def _forget(self) -> None:
        self._remembered = None

    def _find(self, rotation: str) -> Rotation:
        found = self._current.plan[ON_CALL].get(rotation)
        if found is None:
            raise not_found(msg("There is no rotation called {name}.", name=rotation[:100]))
        return found


def _of_rotation(plan: Plan, key: str, at: datetime, changes: Sequence[Change]) -> list[str]:
    return people_on_call(plan, key, at, changes) or told_instead(plan, key, at, changes)


def _check_span(start: datetime, end: datetime) -> None:
    if not 1971 < start.year <= end.year < 2200:
        raise Refusal(Code.INVALID, msg("The year must lie between 1972 and 2199."), where="end")
    if end <= start:
        raise Refusal(Code.INVALID, msg("It ends after it begins."), where="end")
    if end - start > LONGEST_CHANGE:
        raise Refusal(Code.INVALID, msg("It lasts a year at most; the plan says what is so for longer."), where="end")
