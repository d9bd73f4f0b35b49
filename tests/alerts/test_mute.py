"""What keeps an alert from being told, visibly, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.alerts.world import PLAN, World, plan_of

from bosco.alerts.model import Raised
from bosco.alerts.rows import Asked
from bosco.kit.clock import VirtualClock
from bosco.kit.refusal import Refusal
from bosco.store.store import Store
from bosco.store.tx import Tx


@pytest.fixture
def world(store: Store, clock: VirtualClock) -> World:
    return World(store, clock)


def test_a_service_that_goes_down_is_one_alert_at_its_priority(world: World) -> None:
    async def story() -> None:
        await world.services_turn("api", "down")
        await world.settle()
        (alert,) = await world.open()
        assert (alert.priority, alert.service, alert.fingerprint) == ("P1", "api", "service:api")
        await world.services_turn("api", "degraded")
        await world.settle()
        assert [one.priority for one in await world.open()] == ["P3"]
        await world.services_turn("api", "up")
        await world.settle()
        assert await world.open() == []
        assert await world.lines() == [
            "08:00 API is down (P1): api is down",
            "08:00 API is degraded is now P3: api is degraded",
            "08:00 API is degraded is over: api is up",
        ]

    world.play(story)


def test_what_a_failed_service_causes_is_muted_and_judged_anew_when_it_is_back(world: World) -> None:
    async def story() -> None:
        await world.services_turn("api", "down")
        await world.settle()
        # The cause is found after its effect.
        await world.services_turn("database", "down")
        await world.settle()
        await world.services_turn("web", "down")
        await world.settle()
        holds = {one.service: one.hold for one in await world.open()}
        assert holds["database"] is None
        assert [holds[name].kind if holds[name] else None for name in ("api", "web")] == ["dependency", "dependency"]  # type: ignore[union-attr]
        await world.wait(minutes=1)
        await world.services_turn("database", "up")
        await world.settle()
        holds = {one.service: one.hold for one in await world.open()}
        assert holds["api"] is None
        # The site waits for the API, which is still down.
        assert holds["web"] is not None
        told = [line for line in await world.lines() if "told" in line]
        assert told == [
            "08:00 API is down is told to nobody for now: Base is down",
            "08:00 Site is down is told to nobody for now: Base is down",
            "08:01 API is down is told again: what kept it from being told is over",
            "08:01 Site is down is told to nobody for now: API is down",
        ]

    world.play(story)


def test_a_cause_less_urgent_than_its_effect_mutes_nothing(store: Store, clock: VirtualClock) -> None:
    world = World(store, clock, PLAN.replace("en: Base}, down: P1", "en: Base}, down: P3"))

    async def story() -> None:
        await world.services_turn("database", "down")
        await world.services_turn("api", "down")
        await world.settle()
        assert [one.hold for one in await world.open()] == [None, None]

    world.play(story)


def test_planned_work_mutes_what_begins_in_it_until_its_end(store: Store, clock: VirtualClock) -> None:
    calendar = (
        'calendar: [{name: Work, every: day, at: "08:30", until: "09:00", impact: degraded, services: [database]}]'
    )
    world = World(store, clock, f"{PLAN}\ntimezone: UTC\n{calendar}\n")

    async def story() -> None:
        before = await world.raises("before", service="database")
        await world.wait(minutes=31)
        during = await world.raises("during", service="database")
        needing = await world.raises("needing", service="web")
        assert (await world.alert(before)).hold is None
        for one in (during, needing):
            hold = (await world.alert(one)).hold
            assert hold is not None
            assert (hold.kind, hold.until) == ("maintenance", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        await world.wait(minutes=30)
        assert (await world.alert(during)).hold is None
        assert "09:00 during is told again: what kept it from being told is over" in await world.lines()

    world.play(story)


def test_a_silence_covers_what_it_names_and_ends_by_the_clock(world: World) -> None:
    async def story() -> None:
        first = await world.raises(labels={"measure": "disk_space", "host": "a"})
        other = await world.raises("b", labels={"measure": "disk_space", "host": "b"})
        until = world.clock.read() + timedelta(hours=1)
        await world.silences.make(
            {"measure": "disk_space", "label.host": "a"}, until, by="user:devops", reason="we know"
        )
        assert (await world.alert(first)).hold is not None
        assert (await world.alert(other)).hold is None
        await world.wait(minutes=61)
        assert (await world.alert(first)).hold is None
        assert await world.lines() == [
            "08:00 disk (P2): full",
            "08:00 b (P2): full",
            "08:00 devops silenced measure = disk_space, host = a until 2026-03-02 09:00: we know",
            "08:00 disk is told to nobody for now: silenced: we know",
            "09:00 the silence of measure = disk_space, host = a is over: its time has run out",
            "09:00 disk is told again: what kept it from being told is over",
        ]

    world.play(story)


def test_a_silence_ended_by_hand_lets_its_alerts_be_told(world: World) -> None:
    async def story() -> None:
        first = await world.raises(service="api")
        made = await world.silences.make(
            {"service": "api"}, world.clock.read() + timedelta(days=1), by="user:a", reason="x"
        )
        assert (await world.alert(first)).hold is not None
        await world.silences.end(made.id, by="user:b")
        assert (await world.alert(first)).hold is None
        await world.silences.end(made.id, by="user:b")
        assert len([line for line in await world.lines() if "the silence of" in line]) == 1

    world.play(story)


@pytest.mark.parametrize(
    ("covers", "reason", "minutes"),
    [
        ({}, "x", 5),
        ({"service": " "}, "x", 5),
        ({"colour": "red"}, "x", 5),
        ({"label.": "x"}, "x", 5),
        ({"service": "api"}, " ", 5),
        ({"service": "api"}, "x", 0),
        ({"service": "a" * 400}, "x", 5),
    ],
)
def test_a_silence_that_covers_everything_or_never_ends_is_refused(
    world: World, covers: dict[str, str], reason: str, minutes: int
) -> None:
    async def story() -> None:
        until = world.clock.read() + timedelta(minutes=minutes)
        with pytest.raises(Refusal):
            await world.silences.make(covers, until, by="user:a", reason=reason)

    world.play(story)


def test_a_service_that_nobody_sees_is_a_warning_after_ten_minutes(world: World) -> None:
    async def story() -> None:
        for state in ("up", "unknown"):
            await world.services_turn("api", state)
        await world.wait(minutes=9)
        assert await world.open() == []
        await world.wait(minutes=2)
        assert [(one.priority, one.level) for one in await world.open()] == [("P3", "warning")]
        await world.services_turn("api", "up")
        await world.settle()
        assert await world.open() == []

    world.play(story)


def test_a_service_that_is_down_and_then_unseen_stays_as_urgent(world: World) -> None:
    async def story() -> None:
        for state in ("down", "unknown"):
            await world.services_turn("api", state)
        await world.wait(minutes=20)
        assert [one.priority for one in await world.open()] == ["P1"]

    world.play(story)


def test_alerts_follow_the_plan_and_what_was_not_heard(world: World) -> None:
    async def story() -> None:
        world.store.listeners = {}
        await world.services_turn("api", "down")
        await world.ears.reconcile()
        await world.ears.reconcile()
        (alert,) = await world.open()
        await world.alerts.close(alert.id, "user:x", "leave it")
        await world.ears.reconcile()
        assert await world.open() == []
        await world.services_turn("database", "down")
        await world.ears.reconcile()
        world.current.replace(World(world.store, world.clock, "plan: Shop\n").current.plan)
        await world.ears.reconcile()
        assert await world.open() == []

    world.play(story)


def test_a_silence_reaches_all_that_it_covers_however_many(store: Store, clock: VirtualClock) -> None:
    world = World(store, clock)

    async def story() -> None:
        def raise_many(tx: Tx) -> None:
            for number in range(210):
                raised = Raised(
                    fingerprint=f"n{number}", source="rule", title="n", why="w", service="web", level="warning"
                )
                world.alerts.raise_alert(tx, raised)

        await store.write(raise_many)
        until = clock.read() + timedelta(hours=1)
        made = await world.silences.make({"service": "web"}, until, by="user:devops", reason="we know")
        await world.settle()
        assert await world.silences.counts([made]) == {made.id: 210}
        held = await world.alerts.page(Asked("held", limit=1000))
        assert {one.hold.kind for one in held if one.hold} == {"silence"}
        assert len(held) == 210
        await world.silences.end(made.id, by="user:devops")
        await world.settle()
        kinds = {one.hold.kind for one in await world.alerts.page(Asked("held", limit=1000)) if one.hold}
        assert "silence" not in kinds

    world.play(story)


def test_what_the_plan_no_longer_mutes_is_told(world: World) -> None:
    async def story() -> None:
        await world.services_turn("database", "down")
        await world.services_turn("api", "down")
        await world.settle()
        assert [one.hold is not None for one in await world.open() if one.service == "api"] == [True]
        world.current.replace(plan_of(PLAN.replace(", needs: [database]", "")))
        await world.ears.settle_held()
        assert [one.hold for one in await world.open() if one.service == "api"] == [None]

    world.play(story)
