"""After a crash on SQLite: the only worker of the file takes back at once what the dead one held."""

import fcntl
import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from bosco.store.parcel import IS_PENDING, outbox
from bosco.store.timers import timers
from bosco.store.tx import Tx

# What has been begun so many times may itself be what kills the process: it waits until the others have been served.
SUSPECT = 3
AFTER_THE_OTHERS = timedelta(seconds=10)


class SoleWorker:
    """Proof that no other process works on this file; the system withdraws it when the process ends."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    @classmethod
    def of(cls, file: Path) -> "SoleWorker | None":
        """Return the proof, or None if another process has it."""
        lock = os.open(f"{file}-worker", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return cls(lock)

    def close(self) -> None:
        """Give the proof back."""
        os.close(self._lock)


def take_over(tx: Tx) -> None:
    """Let everything that is held be taken now."""
    for table, pending in ((timers, timers.c.holder.is_not(None)), (outbox, IS_PENDING)):
        held = update(table).where(pending, table.c.holder.is_not(None)).values(holder=None)
        tx.run(held.where(table.c.attempts < SUSPECT).values(next_try=tx.at))
        tx.run(held.where(table.c.attempts >= SUSPECT).values(next_try=tx.at + AFTER_THE_OTHERS))
