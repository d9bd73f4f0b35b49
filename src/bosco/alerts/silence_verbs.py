"""Who wants not to be told of what, and until when: the verbs of silences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bosco.alerts import silences
from bosco.alerts.life import Life
from bosco.alerts.silences import Silence
from bosco.alerts.silencing import checked, said_of
from bosco.journal import write as write_line
from bosco.kit.marks import on_timer
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

SILENCE_ENDS = "alerts.silence-ends"


class SilenceVerbs:
    """Makes silences and ends them."""

    def __init__(self, store: Store, life: Life) -> None:
        self._store = store
        self._life = life

    async def make(self, covers: Mapping[str, str], until: datetime, *, by: str, reason: str) -> Silence:
        """Silence what is covered, from now until then."""
        wanted, reason = checked(covers, reason)

        def write(tx: Tx) -> Silence:
            if until <= tx.at:
                raise Refusal(Code.INVALID, msg("A silence ends in the future."), where="until")
            made = Silence(tx.new_id(), by, reason, tx.at, until, wanted)
            silences.add(tx, made)
            timers.set(tx, SILENCE_ENDS, made.id, until)
            data = {"what": said_of(made), "end": until.isoformat(timespec="minutes"), "by": by, "covers": wanted}
            write_line(tx, subject=f"silence:{made.id}", what="silence.made", actor=by, why=reason, data=data)
            self._life.settle_all(tx)
            return made

        return await self._store.write(write)

    async def end(self, silence_id: str, *, by: str) -> None:
        """End a silence before its time."""

        def write(tx: Tx) -> None:
            silence = silences.find(tx, silence_id)
            if silence is None:
                raise not_found(msg("There is no silence {id}.", id=silence_id[:40]))
            if silence.ended_at is None and silence.ends_at > tx.at:
                timers.cancel(tx, SILENCE_ENDS, silence_id)
                self._over(tx, silence, by, msg("ended by hand"))

        await self._store.write(write)

    async def latest(self) -> list[Silence]:
        """Return the last silences, those in force first."""
        return await self._store.read(silences.latest)

    @on_timer(SILENCE_ENDS)
    async def run_out(self, timer: Timer) -> None:
        """End a silence whose time has come."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            silence = silences.find(tx, timer.key)
            if silence is not None and silence.ended_at is None:
                self._over(tx, silence, "bosco", msg("its time has run out"))

        await self._store.write(write)

    def _over(self, tx: Tx, silence: Silence, by: str, why: Any) -> None:
        silences.end(tx, silence.id, by)
        data = {"what": said_of(silence), "because": pack(why)}
        write_line(tx, subject=f"silence:{silence.id}", what="silence.ended", actor=by, why=str(why), data=data)
        self._life.settle_all(tx)
