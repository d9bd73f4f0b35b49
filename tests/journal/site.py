"""The journal's page and API, served alone; a header or a cookie says who asks."""

import asyncio
import threading
from typing import Any

from bosco.journal import api, pages
from bosco.journal.service import Journal
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.store import Store
from bosco.web import events
from bosco.web.app import build_asgi
from bosco.web.events import Live, Stopping
from bosco.web.shell import Shell
from bosco.web.site import Site
from bosco.web.visitor import ROLES, STRANGER, AnyRequest, Visitor


async def who(request: AnyRequest) -> Visitor:
    role = request.headers.get("x-role") or request.cookies.get("role")
    return Visitor(role, role, role, via="token") if role in ROLES else STRANGER  # type: ignore[arg-type]


class JournalSite:
    def __init__(self, store: Store) -> None:
        clock = RealClock()
        self.stopping, self.live = Stopping(), Live()
        self.shell = Shell(clock, RealIds(), pages.NAV, Site("CESIZen", "fr", "Europe/Paris"))
        self.journal = Journal(store, clock)
        routes: list[Any] = [
            *pages.routes(self.shell, self.journal),
            *api.routes(self.shell, self.journal, self.stopping, clock),
            *events.routes(self.live, self.stopping, clock),
        ]
        self.app = build_asgi(routes, self.shell, who)
        start_threads(store)


def start_threads(store: Store) -> None:
    """Let the store have all its threads already: `serving` waits at its end for those that began meanwhile."""
    together = threading.Barrier(store.readers)

    async def read_at_once() -> None:
        await asyncio.gather(*(store.read(lambda tx: together.wait()) for _ in range(store.readers)))

    # In a thread, for a browser keeps an event loop running in this one.
    reading = threading.Thread(target=lambda: asyncio.run(read_at_once()))
    reading.start()
    reading.join()
    store.write_now(lambda tx: tx.at)
