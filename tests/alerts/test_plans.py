"""The whole plans of two teams, every measure of theirs driven through every level: exactly these alerts, no others."""

from datetime import timedelta
from pathlib import Path

from tests.alerts.test_rules import Ruled
from tests.alerts.world import World

from bosco.alerts.judging import millis
from bosco.alerts.section import rules_of
from bosco.kit.clock import VirtualClock
from bosco.plan.load import load_texts
from bosco.store.store import Store

PLANS = Path(__file__).resolve().parents[2] / "plans"


def plan_text(name: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((PLANS / name).glob("*.yml"))}


def living(store: Store, clock: VirtualClock, name: str) -> Ruled:
    world = Ruled(store, clock, "plan: Shop\n")
    plan = load_texts(plan_text(name)).plan
    assert plan is not None
    world.current.replace(plan)
    return world


async def found(world: World) -> dict[str, str]:
    """Return which measure has an alert of which priority."""
    alerts = await world.open()
    told = {one.labels["measure"]: one.priority for one in alerts if one.source == "rule"}
    assert len(told) == len(alerts), alerts
    return told


def test_zenbilling_from_fine_to_critical_and_back(store: Store, clock: VirtualClock) -> None:
    world = living(store, clock, "zenbilling")
    # Just below the warning, the warning, just below critical, critical.
    steps = {
        "cpu_usage": (69.9, 70, 84.9, 85),
        "memory_usage": (74.9, 75, 89.9, 90),
        "disk_space": (79.9, 80, 94.9, 95),
        "network_latency": (99, 100, 499, 500),
        "api_response_time": (999, 1000, 1999, 2000),
        "error_rate": (1.9, 2, 4.9, 5),
        "database_connections": (79.9, 80, 94.9, 95),
        "failed_payments": (4.9, 5, 9.9, 10),
        "invoice_generation_errors": (1, 2, 4, 5),
    }
    assert {rule.measure for rule in rules_of(world.current.plan) if rule.path[0] == "supervision"} == steps.keys()
    warned, critical = dict.fromkeys(steps, "haute"), dict.fromkeys(steps, "critique")

    async def story() -> None:
        await world.rules.begin()
        ids: set[str] = set()
        for place, wanted in ((0, {}), (1, warned), (2, warned), (3, critical), (2, warned), (0, {})):
            for measure, values in steps.items():
                world.say(measure, values[place])
            await world.live(minutes=1)
            assert await found(world) == wanted, place
            ids |= {one.id for one in await world.open()}
        # One alert for each measure, whatever level it was at.
        assert len(ids) == len(steps)
        facts = [one.split()[0] for one in await world.facts()]
        assert {one: facts.count(one) for one in facts} == {"AlertFired": 9, "AlertChanged": 18, "AlertResolved": 9}

    world.play(story)


def test_cesizen_from_fine_to_each_alert_and_back(store: Store, clock: VirtualClock) -> None:
    world = living(store, clock, "cesizen")
    fine = {
        "failed_logins": 9.9,
        "data_access_anomaly": 0,
        "admin_privilege_change": 0,
        "vulnerability_scan": 2,
        "unusual_traffic": 200,
        "cert_expiry": 30,
    }
    wrong = {
        "failed_logins": 50.5,
        "data_access_anomaly": 1,
        "admin_privilege_change": 1,
        "vulnerability_scan": 3,
        "unusual_traffic": 201,
        "cert_expiry": 29.9,
    }
    assert {rule.measure for rule in rules_of(world.current.plan) if rule.path[0] == "alerts"} == fine.keys()
    for week in range(1, 5):
        for minute in range(0, 60, 10):
            at = clock.read().replace(minute=0) - timedelta(weeks=week) + timedelta(minutes=minute)
            world.shelf.tell("unusual_traffic", 100, millis(at))
    critical = dict.fromkeys(("failed_logins", "data_access_anomaly", "admin_privilege_change"), "P2")
    warnings = dict.fromkeys(("vulnerability_scan", "unusual_traffic", "cert_expiry"), "P3")

    async def story() -> None:
        await world.rules.begin()
        for measure, value in fine.items():
            world.say(measure, value)
        await world.live(minutes=1)
        assert await found(world) == {}
        # Another part of the plan warns of it from ten on.
        world.say("failed_logins", 50)
        await world.live(seconds=15)
        assert await found(world) == {"failed_logins": "P3"}
        for measure, value in wrong.items():
            world.say(measure, value)
            await world.live(seconds=15)
        assert await found(world) == {**critical, **warnings}
        for measure, value in fine.items():
            world.say(measure, value)
        await world.live(minutes=1)
        # What has happened is told for an hour.
        assert await found(world) == dict.fromkeys(("data_access_anomaly", "admin_privilege_change"), "P2")

    world.play(story)
