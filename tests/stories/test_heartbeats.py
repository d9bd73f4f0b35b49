"""Stories about jobs: what is told when they come, fail, are late, or when Bosco could not hear them."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stories.watching import SleepyClock, World, plan_of

from bosco.kit.clock import run_virtually
from bosco.kit.ids import SeededIds
from bosco.probes.heartbeat import PingKind
from bosco.probes.heartbeat_rows import Arrived
from bosco.store.store import Store

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOURLY = """
plan: {en: Shop}
services: {data: {}}
probes:
  export: {heartbeat: 1h, grace: 10m, service: data}
"""
NIGHTLY = """
plan: {en: Shop}
timezone: Europe/Paris
probes:
  backup: {heartbeat: "30 2 * * *", grace: 30m}
"""
Story = Callable[[World], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(migrated_folder: Path, tmp_path: Path) -> Play:
    """On the embedded store; what the store itself does is told by `play_on_both`."""
    return playing(str(shutil.copytree(migrated_folder, tmp_path / "data")))


@pytest.fixture
def play_on_both(where: str) -> Play:
    return playing(where)


def playing(where: str) -> Play:
    def play(plan: str, story: Story, start: datetime = START) -> None:
        clock = SleepyClock(start)
        store = Store.open(where, clock, SeededIds(), durable=False)
        try:
            run_virtually(clock, lambda: story(World(store, clock, plan)))
        finally:
            store.close()

    return play


async def ping(world: World, kind: PingKind = "success", status: int | None = None, name: str = "export") -> None:
    await world.heartbeats.hear(Arrived(name, world.clock.read(), kind, status))


async def settled(world: World) -> None:
    await world.probes.standings.drain()


def test_a_job_that_comes_is_told_to_nobody(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            for _ in range(20):
                await ping(world)
                await world.clock.sleep(timedelta(hours=1, minutes=5))
            assert world.probes.view("export").state == "up"
        assert await world.facts() == []

    play(HOURLY, story)


def test_a_job_that_stays_away_is_late_once_and_comes_back(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("20:00")
            await ping(world)
            await world.clock.sleep(timedelta(minutes=1))
        assert await world.lines() == [
            "09:10 export is down: no ping since 2026-03-02 08:00; one was expected at 2026-03-02 09:00, "
            "with 10\u00a0min of grace",
            "09:10 data is down: export: no ping since 2026-03-02 08:00; one was expected at 2026-03-02 09:00, "
            "with 10\u00a0min of grace",
            "20:00 export is up again: the job gave a sign",
            "20:00 data is up again: export is up",
        ]
        assert [(one.state, one.start.strftime("%H:%M")) for one in await world.spans("export")][-3:] == [
            ("up", "08:00"),
            ("down", "09:10"),
            ("up", "20:00"),
        ]

    play_on_both(HOURLY, story)


def test_a_job_that_fails_is_down_at_once_and_a_log_changes_nothing(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("08:30")
            await ping(world, "fail", 3)
            await ping(world, "log")
            await settled(world)
            assert world.probes.view("export").state == "down"
            await world.until("08:40")
            await ping(world, "start")
            await world.until("08:45")
            await ping(world)
            await settled(world)
        lines = [line for line in await world.lines() if "export is" in line and "data" not in line]
        assert lines == [
            "08:30 export is down: the job ended with exit status 3",
            "08:45 export is up again: the job ended well after 5\u00a0min",
        ]
        assert [one.kind for one in await world.heartbeats.last_pings("export")] == [
            *("success", "start", "log", "fail", "success"),
        ]

    play(HOURLY, story)


def test_a_run_that_does_not_end_is_told(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("08:20")
            await ping(world, "start")
            await world.until("08:50")
        assert (await world.lines())[
            0
        ] == "08:30 export is down: started at 2026-03-02 08:20 and not ended after 10\u00a0min"

    play(HOURLY, story)


def test_a_job_that_has_never_come_is_unknown_for_ever_and_told_to_nobody(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await world.until("03-03 20:00")
            view = world.probes.view("export")
            assert (view.state, str(view.because)) == ("unknown", "no ping has ever come")
        assert await world.facts() == []

    play(HOURLY, story)


def test_what_fell_due_during_a_restart_is_told_once(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("09:09")
        await world.until("09:11")
        world.build()
        async with world.running():
            await world.until("09:30")
        world.build()
        async with world.running():
            await world.until("09:50")
        assert await world.facts() == ["ProbeWentDown export", "ServiceWentDown data"]
        assert (await world.lines())[0].startswith("09:11 export is down: no ping since 2026-03-02 08:00")

    play_on_both(HOURLY, story)


@pytest.mark.parametrize("comes", [True, False])
def test_what_fell_due_while_bosco_slept_is_unknown_and_expected_anew(play: Play, comes: bool) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("08:30")
            world.clock.jumped = timedelta(hours=8)
            await world.clock.sleep(timedelta(minutes=1))
            assert world.probes.view("export").state == "unknown"
            await world.until("17:30")
            if comes:
                await ping(world)
            await world.until("17:50")
            assert world.probes.view("export").state == ("up" if comes else "down")
        assert [fact for fact in await world.facts() if "Probe" in fact] == ([] if comes else ["ProbeWentDown export"])

    play(HOURLY, story)


def test_a_bosco_stopped_for_a_day_accuses_no_job(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            await world.until("08:30")
        await world.until("03-03 08:30")
        world.build()
        async with world.running():
            await world.until("08:40")
            assert world.probes.view("export").state == "unknown"
            await ping(world)
            await world.until("09:00")
            assert world.probes.view("export").state == "up"
        assert await world.facts() == []

    play(HOURLY, story)


def test_nights_over_the_change_of_clocks_are_quiet(play: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            for day in range(27, 32):
                # 02:30 in Paris: 01:30 UTC in winter, 00:30 in summer; on the 29th the hour does not exist
                await world.until(f"03-{day} {'01:31' if day < 29 else '01:01' if day == 29 else '00:31'}")
                await ping(world, name="backup")
            assert world.probes.view("backup").state == "up"
        assert await world.facts() == []

    play(NIGHTLY, story, datetime(2026, 3, 26, 12, tzinfo=UTC))


@pytest.mark.parametrize(("missed", "told"), [("03-28", "02:00"), ("03-29", "01:30"), ("03-30", "01:00")])
def test_a_missed_night_is_told_by_the_clock_on_the_wall(play: Play, missed: str, told: str) -> None:
    async def story(world: World) -> None:
        async with world.running():
            nights = {"03-27": "01:31", "03-28": "01:31", "03-29": "01:01", "03-30": "00:31"}
            nights = {day: time for day, time in nights.items() if day >= f"03-{int(missed[3:]) - 1}"}
            for day, time in nights.items():
                if day == missed:
                    break
                await world.until(f"{day} {time}")
                await ping(world, name="backup")
            await world.until(f"{missed} 12:00")
        (line,) = await world.lines()
        assert line.startswith(f"{told} backup is down: no ping since")

    play(NIGHTLY, story, datetime(2026, 3, int(missed[3:]) - 2, 23, tzinfo=UTC))


def test_a_reload_keeps_the_key_and_listens_anew_to_what_comes_back(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            await ping(world)
            address = world.heartbeats.address("export")
            world.current.replace(plan_of("plan: {en: Shop}\nprobes: {other: {heartbeat: 1d}}\n"))
            await world.until("12:00")
            world.current.replace(plan_of(HOURLY))
            await world.until("12:30")
            assert world.heartbeats.address("export") == address
            assert world.probes.view("export").state == "unknown"
            await world.until("13:30")
            assert world.probes.view("export").state == "down"
        assert [fact for fact in await world.facts() if "Service" not in fact] == [
            *("ProbeRemoved export", "ProbeRemoved other", "ProbeWentDown export"),
        ]

    play_on_both(HOURLY, story)


def test_old_pings_are_swept_out_and_their_bodies_before_them(play_on_both: Play) -> None:
    async def story(world: World) -> None:
        async with world.running():
            for number in range(260):
                await world.heartbeats.hear(Arrived("export", world.clock.read(), "success", body=f"run {number}"))
            kept = await world.heartbeats.last_pings("export", 1000)
        assert 100 <= len(kept) <= 120
        assert kept[0].number == 260
        assert 20 <= sum(one.body is not None for one in kept) <= 40

    play_on_both(HOURLY, story)
