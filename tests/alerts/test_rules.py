"""The levels of the teams' documents, driven through on the virtual clock."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.alerts.shelf import Shelf
from tests.alerts.world import World, plan_of

from bosco.alerts.board import LOST, UNKNOWN
from bosco.alerts.judging import millis
from bosco.alerts.rule_alerts import RuleJudge
from bosco.kit.clock import VirtualClock
from bosco.kit.packed import unpack
from bosco.kit.words import say
from bosco.promql.source import STALE
from bosco.store.store import Store

SEEDS = Path(__file__).resolve().parents[1] / "plan/seeds"
ZENBILLING = "plan: ZenBilling\n" + (SEEDS / "zenbilling.yml").read_text(encoding="utf-8")
CESIZEN = "plan: CESIZen\n" + (SEEDS / "cesizen.yml").read_text(encoding="utf-8")


def in_english(seen: object) -> str:
    return str(say(unpack(seen), "en")).replace("\N{NO-BREAK SPACE}", " ")


class Ruled(World):
    """A world in which measures arrive and are judged every 15 seconds."""

    def __init__(self, store: Store, clock: VirtualClock, plan: str, shelf: Shelf | None = None) -> None:
        super().__init__(store, clock, plan)
        self.shelf = shelf or Shelf()
        self.rules = RuleJudge(store, clock, self.current, self.shelf, self.alerts)
        self.now: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def say(self, measure: str, value: float | None, **labels: str) -> None:
        """Let a measure have that value from now on, or fall silent."""
        key = (measure, tuple(labels.items()))
        if value is None:
            self.now.pop(key)
        else:
            self.now[key] = value

    async def live(self, **span: float) -> None:
        """Let time pass, with every measure told and judged each 15 seconds."""
        for _ in range(int(timedelta(**span) / timedelta(seconds=15))):
            for (measure, labels), value in self.now.items():
                self.shelf.tell(measure, value, millis(self.clock.read()), dict(labels))
            await self.rules.tick()
            await self.clock.sleep(timedelta(seconds=15))

    async def told(self) -> list[str]:
        return [f"{one.title['values']['measure']} {one.priority} {in_english(one.seen)}" for one in await self.open()]


def lives(store: Store, clock: VirtualClock, plan: str) -> Ruled:
    return Ruled(store, clock, plan)


@pytest.mark.parametrize(
    ("measure", "fine", "warning", "critical"),
    [
        ("cpu_usage", 69.9, 70, 85),
        ("memory_usage", 74, 75, 90),
        ("disk_space", 79, 80, 95),
        ("network_latency", 99, 100, 500),
        ("api_response_time", 999, 1000, 2000),
        ("error_rate", 1.9, 2, 5),
        ("database_connections", 79, 80, 95),
        ("failed_payments", 4.9, 5, 10),
        ("invoice_generation_errors", 1, 2, 5),
    ],
)
def test_zenbilling_is_told_each_level_once(
    store: Store, clock: VirtualClock, measure: str, fine: float, warning: float, critical: float
) -> None:
    world = lives(store, clock, ZENBILLING)

    async def story() -> None:
        await world.rules.begin()
        for value in (fine, warning, critical, warning, fine):
            world.say(measure, value)
            await world.live(minutes=1)
        lines = [line.split(":")[2].split(" is ")[0].strip() for line in await world.lines()]
        assert await world.open() == []
        assert [line[:5] for line in await world.lines()] == ["08:01", "08:02", "08:03", "08:04"]
        assert len(lines) == 4
        assert await world.facts() == [
            f"{fact} rule:{measure}" for fact in ("AlertFired", "AlertChanged", "AlertChanged", "AlertResolved")
        ]

    world.play(story)


def test_cesizen_is_told_what_its_block_says(store: Store, clock: VirtualClock) -> None:
    world = lives(store, clock, CESIZEN)

    async def story() -> None:
        await world.rules.begin()
        world.say("failed_logins", 50)
        world.say("cert_expiry", 30)
        world.say("admin_privilege_change", 0)
        world.say("vulnerability_scan", 2)
        await world.live(minutes=1)
        assert await world.told() == []
        world.say("failed_logins", 80)
        world.say("cert_expiry", 29)
        world.say("vulnerability_scan", 3)
        # One single event between two judgements.
        world.shelf.tell("admin_privilege_change", 1, millis(clock.read()) - 5000)
        await world.live(minutes=1)
        found = {one.labels["measure"]: (one.priority, in_english(one.seen)) for one in await world.open()}
        assert found == {
            "failed_logins": ("P2", "80/min"),
            "cert_expiry": ("P3", "29 days"),
            "vulnerability_scan": ("P3", "medium"),
            "admin_privilege_change": ("P2", "0"),
        }
        await world.live(minutes=62)
        assert "admin_privilege_change" not in {one.labels["measure"] for one in await world.open()}

    world.play(story)


def test_a_level_that_must_last_goes_on_after_a_restart(store: Store, clock: VirtualClock) -> None:
    plan = "plan: Shop\nsupervision: {infra: [{cpu_usage: {critical: 85%, for: 5m}}]}\n"
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        world.say("cpu_usage", 90)
        await world.live(minutes=4, seconds=15)
        assert await world.open() == []
        again = Ruled(store, clock, plan, world.shelf)
        again.now = world.now
        await again.rules.begin()
        await again.live(seconds=30)
        assert await again.open() == []
        await again.live(seconds=45)
        (alert,) = await again.open()
        assert clock.read() - alert.since < timedelta(minutes=6)
        # A break makes it begin anew, and a long absence too.
        again.say("cpu_usage", 10)
        await again.live(seconds=30)
        assert await again.open() == []
        again.say("cpu_usage", 90)
        await again.live(minutes=4)
        await clock.sleep(timedelta(hours=2))
        later = Ruled(store, clock, plan, world.shelf)
        later.now = world.now
        await later.rules.begin()
        await later.live(minutes=4)
        assert await later.open() == []

    world.play(story)


def test_silence_is_unknown_then_told_and_ends_nothing(store: Store, clock: VirtualClock) -> None:
    plan = "plan: Shop\nsupervision: {infra: [{cpu_usage: {critical: 85%}, memory_usage: {critical: 85%}}]}\n"
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        world.say("cpu_usage", 10)
        world.say("memory_usage", 99)
        await world.live(minutes=2)
        world.say("cpu_usage", None)
        world.say("memory_usage", None)
        await world.live(minutes=7)
        assert world.rules.judge is not None
        assert UNKNOWN in world.rules.judge.board.phase
        await world.live(minutes=10)
        assert LOST in world.rules.judge.board.phase
        assert {one.labels["measure"]: one.priority for one in await world.open()} == {
            "cpu_usage": "P3",
            "memory_usage": "P2",
        }
        world.say("cpu_usage", 10)
        world.say("memory_usage", 10)
        await world.live(minutes=1)
        assert await world.open() == []

    world.play(story)


def test_each_series_is_judged_by_itself_and_one_that_ended_is_gone(store: Store, clock: VirtualClock) -> None:
    plan = """
plan: Shop
services: {api: {}, web: {}}
supervision:
  app: [{error_rate: {critical: 5%, service: api}}, {error_rate: {critical: 50%, service: web}}]
"""
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        world.say("error_rate", 10, service="api", host="a")
        world.say("error_rate", 1, service="api", host="b")
        world.say("error_rate", 10, service="web")
        await world.live(minutes=1)
        assert [(one.service, one.labels["host"]) for one in await world.open()] == [("api", "a")]
        world.say("error_rate", STALE, service="api", host="a")
        await world.live(minutes=1)
        assert await world.open() == []

    world.play(story)


def test_another_bound_in_the_plan_forgets_nothing_that_still_holds(store: Store, clock: VirtualClock) -> None:
    plan = "plan: Shop\nsupervision: {infra: [{cpu_usage: {critical: 85%}}]}\n"
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        world.say("cpu_usage", 90)
        await world.live(minutes=1)
        (first,) = await world.open()
        world.current.replace(plan_of(plan.replace("85%", "80%")))
        await world.live(minutes=1)
        assert [one.id for one in await world.open()] == [first.id]
        world.current.replace(plan_of(plan.replace("85%", "95%")))
        await world.live(minutes=1)
        assert await world.open() == []
        await world.live(minutes=31)
        world.current.replace(plan_of(plan))
        await world.live(minutes=1)
        assert len(await world.open()) == 1
        world.current.replace(plan_of("plan: Shop\n"))
        await world.live(minutes=1)
        assert await world.open() == []

    world.play(story)


def test_nothing_and_stagnation_need_their_whole_time(store: Store, clock: VirtualClock) -> None:
    plan = """
plan: Shop
alerts: {warnings: [{orders: 0 during 1 day}, {users: stagnation 2 days}]}
"""
    world = lives(store, clock, plan)
    start = millis(clock.read())
    day = 86_400_000
    for back in range(72, 0, -1):
        at = start - back * day // 24
        world.shelf.tell("orders", 1 if back > 30 else 0, at)
        world.shelf.tell("users", 100 - (back > 60), at)

    async def story() -> None:
        await world.rules.begin()
        world.say("orders", 0)
        world.say("users", 100)
        await world.live(minutes=1)
        assert sorted(one.labels["measure"] for one in await world.open()) == ["orders", "users"]
        world.say("orders", 2)
        world.say("users", 101)
        await world.live(minutes=1)
        assert await world.open() == []

    world.play(story)


def test_what_is_twice_its_normal_is_told_once_there_is_a_normal(store: Store, clock: VirtualClock) -> None:
    plan = "plan: Shop\ntimezone: Europe/Paris\nalerts: {warnings: [{traffic: '> 200% normal'}]}\n"
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        world.say("traffic", 1000)
        await world.live(minutes=15)
        # Not enough history is unknown, and not told.
        assert await world.open() == []
        for week in range(1, 5):
            for minute in range(0, 60, 10):
                at = clock.read().replace(minute=0) - timedelta(weeks=week) + timedelta(minutes=minute)
                world.shelf.tell("traffic", 300 + week, millis(at))
        world.current.replace(plan_of(plan))
        await world.live(minutes=1)
        (alert,) = await world.open()
        assert in_english(alert.seen) == "1,000"
        world.say("traffic", 604)
        await world.live(minutes=1)
        assert await world.open() == []

    world.play(story)


def test_rules_are_judged_on_the_engine_and_saved_when_it_stops(store: Store, clock: VirtualClock) -> None:
    world = lives(store, clock, "plan: Shop\nsupervision: {infra: [{cpu_usage: {critical: 85%}}]}\n")

    async def story() -> None:
        world.shelf.tell("cpu_usage", 99, millis(clock.read()))
        task = asyncio.create_task(world.rules.run())
        await world.wait(seconds=20)
        assert len(await world.open()) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    world.play(story)
