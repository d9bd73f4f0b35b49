"""The whole of Bosco in this process, at another time: its clock goes on from an instant of the past."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.browser import free_port

from bosco.accounts.tokens import Tokens, Wish
from bosco.app.house import House, Settings, open_house
from bosco.app.up import real_doors, serving
from bosco.kit.clock import RealClock
from bosco.signals.samples import Samples
from bosco.web.visitor import Role


class PastClock(RealClock):
    """The machine's clock, so much earlier."""

    def __init__(self, now: datetime) -> None:
        self._earlier: timedelta = super().read() - now

    def read(self) -> datetime:
        """Return the present instant of that time."""
        return super().read() - self._earlier


class Past:
    """The running house: its address, and a token for each role."""

    def __init__(self, port: int, loop: asyncio.AbstractEventLoop, house: House) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.house = house
        self._loop = loop
        self._tokens: dict[Role, str] = {}

    def token(self, role: Role = "admin") -> str:
        if role not in self._tokens:
            made = self.run(lambda house: house.wiring.get(Tokens).make(Wish(role, role, None, None), actor="bosco"))
            self._tokens[role] = made[1]
        return self._tokens[role]

    def run(self, work: Callable[[House], Any]) -> Any:
        """Run something inside the house."""

        async def inside() -> Any:
            return await work(self.house)

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(60)


@contextlib.contextmanager
def past(folder: Path, plan: str, now: datetime) -> Iterator[Past]:
    """Run Bosco from that instant on, until the block ends."""
    (folder / "plan.yml").write_text(plan)
    port, begun, over = free_port(), threading.Event(), asyncio.Event()
    world: dict[str, Any] = {}

    async def main() -> None:
        settings = Settings(folder / "plan.yml", folder / "data", port=port)
        doors = replace(real_doors(), clock=PastClock(now))
        async with open_house(settings, doors) as house:
            house.start(outward=False)
            async with serving(house):
                world.update(house=house, loop=asyncio.get_running_loop())
                await house.wiring.get(Samples).load()
                begun.set()
                await over.wait()
            await house.stop()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    if not begun.wait(60):
        raise AssertionError("Bosco did not start")
    try:
        yield Past(port, world["loop"], world["house"])
    finally:
        world["loop"].call_soon_threadsafe(over.set)
        thread.join(30)
        world.clear()
