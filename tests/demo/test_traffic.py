"""The demonstration's measures are those that its plan asks about."""

from datetime import timedelta
from pathlib import Path

import numpy as np
from tests.signals.sampled import sampled

from bosco.demo.pipeline import FIGURES
from bosco.demo.staging import bundled
from bosco.demo.traffic import PAST, Traffic, remember_traffic
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.plan.load import load_texts
from bosco.promql.evaluate import Means, instant
from bosco.promql.source import NAME
from bosco.promql.vector import Vector
from bosco.signals.section import SIGNALS
from bosco.telemetry.grid import micros


def test_every_question_of_its_plan_to_its_traffic_has_an_answer(tmp_path: Path, clock: VirtualClock) -> None:
    files = [one for one in bundled("cesizen").iterdir() if one.name.endswith(".yml")]
    plan = load_texts({one.name: one.read_text(encoding="utf-8") for one in files}).plan
    assert plan is not None
    assert set(FIGURES) <= {name for name, signal in plan[SIGNALS].items() if signal.kind == "push"}

    async def story() -> dict[str, float]:
        async with sampled(tmp_path, clock) as samples:
            await remember_traffic(samples, clock.read())
            found = {}
            for name, signal in plan[SIGNALS].items():
                if signal.kind == "promql":
                    at = micros(clock.read()) // 1000
                    answer = await instant(samples, getattr(signal, "promql", ""), at, Means(clock))
                    assert isinstance(answer, Vector)
                    found[name] = float(answer.values[answer.present].mean())
            return found

    found = run_virtually(clock, story)
    assert len(found) == 6
    assert all(value > 0 for value in found.values())
    assert found["system_errors"] < 1


def test_a_service_that_breaks_is_seen_in_the_traffic(tmp_path: Path, clock: VirtualClock) -> None:
    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            traffic = Traffic(samples)
            before = traffic.step(clock.read(), timedelta(minutes=1), {})
            after = traffic.step(clock.read() + PAST, timedelta(minutes=1), {"auth": "failing"})
            counters = [not one[NAME].endswith("_bytes") for one in traffic.labels]
            assert (after >= before)[counters].all()
            failed = [
                place
                for place, one in enumerate(traffic.labels)
                if one.get("status") == "500" and one["service"] == "auth"
            ]
            assert np.all(after[failed] - before[failed] > 10)

    run_virtually(clock, story)
