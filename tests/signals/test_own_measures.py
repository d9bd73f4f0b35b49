"""Measures that nobody sends: the whole house on the virtual clock, on both stores."""

from datetime import timedelta
from pathlib import Path

from tests.conftest import START
from tests.stories.house import Stage, play

from bosco.accounts.model import SignInFailed
from bosco.signals.measures import Measures

PLAN = """\
plan: Shop
services: {shop: {name: Shop}}
probes:
  home: {http: "https://shop.example/", service: shop, every: 1m}
signals:
  memory_usage: {promql: "vector(12)", unit: "%"}
"""


def test_the_machine_the_accounts_and_the_probes_feed_measures(tmp_path: Path, where: str) -> None:
    url = where if "://" in where else None

    async def story(stage: Stage) -> None:
        measures, clock = stage.house.wiring.get(Measures), stage.house.doors.clock
        await clock.sleep(timedelta(minutes=2))
        for _ in range(3):
            fact = SignInFailed(login="", network="192.0.2.0/24", step="password")
            await stage.house.store.write(lambda tx: tx.publish(fact))  # noqa: B023 - it is done before the next
        await clock.sleep(timedelta(seconds=45))
        for name in ("cpu_usage", "disk_space"):
            found = await measures.last(name)
            assert found
            assert all(0 <= one.value <= 100 and one.labels["host"] and one.unit == "%" for one in found)
        assert [one.value for one in await measures.last("failed_logins")] == [3]
        [took] = await measures.last("api_response_time")
        assert took.labels == {"probe": "home", "service": "shop"}
        assert [one.value for one in await measures.last("error_rate")] == [0]
        # The plan's own source is not mixed with what Bosco would tell.
        assert [(one.value, dict(one.labels)) for one in await measures.last("memory_usage")] == [(12, {})]
        connections = await measures.last("database_connections")
        assert [one.labels for one in connections] == ([{"database": "bosco"}] if url else [])
        await clock.sleep(timedelta(minutes=2))
        assert [one.value for one in await measures.last("failed_logins")] == [0]

    play(tmp_path, PLAN, START, story, url)
