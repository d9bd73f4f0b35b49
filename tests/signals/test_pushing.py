"""What is pushed under a key counts once: on both stores, and by a process that knows nothing of the one before."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.signals.sampled import sampled

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Refusal
from bosco.plan.current import CurrentPlan
from bosco.plan.load import load_texts
from bosco.promql.source import Matcher
from bosco.signals.measures import Measures, Told
from bosco.signals.pushing import Pushing
from bosco.signals.store import forget
from bosco.store.store import Store


def test_the_same_key_counts_once_even_after_a_restart(tmp_path: Path, store: Store, clock: VirtualClock) -> None:
    plan = load_texts({"plan.yml": "plan: Shop\nsignals: {basket: {push: true, unit: ms}}\n"}).plan
    assert plan is not None

    def told(value: float, **labels: str) -> list[Told]:
        return [Told("basket", value, labels, "s")]

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:

            def process() -> Pushing:
                return Pushing(Measures(samples, clock, CurrentPlan(plan)), store, clock)

            first = process()
            kept = await first.push("token:1", "a", told(2), "test")
            assert [one.value for one in kept] == [2000]
            await clock.sleep(timedelta(minutes=1))
            assert await first.push("token:1", "a", told(3), "test") == kept
            # Another process, and another sender with the same key.
            assert await process().push("token:1", "a", told(4), "test") == kept
            [other] = await process().push("token:2", "a", told(5, shop="b"), "test")
            assert other.value == 5000
            [series] = await samples.select([Matcher("__name__", "=", "basket"), Matcher("shop", "=", "")], 0, 10**14)
            assert series.values.tolist() == [2000]
            # What cannot be taken is not remembered: put right, it is taken under the same key.
            with pytest.raises(Refusal):
                await first.push("token:1", "b", [Told("basket", 1, {}, "MB")], "test")
            [right] = await first.push("token:1", "b", told(6), "test")
            assert right.value == 6000
            await clock.sleep(timedelta(days=1, minutes=1))
            await store.write(forget)
            [again] = await process().push("token:1", "a", told(7), "test")
            assert again.value == 7000

    run_virtually(clock, story)
