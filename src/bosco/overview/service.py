"""Tells how much waits to be done, and tells open pages what has changed."""

from bosco.journal.service import Journal
from bosco.kit.marks import Gauge, engine, gauges, service
from bosco.store.pending import queues
from bosco.store.store import Store
from bosco.web.events import Live


@service
class Pending:
    """Timers, parcels and facts that wait."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how many wait, and how many of them had an error."""
        found: list[Gauge] = []
        for queue in await self._store.read(queues):
            labels = (("sort", queue.sort), ("name", queue.name))
            found.append(Gauge("bosco_pending", "Timers, parcels and facts that wait.", queue.count, labels))
            found.append(
                Gauge("bosco_pending_troubled", "Of those, the ones whose last try failed.", queue.troubled, labels)
            )
        return found


@service
class Feed:
    """Follows the journal for the open pages: what a line is about has changed."""

    def __init__(self, journal: Journal, live: Live) -> None:
        self._journal = journal
        self._live = live

    @engine("live pages")
    async def follow(self) -> None:
        """Tell the open pages, for as long as Bosco runs."""
        async for line in self._journal.tail():
            kind = line.subject.partition(":")[0]
            self._live.tell(*dict.fromkeys(("journal", kind, line.subject)))
