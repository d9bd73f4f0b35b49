"""Who takes over is told once: until when, after whom, and what is open; in a hole, who is told instead."""

from typing import Any, cast

import pytest
from tests.notices.telling import START, World, cesizen

from bosco.app.wiring import full_name, marked
from bosco.channels.service import Channels
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.packed import unpack
from bosco.kit.words import say
from bosco.notices.handover import HandOvers
from bosco.people.model import ShiftBegan
from bosco.store.store import Store
from bosco.store.worker import Worker

DAYS = "on_call:\n  days: {name: Journées, rotate: daily, at: '09:00', people: [devops], hours: office, backup: rssi}\n"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


def world_of(store: Store, clock: VirtualClock, **sections: str) -> World:
    """Return a world that also hears of shifts."""
    world = World(store, clock, cesizen(**sections))
    hand_overs = HandOvers(store, world.current, cast(Channels, world.out), world.on_call)
    services = [world.notices, hand_overs, world.on_call]
    hears, timers = marked(services, "hears"), marked(services, "timer")
    store.listeners |= {fact: [full_name(one) for one in several] for fact, several in hears.items()}
    world.worker = Worker(
        store,
        hears={full_name(one): one for several in hears.values() for one in several},
        on_timer={name: several[0] for name, several in timers.items()},
        delivers={},
    )
    return world


def told(world: World) -> list[tuple[str, str, str]]:
    return [
        (letter.to[0].person, letter.channel, str(say(unpack(letter.title), "en")))
        for _, _, letter in world.out.letters
        if letter.event == "handover"
    ]


def test_who_takes_over_hears_what_is_open(store: Store, clock: VirtualClock) -> None:
    world = world_of(store, clock)

    async def story() -> None:
        await world.store.write(world.on_call._settle_all)
        async with world.running():
            await world.open("api", "P2")
            await world.until("03-09 08:05")
        assert told(world) == [("devops", "email", "Équipe d’astreinte: you are on call until Mon 16 Mar, 09:00")]
        (letter,) = [one for one in world.letters() if one.event == "handover"]
        french = [str(say(unpack(line), "fr")) for section in letter.sections for line in section.lines]
        assert french == ["P2 api is wrong - depuis lun. 2 mars à 10:00, personne ne s’en occupe"]
        facts = {str(say(unpack(a), "en")): str(say(unpack(b), "en")) for one in letter.sections for a, b in one.facts}
        assert facts == {"Before you": "Dev frontend", "After you": "Dev backend, from Mon 16 Mar, 09:00"}
        assert "1 matter is open" in str(say(unpack(letter.brief), "en"))

    run_virtually(clock, story)


def test_in_a_hole_those_who_are_told_instead_hear_of_it(store: Store, clock: VirtualClock) -> None:
    world = world_of(store, clock, people=DAYS + TEAM)

    async def story() -> None:
        await world.store.write(world.on_call._settle_all)
        async with world.running():
            await world.until("18:00")
        assert told(world) == [
            ("rssi", "email", "Journées: nobody is on call until Tue 3 Mar, 09:00, you are told instead")
        ]

    run_virtually(clock, story)


def test_a_fact_that_is_heard_twice_is_told_once(store: Store, clock: VirtualClock) -> None:
    world = world_of(store, clock)
    posted: list[Any] = []
    real = Channels.post

    async def story() -> None:
        channels = _Posting(posted, real)
        hand_overs = HandOvers(store, world.current, cast(Channels, channels), world.on_call)
        fact = ShiftBegan(rotation="astreinte", people=("backend",), before=("devops",), at=clock.read())
        for _ in range(2):
            await hand_overs.shift_began(fact)
        assert len(posted) == 1

    run_virtually(clock, story)


class _Posting:
    """Posts as the channels do, and counts."""

    def __init__(self, posted: list[Any], real: Any) -> None:
        self.posted, self.real = posted, real

    def post(self, tx: Any, letter: Any, at: Any = None) -> str:
        self.posted.append(letter)
        found: str = self.real(self, tx, letter, at)
        return found


TEAM = """
team:
  devops: {name: DevOps, email: devops@cesizen.app, phone: "+33639980001", roles: [admin], level: 2}
  backend: {name: Dev backend, email: backend@cesizen.app, level: 3}
  rssi: {name: RSSI, email: rssi@cesizen.app}
  support: {name: Support, email: support@cesizen.app, level: 1}
  qa: {name: QA, email: qa@cesizen.app}
  frontend: {name: Dev frontend, email: frontend@cesizen.app}
  dpo: {name: DPO, email: dpo@cesizen.app}
  direction: {name: Direction, email: direction@cesizen.app}
  technique: {members: [devops, backend]}
  developpement: {members: [backend]}
"""
