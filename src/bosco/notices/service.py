"""The verbs of telling: every one is part of the transaction of what is told."""

from datetime import datetime
from typing import Any

from bosco.journal import write as write_line
from bosco.kit.marks import service
from bosco.kit.packed import unpack
from bosco.kit.words import say
from bosco.notices.model import Matter, MatterAcknowledged, MatterUnacknowledged, NextStep
from bosco.store.store import Store
from bosco.store.tx import Tx


@service
class Notices:
    """Tells people of matters, as the routing matrix and the escalation of the plan say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self, tx: Tx, matter: Matter, why: Any, *, actor: str = "bosco", taking_over: tuple[str, ...] = ()
    ) -> None:
        """Tell of a matter and begin its escalation; hearing of the same key again changes what is known of it.

        One that takes over others goes on where they are: what they told is not told again, steps done stay done.
        """
        self._write(tx, matter.subject, "matter.opened", actor, why)

    def change(self, tx: Tx, matter: Matter, why: Any, *, actor: str = "bosco", tell: bool = True) -> None:
        """Tell what has changed of a matter: its priority, what is seen, its number, its shares."""
        self._write(tx, matter.subject, "matter.changed", actor, why)

    def acknowledge(self, tx: Tx, key: str, by: str, *, until: datetime | None = None, via: str = "page") -> None:
        """Let somebody have it: escalation stops until `until`, or until it is given back."""
        tx.publish(MatterAcknowledged(key=key, subject=key, by=by, at=tx.at, until=until, via=via))

    def unacknowledge(self, tx: Tx, key: str, by: str, why: Any) -> None:
        """Give it back: escalation goes on from here, without a burst of what was missed."""
        tx.publish(MatterUnacknowledged(key=key, subject=key, by=by, at=tx.at, because=why))

    def hold(self, tx: Tx, key: str, why: Any) -> None:
        """Tell nothing and escalate nothing for the time being: muted, silenced, flapping."""

    def release(self, tx: Tx, key: str, why: Any) -> None:
        """End a hold: what is still so is told now."""

    def close(self, tx: Tx, key: str, why: Any, *, actor: str = "bosco") -> None:
        """Tell that it is over; what has not been told yet is superseded."""
        self._write(tx, key, "matter.closed", actor, why)

    async def next_steps(self, key: str) -> list[NextStep]:
        """Return what happens next about a matter, by the very functions that will do it."""
        return []

    def _write(self, tx: Tx, subject: str, what: str, actor: str, why: Any) -> None:
        write_line(tx, subject=subject, what=what, actor=actor, why=str(say(unpack(why), "en")))
