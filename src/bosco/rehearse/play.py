"""Plays a scenario on the whole house, in virtual time, with nothing leaving the process."""

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bosco.alerts.service import Rules
from bosco.app.house import Doors, House, Settings, open_house
from bosco.channels.carry import Carrier
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.kit.clock import Clock, VirtualClock, run_virtually
from bosco.kit.ids import SeededIds
from bosco.probes.heartbeat_rows import Arrived
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.look import Looking
from bosco.rehearse.act import Actors
from bosco.rehearse.scenario import Scenario
from bosco.rehearse.world import ClosedNet, NoPrograms, Unsent, World
from bosco.telemetry.groups import Pace

# Everything has been looked at, and found well, before the scenario begins.
BEFORE = timedelta(minutes=10)
SIGN_EVERY = timedelta(minutes=5)
AT_ONCE = 500
# Of no use to anybody but the rehearsal, which forgets it.
# Nobody looks at charts meanwhile.
PACE = Pace(soon=timedelta(minutes=30))
KEY = "A" * 43 + "="


@dataclass(frozen=True)
class Played:
    """What a rehearsal left: the journal from its first line to its last."""

    lines: tuple[Line, ...]


def play(plan: Path, scenario: Scenario) -> Played:
    """Play the scenario from its start to its end."""
    clock = VirtualClock(scenario.start - BEFORE)
    doors = Doors(clock, SeededIds(), ClosedNet(), NoPrograms(), {"BOSCO_KEY": KEY})
    with tempfile.TemporaryDirectory(prefix="bosco-rehearsal-") as folder, _quiet():
        settings = Settings(plan, Path(folder) / "data", durable=False, alone=True, pace=PACE)
        return run_virtually(clock, lambda: _play(settings, doors, scenario))


async def _play(settings: Settings, doors: Doors, scenario: Scenario) -> Played:
    world = World(doors.clock)
    async with open_house(settings, doors, (Looking, world), (Carrier, Unsent())) as house:
        world.follow(house.current.plan)
        house.wiring.get(Rules).misses_silence = False
        house.start(outward=False)
        actors = Actors(house, world)
        living = [
            asyncio.create_task(_jobs(house.wiring.get(Heartbeats), world, doors.clock)),
            asyncio.create_task(actors.tell_measures()),
        ]
        try:
            await _scenes(house, actors, scenario)
            await house.wiring.get(Journal).settle()
            return Played(tuple(await _lines(house)))
        finally:
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)
            await house.stop()


async def _scenes(house: House, actors: Actors, scenario: Scenario) -> None:
    clock = house.doors.clock
    for at, act in actors.course(scenario):
        await clock.sleep_until(at)
        await act()
    await clock.sleep_until(scenario.end)


async def _jobs(beats: Heartbeats, world: World, clock: Clock) -> None:
    """Let the jobs that live give their signs in time."""
    while True:
        for job in world.living_jobs:
            await beats.hear(Arrived(job, clock.read(), "success"))
        await clock.sleep(SIGN_EVERY)


async def _lines(house: House) -> list[Line]:
    journal, found = house.wiring.get(Journal), list[Line]()
    while more := await journal.read(after=found[-1].place if found else 0, limit=AT_ONCE):
        found.extend(more)
    return found


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the house's own log out of the account."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
