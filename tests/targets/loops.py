"""Running a test against real sockets: on a real loop, with a real clock, and an end to every wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from bosco.kit.clock import RealClock
from bosco.kit.net import RealNet

T = TypeVar("T")
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.new_event_loop,
}
# Only a test that hangs meets it.
PATIENCE = 60


def run(story: Callable[[], Awaitable[T]], loop: str = "uvloop") -> T:
    async def main() -> T:
        async with asyncio.timeout(PATIENCE):
            return await story()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(main())


def real_net() -> RealNet:
    return RealNet(RealClock())
