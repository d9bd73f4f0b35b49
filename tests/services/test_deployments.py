"""Deployments: kept once, shown where they went, refused with what is wrong about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.plan.checking import plan

from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Refusal
from bosco.kit.words import say
from bosco.plan.current import CurrentPlan
from bosco.receivers.meaning import deployed_of
from bosco.receivers.model import Noted
from bosco.receivers.section import Receiver, receiver_called
from bosco.services.deployments import Deployment
from bosco.services.marks import Mark
from bosco.services.service import Services
from bosco.services.spans import Span
from bosco.store.store import Store

PLAN = """
    plan: Shop
    services: {api: {environment: production}, web: {environment: production}, docs: {name: Documentation}}
    environments: {production: {}, staging: {}}
"""
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


def services_of(store: Store) -> Services:
    return Services(store, CurrentPlan(plan(PLAN)))


def told(version: str, ago: int = 0, **more: Any) -> Deployment:
    return Deployment(version, NOW - ago * HOUR, "token:ci", **more)


def test_a_deployment_told_twice_is_one_and_stands_beside_its_service(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        services = services_of(store)
        first = told("1.4.2", 3, service="api", environment="production", link="https://example.org/1.4.2")
        assert await services.deployed(first)
        assert not await services.deployed(first)
        assert await services.deployed(told("1.5.0", 1, environment="production"))
        assert await services.deployed(told("9", 2, environment="staging"))
        day = Span(NOW - 24 * HOUR, NOW)
        marks = await services.what_touched("api", day)
        assert [say(one.says, "en") for one in marks] == ["1.4.2 was deployed", "1.5.0 was deployed"]
        assert marks[0].href == "https://example.org/1.4.2"
        # What went to the whole environment went to each of its services.
        assert [say(one.says, "en") for one in await services.what_touched("web", day)] == ["1.5.0 was deployed"]
        assert await services.what_touched("docs", day) == []
        lines = await store.read(lambda tx: tx.run(waiting.select()).all())
        assert [line.what for line in lines] == ["service.deployed"] * 3

    run_virtually(clock, story)


def test_the_release_of_an_environment_is_what_went_there_last(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        services = services_of(store)
        assert await services.last_deployment("production", ["api", "web"]) is None
        for one in (told("2", 2, service="api"), told("1", 5, environment="production"), told("3", 1, service="docs")):
            await services.deployed(one)
        last = await services.last_deployment("production", ["api", "web"])
        assert last is not None
        assert last.version == "2"

    run_virtually(clock, story)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (told("1", service="nothing"), "There is no service called nothing."),
        (told("1", environment="moon"), "There is no environment called moon."),
        (told("1"), "Say which service or environment it went to."),
        (told(" ", service="api"), "Say which version it is."),
        (told("1", -2, service="api"), "Only what has been deployed is told."),
        (told("1", service="api", link="javascript:alert(1)"), "A link begins with https:// or http://."),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    store: Store, clock: VirtualClock, wrong: Deployment, says: str
) -> None:
    async def story() -> None:
        services = services_of(store)
        with pytest.raises(Refusal) as refused:
            await services.deployed(wrong)
        assert say(refused.value.says, "en") == says
        assert await services.what_touched("api", Span(NOW - HOUR, NOW + 9 * HOUR)) == []

    run_virtually(clock, story)


def test_other_rooms_tell_what_touched_a_service_in_one_line_of_time(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        services = services_of(store)
        services.mark_with(lambda tx, name, span: [Mark("incident", NOW - 2 * HOUR, f"{name}-1", href="/incidents/1")])
        for version, ago in (("1", 3), ("2", 1)):
            await services.deployed(told(version, ago, service="api"))
        found = await services.what_touched("api", Span(NOW - 24 * HOUR, NOW))
        assert [one.sort for one in found] == ["deployment", "incident", "deployment"]

    run_virtually(clock, story)


def test_a_receiver_tells_a_deployment_where_the_plan_knows_what_it_names() -> None:
    shop = plan(PLAN)
    github = receiver_called(shop, "github")
    assert isinstance(github, Receiver)

    def found(**note: str) -> Deployment | None:
        return deployed_of(shop, github, Noted(title="x", **note), NOW, "receiver:github")

    assert found(service="Documentation", version="7") == Deployment("7", NOW, "receiver:github", "docs")
    assert found(service="?", version="7", environment="Production") == Deployment(
        "7", NOW, "receiver:github", None, "production"
    )
    assert found(service="?", version="7", environment="moon") is None
    assert found(service="docs") is None
