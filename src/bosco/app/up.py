"""Runs Bosco as a server: pages and engines in one process, until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

import bosco
from bosco.accounts.service import Accounts
from bosco.app.house import Doors, House, Settings, open_house
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.net import RealNet
from bosco.kit.processes import RealProcesses
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.web.app import build_asgi

log = logging.getLogger(__name__)


def real_doors() -> Doors:
    """Return the doors to the world as it is."""
    clock = RealClock()
    return Doors(clock, RealIds(), RealNet(clock), RealProcesses(clock))


@contextlib.asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """Answer requests while the block runs; yields the address."""
    settings = house.settings
    await _check_free(settings.host, settings.port)
    app = build_asgi(house.routes(), house.shell, house.wiring.get(Accounts), version=bosco.__version__)
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        backlog=1024,
    )
    task = asyncio.create_task(server.serve())
    try:
        yield f"http://{settings.host}:{settings.port}"
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.5):
                await asyncio.shield(task)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


async def _check_free(host: str, port: int) -> None:
    """Refuse an address that somebody else listens on, before the server would fail without a word."""
    try:
        probe = await asyncio.start_server(lambda _, writer: writer.close(), host, port)
    except OSError as error:
        raise Refusal(
            Code.UNAVAILABLE,
            msg("Bosco cannot listen on {host}:{port}: {why}.", host=host, port=port, why=error.strerror or str(error)),
            msg("Another program may be using it; choose another with --port."),
        ) from error
    probe.close()
    await probe.wait_closed()


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    return asked


async def run(
    settings: Settings,
    doors: Doors,
    *more: tuple[type, object],
    started: Callable[[House, str], Awaitable[None]],
    opened: Callable[[House], Awaitable[None]] | None = None,
) -> None:
    """Run until asked to stop; `opened` is called before anything runs, `started` once everything answers."""
    asked = stop_signal()
    async with open_house(settings, doors, *more) as house, serving(house) as address:
        if opened:
            await opened(house)
        house.start()
        try:
            await started(house, address)
            await asked.wait()
            log.info("stopping")
        finally:
            await house.stop()
