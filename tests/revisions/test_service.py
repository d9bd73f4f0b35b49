"""Revisions on both stores: kept once, explained, and never made of the same plan twice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Code, Refusal
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.plan.sections import discover
from bosco.revisions.opening import WrongPlan, opening_plan
from bosco.revisions.place import PlanPlace
from bosco.revisions.service import Revisions
from bosco.services.section import SERVICES
from bosco.store.store import Store

NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLAN = "plan: Shop\nservices:\n  api: {name: API, sla: 99.9%}\n"


@pytest.fixture
def place(tmp_path: Path) -> PlanPlace:
    (tmp_path / "plan.yml").write_text(PLAN)
    return PlanPlace(tmp_path / "plan.yml", discover(), Secrets(None, {}))


def revisions(store: Store, clock: VirtualClock, place: PlanPlace) -> Revisions:
    return Revisions(store, clock, CurrentPlan(opening_plan(store, place).plan), place)


def test_a_plan_is_kept_once_however_often_it_is_read(store: Store, clock: VirtualClock, place: PlanPlace) -> None:
    async def story() -> list[int]:
        kept = revisions(store, clock, place)
        await kept.look()
        await kept.look()
        place.path.write_text(f"# a comment\n{PLAN}")
        await kept.look()
        place.path.write_text(PLAN.replace("99.9%", "99.5%"))
        await kept.look(actor="user:devops", why="The contract changed")
        place.path.write_text(PLAN)
        await kept.look()
        return [one.number for one in await kept.page()]

    assert run_virtually(clock, story) == [3, 2, 1]


def test_a_revision_says_who_why_and_what_changed_in_both_languages(
    store: Store, clock: VirtualClock, place: PlanPlace
) -> None:
    async def story() -> None:
        kept = revisions(store, clock, place)
        await kept.look()
        place.path.write_text(PLAN.replace("99.9%", "99.5%"))
        made = await kept.look(actor="user:devops", why="The contract changed")
        assert made is not None
        found = await kept.find(2)
        assert (found.actor, found.why, found.sources) == (
            "user:devops",
            "The contract changed",
            {"plan.yml": place.path.read_text()},
        )
        (change,) = found.changes
        assert change.say("en") == "Services / api: sla 99.9% → 99.5%"
        assert change.say("fr") == "Services / api\xa0: sla 99.9% → 99.5%"
        await kept.explain(2, "A better reason", actor="user:rssi")
        assert (await kept.find(2)).why == "A better reason"

    run_virtually(clock, story)


def test_a_wrong_plan_is_told_once_and_changes_nothing(store: Store, clock: VirtualClock, place: PlanPlace) -> None:
    async def story() -> None:
        kept = revisions(store, clock, place)
        await kept.look()
        place.path.write_text(PLAN.replace("99.9%", "lots"))
        assert await kept.look() is None
        assert await kept.look() is None
        assert len(kept.mistakes) == 1
        assert [one.number for one in await kept.page()] == [1]
        place.path.write_text(PLAN)
        await kept.look()
        assert kept.mistakes == ()

    run_virtually(clock, story)


def test_a_start_with_a_wrong_plan_takes_the_last_one_in_force(
    store: Store, clock: VirtualClock, place: PlanPlace
) -> None:
    place.path.write_text("plan: [\n")
    with pytest.raises(WrongPlan) as refused:
        opening_plan(store, place)
    assert "plan.yml:" in str(refused.value.hint)
    place.path.write_text(PLAN)

    async def story() -> None:
        await revisions(store, clock, place).look()

    run_virtually(clock, story)
    place.path.write_text("plan: [\n")
    opening = opening_plan(store, place)
    assert opening.loaded.mistakes
    assert opening.plan[SERVICES]["api"].sla == 99.9


def test_a_revision_that_is_not_there_is_refused(store: Store, clock: VirtualClock, place: PlanPlace) -> None:
    async def story() -> None:
        kept = revisions(store, clock, place)
        with pytest.raises(Refusal) as refused:
            await kept.find(9)
        assert refused.value.code is Code.NOT_FOUND
        with pytest.raises(Refusal):
            await kept.explain(9, "no", actor="user:devops")
        with pytest.raises(Refusal):
            await kept.go_back(9, actor="user:devops", why="no")

    run_virtually(clock, story)
