"""Sources are asked in their rhythm, on the virtual clock, and what they give becomes measures."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

from tests.conftest import START
from tests.signals.sampled import sampled

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.net import Net, RealNet
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan, load_texts
from bosco.plan.secrets import Secrets
from bosco.signals.feeding import Feeding
from bosco.signals.measures import Measures

PLAN = """\
plan: Shop
signals:
  open: {{sql: "select shop, n from orders", from: "sqlite:///{path}", every: {every}}}
  total: {{promql: "sum(open)", every: 1m, unit: orders}}
  broken: {{sql: "select n from missing", from: "sqlite:///{path}"}}
  sent: {{push: true}}
"""


def _plan(path: Path, every: str = "1m") -> Plan:
    plan = load_texts({"plan.yml": PLAN.format(path=path, every=every)}).plan
    assert plan is not None
    return plan


def _shop(path: Path, *rows: tuple[str, float]) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table if not exists orders (shop, n)")
        connection.execute("delete from orders")
        connection.executemany("insert into orders values (?, ?)", rows)
    connection.close()


def _play(
    folder: Path, clock: VirtualClock, story: Callable[[Feeding, Measures, CurrentPlan], Awaitable[None]]
) -> None:
    async def main() -> None:
        current = CurrentPlan(_plan(folder / "shop.db"))
        async with sampled(folder, clock) as samples:
            measures = Measures(samples, clock, current)
            feeding = Feeding(clock, cast(Net, RealNet(clock)), Secrets(None, {}), samples, measures)
            feeding.follow(current.plan)
            asking = asyncio.create_task(feeding.schedule.run())
            await story(feeding, measures, current)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    run_virtually(clock, main)


def test_sources_are_asked_again_and_again_and_what_ends_is_told(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "shop.db"
    _shop(path, ("a", 2), ("b", 5))

    async def story(feeding: Feeding, measures: Measures, current: CurrentPlan) -> None:
        async def values(name: str) -> dict[str, float]:
            return {str(one.labels.get("shop", "")): one.value for one in await measures.last(name)}

        await clock.sleep(timedelta(minutes=2, seconds=1))
        assert await values("open") == {"a": 2, "b": 5}
        assert await values("total") == {"": 7}
        _shop(path, ("b", 6))
        await clock.sleep(timedelta(minutes=2))
        # The shop that is gone is not shown with its last value for ever.
        assert await values("open") == {"b": 6}
        assert await values("total") == {"": 6}
        assert (await measures.last("total"))[0].unit == "orders"
        assert sorted(feeding.asked) == ["broken", "open", "total"]
        assert "no such table" in str(feeding.asked["broken"].why)
        assert await measures.last("broken") == []
        assert feeding.asked["open"].values == 1
        assert clock.read() - feeding.asked["open"].at < timedelta(minutes=1)

    _play(tmp_path, clock, story)


def test_a_new_plan_is_followed_and_what_has_not_changed_goes_on(tmp_path: Path, clock: VirtualClock) -> None:
    path = tmp_path / "shop.db"
    _shop(path, ("a", 2))

    async def story(feeding: Feeding, measures: Measures, current: CurrentPlan) -> None:
        await clock.sleep(timedelta(minutes=1, seconds=1))
        before = dict(feeding.asked)
        feeding.follow(_plan(path, every="1h"))
        assert feeding.asked == {name: before[name] for name in ("total", "broken")}
        await clock.sleep(timedelta(minutes=2))
        assert "open" not in feeding.asked
        assert feeding.schedule.counts.looks == 2 * 3 + 1
        assert feeding.asked["total"].at > START

    _play(tmp_path, clock, story)
