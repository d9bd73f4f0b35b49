"""A Bosco that only listens to heartbeats and tells its API: in a thread of the test, or as a process to be killed."""

import asyncio
import contextlib
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from tests.stories.watching import World

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.probes.api import routes
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.web.app import build_asgi
from bosco.web.shell import Shell
from bosco.web.visitor import STRANGER, AnyRequest, Visitor

ROLES = {"Bearer viewer": "viewer", "Bearer responder": "responder", "Bearer manager": "manager"}


async def who(request: AnyRequest) -> Visitor:
    """Say who a token of the test is."""
    role: Any = ROLES.get(request.headers.get("authorization", ""))
    return Visitor(id=role, name=role, role=role, via="token") if role else STRANGER


class Listening:
    """The running server."""

    def __init__(self, folder: Path, plan: str, port: int) -> None:
        self.folder, self.plan, self.port = folder, plan, port
        self.address = f"http://127.0.0.1:{port}"
        self.world: World
        self.loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    async def run(self) -> None:
        self.loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        clock = RealClock()
        store = Store.open(self.folder, clock, RealIds())
        migrate(store)
        self.world = World(store, clock, self.plan, RealIds())
        world = self.world
        shell = Shell(clock, RealIds())
        handlers = routes(world.probes, world.heartbeats, world.services, world.current, shell, clock)
        app = build_asgi(handlers, shell, who)
        server = Server(app, address="127.0.0.1", port=self.port, interface=Interfaces.ASGINL, log_enabled=False)
        async with world.running():
            await world.heartbeats.wait_until_listening()
            serving = asyncio.create_task(server.serve())
            await self._stop.wait()
            server.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(serving, 5)
            await world.heartbeats.drain()
        store.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)

    def ask(self, work: Any) -> Any:
        """Run a coroutine on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


def wait_for(address: str) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(f"{address}/ping/nobody").close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            threading.Event().wait(0.05)
    raise AssertionError("the server did not start")


@contextlib.contextmanager
def listening(folder: Path, plan: str, port: int) -> Iterator[Listening]:
    server = Listening(folder, plan, port)
    thread = threading.Thread(target=lambda: asyncio.run(server.run()), daemon=True)
    thread.start()
    try:
        wait_for(server.address)
        yield server
    finally:
        server.stop()
        thread.join(15)
        assert not thread.is_alive(), "the server did not stop"


if __name__ == "__main__":
    where, text, at = sys.argv[1:]
    asyncio.run(Listening(Path(where), text, int(at)).run())
