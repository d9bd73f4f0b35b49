"""Stories about watching: the exact lines and facts that a course of events leaves."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stories.watching import SleepyClock, World

from bosco.kit.clock import run_virtually
from bosco.kit.ids import SeededIds
from bosco.store.store import Store

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PLAN = """
plan: {en: Shop}
services:
  api: {name: API}
probes:
  api-health: {http: "https://api.example.org/health", service: api, every: 1m, confirm: 2, recover: 2}
"""

Story = Callable[[World], Awaitable[None]]


@pytest.fixture
def play(where: str) -> Callable[[str, Story], World]:
    def play(plan: str, story: Story, start: datetime = START) -> World:
        clock = SleepyClock(start)
        store = Store.open(where, clock, SeededIds(), durable=False)
        world = World(store, clock, plan)
        try:
            run_virtually(clock, lambda: story(world))
        finally:
            store.close()
        return world

    return play


Play = Callable[[str, Story], World]


def test_one_failure_is_told_to_nobody(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.next["api.example.org"] = [500, 200, 500, 200]
            await world.until("08:20")
        assert await world.lines() == []
        assert await world.facts() == []

    play(PLAN, story)


def test_an_outage_is_confirmed_told_once_and_ended_after_two_good_looks(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.does["api.example.org"] = 500
            await world.until("08:30")
            world.hosts.does["api.example.org"] = 200
            await world.until("08:40")
        for line in await world.lines():
            print(line)
        print(await world.facts())

    play(PLAN, story)
