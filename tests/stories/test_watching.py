"""Stories about watching: the exact lines and facts that a course of events leaves."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stories.watching import SleepyClock, World, plan_of

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
Play = Callable[[str, Story], World]


@pytest.fixture
def play(migrated_folder: Path, tmp_path: Path) -> Play:
    """On the embedded store; what the store itself does is told by `play_on_both`."""
    return playing(str(shutil.copytree(migrated_folder, tmp_path / "data")))


@pytest.fixture
def play_on_both(where: str) -> Play:
    return playing(where)


def playing(where: str) -> Play:
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


def test_one_failure_is_told_to_nobody(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.next["api.example.org"] = [500, 200, 500, 200]
            await world.until("08:20")
        assert await world.lines() == []
        assert await world.facts() == []

    play(PLAN, story)


def test_an_outage_is_confirmed_told_once_and_ended_after_two_good_looks(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.does["api.example.org"] = 500
            await world.until("08:30")
            world.hosts.does["api.example.org"] = 200
            await world.until("08:40")
        assert await world.lines() == [
            "08:06 api-health is down: 2 looks in a row failed: status (500) ∈ 2xx",
            "08:06 api is down: api-health: 2 looks in a row failed: status (500) ∈ 2xx",
            "08:31 api-health is up again: 2 looks in a row went well",
            "08:31 api is up again: api-health is up",
        ]
        assert await world.facts() == [
            *("ProbeWentDown api-health", "ServiceWentDown api"),
            *("ProbeCameBack api-health", "ServiceCameBack api"),
        ]
        down = [one for one in await world.spans("api-health") if one.state == "down"]
        looks = [at for at, _ in world.hosts.asked]
        # from the first failed look to the first good one, not from when it was certain
        assert down[0].start in looks
        assert (down[0].start.strftime("%H:%M"), down[0].end and down[0].end.strftime("%H:%M")) == ("08:05", "08:30")

    play_on_both(PLAN, story)


def test_a_target_down_from_the_start_is_told(play: Play) -> None:
    async def story(world: World) -> None:
        world.hosts.does["api.example.org"] = 503
        async with world.running():
            await world.until("08:05")
        assert await world.facts() == ["ProbeWentDown api-health", "ServiceWentDown api"]

    play(PLAN, story)


def test_a_target_that_flaps_is_said_to_flap_and_calm_ends_it(play: Play) -> None:
    plan = PLAN.replace("confirm: 2, recover: 2", "confirm: 1")

    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.next["api.example.org"] = [500, 200] * 4
            await world.until("09:00")
        facts = [fact for fact in await world.facts() if "Flapping" in fact]
        assert facts == ["ProbeStartedFlapping api-health", "ProbeStoppedFlapping api-health"]
        lines = [line for line in await world.lines() if "again and again" in line or "calm" in line]
        assert [line[6:] for line in lines] == [
            "api-health changes its state again and again",
            "api-health is calm again",
        ]

    play(plan, story)


def test_a_restart_in_the_middle_of_a_confirmation_loses_no_failure_and_tells_nothing_twice(play_on_both: Play) -> None:
    plan = PLAN.replace("confirm: 2", "confirm: 3")

    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.next["api.example.org"] = [500, 500]
            world.hosts.does["api.example.org"] = 500
            while world.hosts.next["api.example.org"]:
                await world.clock.sleep(timedelta(seconds=1))
        assert await world.facts() == []
        world.build()
        async with world.running():
            await world.clock.sleep(timedelta(seconds=61))
            assert await world.facts() == ["ProbeWentDown api-health", "ServiceWentDown api"]
        world.build()
        async with world.running():
            await world.clock.sleep(timedelta(minutes=5))
        assert await world.facts() == ["ProbeWentDown api-health", "ServiceWentDown api"]
        assert await world.gap_lines() == []

    play_on_both(plan, story)


MANY = "plan: {en: Shop}\nservices:\n  api: {}\nprobes:\n" + "".join(
    f"  p{n}: {{http: 'https://h{n}.example.org/', service: api}}\n" for n in range(40)
)


def test_a_night_with_the_lid_closed_is_unknown_and_told_once(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:10")
            world.clock.jumped = timedelta(hours=9)
            await world.clock.sleep(timedelta(minutes=10))
        (line,) = await world.lines()
        assert line.startswith("17:10 Bosco saw nothing between 2026-03-02T08:")
        assert line.endswith("and 2026-03-02T17:10: asleep")
        assert await world.facts() == ["BoscoWasAway"]
        for name in ("p0", "p39"):
            states = [(one.state, one.start.strftime("%H:%M")) for one in (await world.spans(name))[-3:]]
            assert [state for state, _ in states] == ["up", "unknown", "up"]
            assert states[1][1] in {"08:09", "08:10", "08:11"}
            assert states[2][1] in {"17:10", "17:11"}

    play_on_both(MANY, story)


def test_a_stop_of_an_hour_is_unknown_and_what_broke_meanwhile_is_told(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:10")
        await world.clock.sleep(timedelta(hours=1))
        world.hosts.does["h7.example.org"] = 500
        world.build()
        async with world.running():
            await world.until("09:20")
        facts = await world.facts()
        assert facts == ["BoscoWasAway", "ProbeWentDown p7", "ServiceWentDown api"]
        assert [one.state for one in await world.spans("p7")][-3:] == ["up", "unknown", "down"]

    play(MANY, story)


def test_a_quick_restart_leaves_no_trace(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:10")
        await world.clock.sleep(timedelta(seconds=20))
        world.build()
        async with world.running():
            await world.until("08:20")
        assert await world.lines() == []
        assert [one.state for one in await world.spans("p3")] == ["unknown", "up"]

    play(MANY, story)


PLACES = """
plan: {en: Shop}
probes:
  a: {http: "https://one.example.org/"}
  b: {http: "https://two.example.net/"}
  c: {http: "https://three.example.com/"}
"""


def test_everything_out_of_reach_at_once_is_our_own_network(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            for host in ("one.example.org", "two.example.net", "three.example.com"):
                world.hosts.does[host] = "unreachable"
            await world.until("08:20")
        assert {fact.split()[0] for fact in await world.facts()} <= {"ProbeBecameUnknown"}
        assert any("Bosco's own network is cut" in line for line in await world.lines())

    play(PLACES, story)


def test_the_own_check_settles_whose_fault_it_is(play: Play) -> None:
    plan = PLACES + '  gateway: {http: "https://gateway.example.io/", every: 5m}\n'

    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:10")
            # all three hang, the gateway answers: they are down
            for host in ("one.example.org", "two.example.net", "three.example.com"):
                world.hosts.does[host] = "unreachable"
            await world.until("08:15")
            assert sorted(await world.facts()) == ["ProbeWentDown a", "ProbeWentDown b", "ProbeWentDown c"]
            for host in ("one.example.org", "two.example.net", "three.example.com"):
                world.hosts.does[host] = 200
            await world.until("08:20")
            told = len(await world.facts())
            # now the gateway is gone too: nothing is known of one of them
            world.hosts.does["gateway.example.io"] = "unreachable"
            world.hosts.does["one.example.org"] = "timeout"
            await world.until("08:30")
            assert sorted((await world.facts())[told:]) == ["ProbeBecameUnknown a", "ProbeWentDown gateway"]

    play(plan, story)


def test_a_reload_keeps_what_has_not_changed(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.does["three.example.com"] = 500
            await world.until("08:10")
            before = world.probes.view("c")
            without_b = PLACES.replace('  b: {http: "https://two.example.net/"}\n', "")
            world.current.replace(plan_of(without_b + '  d: {http: "https://four.example.org/"}\n'))
            await world.until("08:12")
            assert {view.name: view.state for view in world.probes.views()} == {"a": "up", "c": "down", "d": "up"}
            assert world.probes.view("c") == before or world.probes.view("c").since == before.since
        assert await world.facts() == ["ProbeWentDown c", "ProbeRemoved b"]
        assert [(one.state, one.end is None) for one in await world.spans("b")][-1] == ("up", False)

    play_on_both(PLACES, story)


def test_outside_its_hours_a_probe_is_unknown_and_nobody_is_told(play: Play) -> None:
    plan = PLACES.replace("probes:", 'hours: {day: {days: mon-sun, from: "08:00", to: "18:00"}}\nprobes:')
    plan = plan.replace('one.example.org/"', 'one.example.org/", hours: day')

    async def story(world: World) -> None:
        async with world.running():
            await world.until("18:30")
            assert world.probes.view("a").state == "unknown"
            world.hosts.does["one.example.org"] = 500
            await world.until("03-03 07:00")
            world.hosts.does["one.example.org"] = 200
            await world.until("09:00")
            assert world.probes.view("a").state == "up"
        assert await world.facts() == []
        assert await world.lines() == []

    play(plan, story)


def test_a_paused_probe_is_not_looked_at(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.current.replace(
                plan_of(PLACES.replace('"https://one.example.org/"', '"https://one.example.org/", paused: true'))
            )
            await world.until("08:06")
            asked = sum(host == "one.example.org" for _, host in world.hosts.asked)
            await world.until("08:20")
            assert sum(host == "one.example.org" for _, host in world.hosts.asked) == asked
            assert (world.probes.view("a").state, str(world.probes.view("a").because)) == (
                "unknown",
                "paused in the plan",
            )
        assert await world.facts() == []

    play(PLACES, story)


def test_check_now_looks_at_once(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("08:05")
            world.hosts.does["api.example.org"] = 500
            view = await world.probes.check_now("api-health")
            assert view.reading is not None
            assert (view.reading.outcome, view.state) == ("down", "up")
            assert (await world.probes.check_now("api-health")).state == "down"

    play(PLAN, story)
