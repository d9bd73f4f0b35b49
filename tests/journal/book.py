"""A journal for tests: lines written and sealed without an engine, and a hand that falsifies them."""

from functools import partial
from typing import Any

from sqlalchemy import text

from bosco import journal
from bosco.journal.model import Verdict
from bosco.journal.service import Journal
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.store.store import Store


class Book:
    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.store = store
        self.clock = clock
        self.journal = Journal(store, clock)

    def write(self, *subjects: str, **line: Any) -> list[str]:
        told = {"what": "thing.happened", "actor": "bosco", **line}
        writings = [partial(journal.write, subject=subject, **told) for subject in subjects]
        return [self.store.write_now(writing) for writing in writings]

    def fill(self, count: int, seal_every: int = 7) -> None:
        for start in range(0, count, seal_every):
            self.write(*(f"n:{n}" for n in range(start, min(count, start + seal_every))))
            self.settle()

    def settle(self) -> None:
        run_virtually(self.clock, self.journal.settle)

    def verify(self, **asked: Any) -> Verdict:
        async def story() -> Verdict:
            return await self.journal.verify(**asked)

        return run_virtually(self.clock, story)

    def falsify(self, *statements: str) -> None:
        """Do what somebody with full rights on the database could do."""
        guards = (
            ["ALTER TABLE journal_lines DISABLE TRIGGER ALL"]
            if self.store.on_postgresql
            else ["DROP TRIGGER IF EXISTS journal_lines_no_UPDATE", "DROP TRIGGER IF EXISTS journal_lines_no_DELETE"]
        )

        def work(tx: Any) -> None:
            for statement in [*guards, *statements]:
                tx.run(text(statement))
            if self.store.on_postgresql:
                tx.run(text("ALTER TABLE journal_lines ENABLE TRIGGER ALL"))

        self.store.write_now(work)
