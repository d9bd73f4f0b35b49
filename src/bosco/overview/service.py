"""Tells how much waits to be done, for `/metrics`."""

from bosco.kit.marks import Gauge, gauges, service
from bosco.store.pending import queues
from bosco.store.store import Store


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
            found.append(Gauge("bosco_pending_troubled", "Of those, the ones whose last try failed.", queue.troubled, labels))
        return found
