"""One alert for one trouble, from its first word to its last."""

from datetime import timedelta

import pytest
from tests.alerts.world import World

from bosco.alerts.model import Raised
from bosco.alerts.rows import Asked
from bosco.kit.clock import VirtualClock
from bosco.kit.refusal import Refusal
from bosco.store.store import Store


@pytest.fixture
def world(store: Store, clock: VirtualClock) -> World:
    return World(store, clock)


def test_an_alert_is_told_once_however_often_it_is_judged(world: World) -> None:
    async def story() -> None:
        first = await world.raises(seen="91 %")
        for _ in range(5):
            await world.wait(seconds=15)
            assert await world.raises(seen="92 %") == first
        assert (await world.alert(first)).seen == "92 %"
        await world.wait(minutes=1)
        assert await world.clears() == first
        assert await world.clears() is None
        assert await world.lines() == ["08:00 disk (P2): full", "08:02 disk is over: well"]
        assert await world.facts() == ["AlertFired disk", "AlertResolved disk"]
        assert await world.raises() != first

    world.play(story)


def test_a_level_that_rises_is_told_as_a_change_of_the_same_alert(world: World) -> None:
    async def story() -> None:
        first = await world.raises(level="warning")
        assert await world.raises(level="critical", why="fuller") == first
        assert [one.priority for one in await world.open()] == ["P2"]
        assert await world.lines() == ["08:00 disk (P3): full", "08:00 disk is now P2: fuller"]
        assert await world.facts() == ["AlertFired disk", "AlertChanged disk"]

    world.play(story)


def test_who_has_it_is_written_once_wherever_they_said_so(world: World) -> None:
    async def story() -> None:
        first = await world.raises()
        await world.alerts.acknowledge(first, "user:devops")
        await world.settle()
        assert (await world.alert(first)).acknowledged_by == "user:devops"
        await world.wait(minutes=1)
        # By a link in a message: only the notices hear of it.
        await world.store.write(
            lambda tx: world.notices.acknowledge(tx, f"alert:{first}", "person:backend", via="link")
        )
        await world.settle()
        assert (await world.alert(first)).acknowledged_by == "person:backend"
        await world.wait(minutes=1)
        await world.alerts.unacknowledge(first, "person:backend")
        await world.settle()
        assert (await world.alert(first)).acknowledged_by is None
        assert await world.lines() == [
            "08:00 disk (P2): full",
            "08:00 devops has disk",
            "08:01 backend has disk",
            "08:02 nobody has disk any more: given back",
        ]

    world.play(story)


def test_what_is_over_is_neither_taken_nor_closed(world: World) -> None:
    async def story() -> None:
        first = await world.raises()
        with pytest.raises(Refusal):
            await world.alerts.close(first, "user:devops", "  ")
        closed = await world.alerts.close(first, "user:devops", "known, harmless")
        assert (closed.state, closed.resolved_by) == ("resolved", "user:devops")
        for verb in (world.alerts.acknowledge(first, "user:x"), world.alerts.close(first, "user:x", "again")):
            with pytest.raises(Refusal):
                await verb
        with pytest.raises(Refusal):
            await world.alerts.get("nothing\x00")

    world.play(story)


def test_pages_hold_each_alert_once(world: World) -> None:
    async def story() -> None:
        made = [await world.raises(f"a{n}", priority="P3" if n % 2 else "P1") for n in range(7)]
        seen, before = [], ""
        while page := await world.alerts.page(Asked(before=before, limit=3)):
            seen += [one.id for one in page[:3]]
            before = page[:3][-1].id
        assert seen == made[::-1]
        assert len(await world.alerts.page(Asked(priority="P1"))) == 4
        assert [one.priority for one in await world.alerts.current()][:5] == ["P1", "P1", "P1", "P1", "P3"]

    world.play(story)


def test_whatever_a_sender_writes_is_kept_and_told(world: World) -> None:
    async def story() -> None:
        odd = "x\x00\ud800" + "é" * 5000
        first = await world.raises(odd, labels={"host": odd}, details=((odd, odd),))
        assert await world.raises(odd, labels={"host": odd}, details=((odd, odd),)) == first
        with pytest.raises(Refusal):
            await world.raises("")

    world.play(story)


def test_what_changes_again_and_again_is_held_then_told_and_over_once_calm(world: World) -> None:
    async def story() -> None:
        for _ in range(2):
            await world.raises(level="warning")
            await world.wait(minutes=2)
            await world.clears()
            await world.wait(minutes=2)
        # The fourth change within half an hour: it is well, but not believed.
        (alert,) = await world.open()
        assert alert.calm_at is not None
        await world.raises(level="warning")
        await world.wait(minutes=12)
        assert len(await world.open()) == 1
        await world.clears()
        await world.wait(minutes=11)
        assert await world.open() == []
        assert len([line for line in await world.lines() if "over" in line]) == 2

    world.play(story)


def test_flapping_below_the_first_priority_waits_and_says_so(world: World) -> None:
    async def story() -> None:
        for _ in range(2):
            await world.raises("p3", priority="P3")
            await world.raises("p1", priority="P1")
            await world.wait(minutes=1)
            for alert in await world.open():
                await world.alerts.close(alert.id, "user:x", "closed")
            await world.wait(minutes=1)
        await world.raises("p3", priority="P3")
        await world.raises("p1", priority="P1")
        holds = {one.fingerprint: one.hold for one in await world.open()}
        assert holds["p1"] is None
        assert holds["p3"] is not None
        assert holds["p3"].kind == "flapping"
        await world.wait(minutes=11)
        assert [one.hold for one in await world.open()] == [None, None]
        assert (await world.lines())[-1] == "08:14 p3 is told again: what kept it from being told is over"

    world.play(story)


def test_a_storm_is_held_back_and_told_by_one_alert(world: World) -> None:
    async def story() -> None:
        def many(tx: object) -> None:
            for n in range(40):
                world.alerts.raise_alert(tx, Raised(fingerprint=f"n{n}", source="rule", title="x", priority="P3"))  # type: ignore[arg-type]

        await world.store.write(many)
        held = await world.alerts.page(Asked(state="held"))
        assert len(held) == 10
        (storm,) = [one for one in await world.open() if one.source == "bosco"]
        assert storm.seen == {"plural": 10, "one": "{n} alert waits", "many": "{n} alerts wait", "values": {"n": 10}}
        # One of the first priority is let through.
        urgent = await world.raises("urgent", priority="P1")
        assert (await world.alert(urgent)).hold is None
        await world.wait(minutes=12)
        assert await world.alerts.page(Asked(state="held")) == []
        assert (await world.alert(storm.id)).state == "resolved"
        told = [line for line in await world.lines() if "Too many" in line]
        assert [line[:5] for line in told] == ["08:00", "08:05"]

    world.play(story)


def test_the_state_of_an_alert_outlives_a_restart(world: World) -> None:
    async def story() -> None:
        first = await world.raises()
        again = World(world.store, world.clock)
        assert await again.raises() == first
        await again.wait(hours=timedelta(days=3) / timedelta(hours=1))
        assert (await again.alert(first)).state == "firing"

    world.play(story)
