"""Who wants not to be told of what, and until when: the verbs of silences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bosco.alerts import rows, silences
from bosco.alerts.life import Life
from bosco.alerts.model import Alert
from bosco.alerts.silences import Silence
from bosco.alerts.silencing import checked, checked_end, checked_reason, said_of
from bosco.journal import write as write_line
from bosco.kit.marks import on_timer
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.notices.audience import name_of
from bosco.plan.header import TIMEZONE
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

SILENCE_ENDS = "alerts.silence-ends"
# Goes on with the alerts of a silence that covers too many for one transaction.
SETTLE = "alerts.settle-silence"
AT_ONCE = 200


@dataclass(frozen=True)
class Covered:
    """What a silence covers of what holds now: how many, and some of them."""

    count: int
    alerts: tuple[Alert, ...]


class SilenceVerbs:
    """Makes silences and ends them."""

    def __init__(self, store: Store, life: Life) -> None:
        self._store = store
        self._life = life

    async def make(self, covers: Mapping[str, str], until: datetime, *, by: str, reason: str, key: str = "") -> Silence:
        """Silence what is covered, from now until then; asked again under the same key, it is the same silence."""
        wanted, reason = checked(covers), checked_reason(reason)
        asked = f"{by} {key}"[:300] if key else None

        def write(tx: Tx) -> Silence:
            if (before := silences.asked_before(tx, asked)) is not None:
                return before
            made = Silence(tx.new_id(), by, reason, tx.at, checked_end(until, tx.at), wanted)
            silences.add(tx, made, asked)
            timers.set(tx, SILENCE_ENDS, made.id, made.ends_at)
            self._line(tx, made, "silence.made", by, reason)
            self._settle(tx, made)
            return made

        return await self._store.write(write)

    async def change(
        self, silence_id: str, *, by: str, until: datetime | None = None, reason: str | None = None
    ) -> Silence:
        """Let a silence that holds end at another time, or say better why it is."""

        def write(tx: Tx) -> Silence:
            known = _found(tx, silence_id)
            if known.is_over(tx.at):
                raise Refusal(Code.CONFLICT, msg("This silence is over already."))
            now = replace(
                known,
                ends_at=known.ends_at if until is None else checked_end(until, tx.at),
                reason=known.reason if reason is None else checked_reason(reason),
            )
            if now != known:
                silences.change(tx, now.id, ends_at=now.ends_at, reason=now.reason)
                timers.set(tx, SILENCE_ENDS, now.id, now.ends_at)
                self._line(tx, now, "silence.changed", by, now.reason)
                self._settle(tx, now)
            return now

        return await self._store.write(write)

    async def end(self, silence_id: str, *, by: str) -> Silence:
        """End a silence before its time."""

        def write(tx: Tx) -> Silence:
            silence = _found(tx, silence_id)
            if not silence.is_over(tx.at):
                timers.cancel(tx, SILENCE_ENDS, silence_id)
                self._over(tx, silence, by, msg("ended by hand"))
            return silences.find(tx, silence_id) or silence

        return await self._store.write(write)

    async def get(self, silence_id: str) -> Silence:
        """Return a silence, or refuse if there is none of that id."""
        return await self._store.read(lambda tx: _found(tx, silence_id))

    async def page(self, *, over: bool = False, before: str = "", limit: int = 50) -> list[Silence]:
        """Return a page of silences, the last made first, and one more if there are older ones."""
        return await self._store.read(lambda tx: silences.page(tx, over=over, before=before, limit=limit))

    async def covered(self, covers: Mapping[str, str], most: int = 20) -> Covered:
        """Return what a silence would keep from being told of what holds now."""
        wanted = checked(covers)

        def read(tx: Tx) -> Covered:
            return _covered(tx, wanted, most)

        return await self._store.read(read)

    async def counts(self, found: list[Silence]) -> dict[str, int]:
        """Return how many alerts that hold each of these silences covers."""
        return await self._store.read(lambda tx: {one.id: _covered(tx, one.covers, 0).count for one in found})

    @on_timer(SILENCE_ENDS)
    async def run_out(self, timer: Timer) -> None:
        """End a silence whose time has come."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            silence = silences.find(tx, timer.key)
            if silence is not None and silence.ended_at is None:
                self._over(tx, silence, "bosco", msg("its time has run out"))

        await self._store.write(write)

    @on_timer(SETTLE)
    async def go_on(self, timer: Timer) -> None:
        """Go on with the alerts of a silence that began or ended."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            silence = silences.find(tx, timer.key)
            if silence is not None:
                self._settle(tx, silence, str(timer.body.get("after", "")))

        await self._store.write(write)

    def _over(self, tx: Tx, silence: Silence, by: str, why: Any) -> None:
        silences.end(tx, silence.id, by)
        self._line(tx, silence, "silence.ended", by, str(why), because=pack(why))
        self._settle(tx, silence)

    def _settle(self, tx: Tx, silence: Silence, after: str = "") -> None:
        """Hold or release what a silence covers, some at a time."""
        found = rows.named(tx, silence.covers, after=after, limit=AT_ONCE)
        self._life.settle_these(tx, [one for one in found if silences.covers(silence, one)])
        if len(found) == AT_ONCE:
            timers.set(tx, SETTLE, silence.id, tx.at, {"after": found[-1].id})
        else:
            timers.cancel(tx, SETTLE, silence.id)

    def _line(self, tx: Tx, silence: Silence, what: str, by: str, why: str, **more: Any) -> None:
        who = pack(name_of(self._life.plan, by))
        end = f"{silence.ends_at.astimezone(self._life.plan[TIMEZONE]):%Y-%m-%d %H:%M}"
        data = {"what": said_of(silence), "by": who, "covers": dict(silence.covers), "end": end, **more}
        write_line(tx, subject=f"silence:{silence.id}", what=what, actor=by, why=why, data=data)


def _found(tx: Tx, silence_id: str) -> Silence:
    silence = silences.find(tx, silence_id)
    if silence is None:
        raise not_found(msg("There is no silence {id}.", id=silence_id[:40]))
    return silence


def _covered(tx: Tx, wanted: Mapping[str, str], most: int) -> Covered:
    if rows.by_columns(wanted):
        return Covered(rows.count_named(tx, wanted), tuple(rows.named(tx, wanted, limit=most)) if most else ())
    probe = Silence("", "", "", tx.at, tx.at, wanted)
    found = [one for one in rows.named(tx, wanted) if silences.covers(probe, one)]
    return Covered(len(found), tuple(found[:most]))
