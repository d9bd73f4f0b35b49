"""The demonstration: CESIZen's plan over the bundled application, for a visitor who may look and act."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from bosco.accounts.service import DemoVisitor
from bosco.anomalies.service import Anomalies
from bosco.app.house import House, Settings
from bosco.app.up import real_doors, run
from bosco.channels.service import Channels
from bosco.demo.cases import live_through
from bosco.demo.history import remember
from bosco.demo.life import live
from bosco.demo.pipeline import remember_figures
from bosco.demo.postbox import Postbox
from bosco.demo.staging import stage
from bosco.demo.target import Target
from bosco.demo.traffic import Traffic, keep_coming, remember_traffic
from bosco.incidents.service import Incidents
from bosco.kit.clock import Clock
from bosco.kit.net import Net, NetFailed, Request
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.results import ProbeResults
from bosco.records.service import Records
from bosco.signals.measures import Measures
from bosco.signals.samples import Samples
from bosco.telemetry.telemetry import Telemetry

PING_EVERY = timedelta(minutes=1)
JOBS = ("backup-database", "clean-logs")


async def demonstrate(host: str, port: int, started: Callable[[House, str], Awaitable[None]]) -> None:
    """Run the demonstration in a folder of its own until told to stop."""
    doors = real_doors()
    address = f"http://{host}:{port}"
    with tempfile.TemporaryDirectory(prefix="bosco-demo-") as folder:
        async with Target(doors.clock) as target, Postbox() as postbox:
            doors.environ |= postbox.secrets()
            urls = {service: target.url(service) for service in target.ports}
            plan = stage(Path(folder), urls, address)
            settings = Settings(plan, Path(folder) / "data", host=host, port=port, durable=False, alone=True)
            async with contextlib.AsyncExitStack() as stack:

                async def begun(house: House, where: str) -> None:
                    beats = house.wiring.get(Heartbeats)
                    for work in (
                        live(target, doors.clock),
                        keep_coming(Traffic(house.wiring.get(Samples)), target, doors.clock),
                        _jobs(beats, doors.net, doors.clock, address),
                    ):
                        stack.callback(asyncio.create_task(work).cancel)
                    await started(house, where)

                async def past(house: House) -> None:
                    await remember(house.store, house.wiring.get(ProbeResults), doors.clock.read())
                    ask = house.wiring.get
                    team = (ask(Records), ask(Incidents), ask(Anomalies), ask(Channels), ask(Measures))
                    await ask(Samples).load()
                    await live_through(house.store, *team, doors.clock.read())
                    await _measured(house, doors.clock.read())
                    # The charts are of what is rolled up.
                    await house.wiring.get(Telemetry).settle()

                visitor = (DemoVisitor, DemoVisitor("manager", "Visiteur"))
                await run(settings, doors, visitor, started=begun, opened=past)


async def _measured(house: House, now: datetime) -> None:
    samples = house.wiring.get(Samples)
    await remember_figures(samples, house.wiring.get(Measures), now)
    await remember_traffic(samples, now)


async def _jobs(beats: Heartbeats, net: Net, clock: Clock, address: str) -> None:
    """Let the jobs of the plan tell that they ran."""
    while True:
        for job in JOBS:
            with contextlib.suppress(NetFailed, TimeoutError, LookupError):
                async with clock.limit(timedelta(seconds=10)):
                    await net.fetch(Request(address + _path(beats.address(job)), method="POST"))
        await clock.sleep(PING_EVERY)


def _path(address: str) -> str:
    return address[address.index("/ping/") :]
