"""A process to be killed: it promises facts, timers, parcels and lines without pause, and keeps its promises in a file.

    python crash_program.py WHERE SINK NAME FIRST   promise from number FIRST on, until killed
    python crash_program.py WHERE SINK drain        promise nothing more, keep what was promised, and end

It says `try N` before, and `ack N` after each commit; what it does is a line of SINK.
"""

import asyncio
import os
import sys
from datetime import timedelta

from bosco import journal
from bosco.journal.service import Journal
from bosco.kit.clock import RealClock
from bosco.kit.facts import Fact
from bosco.kit.ids import RealIds
from bosco.store import outbox, timers
from bosco.store.migrate import migrate
from bosco.store.outbox import Delivered, Parcel
from bosco.store.pending import queues, troubles
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx
from bosco.store.worker import PRUNE, Worker

LANES = 3
AT_ONCE = 4
LEASE = timedelta(seconds=5)
# Seconds; however slow the machine, what is still there then will never go.
DRAINED_AFTER = 150


class Promised(Fact):
    number: int
    road: str

    @property
    def lane(self) -> str:
        return self.road


class Program:
    def __init__(self, where: str, sink: str, name: str) -> None:
        self.clock = RealClock()
        self.store = Store.open(where, self.clock, RealIds())
        migrate(self.store)
        self.store.listeners = {"Promised": ["ear"]}
        self.sink = os.open(sink, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.name = name
        self.journal = Journal(self.store, self.clock)
        self.worker = Worker(
            self.store,
            on_timer={"due": self.due},
            delivers={"letter": self.bring},
            hears={"ear": self.hear},
            lease=LEASE,
            at_once=AT_ONCE,
        )

    def note(self, *words: object) -> None:
        os.write(self.sink, (" ".join(map(str, words)) + "\n").encode())

    async def due(self, timer: Timer) -> None:
        self.note("timer", timer.key, timer.id, "-")
        await self.store.write(lambda tx: timers.done(tx, timer))

    async def bring(self, parcel: Parcel) -> Delivered:
        self.note("parcel", parcel.body["number"], parcel.id, parcel.lane)
        return Delivered()

    async def hear(self, fact: Promised) -> None:
        self.note("fact", fact.number, "-", fact.road)

    async def promise(self, first: int, offset: int) -> None:
        number = first + offset
        road = f"{self.name}-{offset}"
        while True:
            os.write(1, f"try {number}\n".encode())
            await self.store.write(lambda tx, number=number: self.promise_one(tx, number, road))  # type: ignore[misc]
            os.write(1, f"ack {number}\n".encode())
            number += LANES

    def promise_one(self, tx: Tx, number: int, road: str) -> None:
        outbox.put(tx, "letter", {"number": number}, lane=road)
        tx.publish(Promised(number=number, road=road))
        timers.set(tx, "due", str(number), tx.at + timedelta(milliseconds=number % 7 * 30))
        journal.write(tx, subject=f"number:{number}", what="number.promised", actor=self.name)

    async def run(self, first: int) -> None:
        await asyncio.gather(
            self.worker.run(), self.journal.seal(), *(self.promise(first, offset) for offset in range(LANES))
        )

    async def drain(self) -> None:
        task = asyncio.create_task(self.worker.run())
        started = self.clock.monotonic()
        while left := [queue for queue in await self.store.read(queues) if queue.name != PRUNE]:
            assert self.clock.monotonic() - started < DRAINED_AFTER, (left, await self.store.read(troubles))
            await self.clock.sleep(timedelta(milliseconds=100))
        await self.worker.stop(timedelta(seconds=5))
        await task
        await self.journal.settle()
        self.store.close()


if __name__ == "__main__":
    if sys.argv[3] == "drain":
        asyncio.run(Program(sys.argv[1], sys.argv[2], "drain").drain())
    else:
        asyncio.run(Program(sys.argv[1], sys.argv[2], sys.argv[3]).run(int(sys.argv[4])))
