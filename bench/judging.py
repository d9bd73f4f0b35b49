"""How fast levels are judged: 5,000 rules over 50,000 series, and how that grows; in seconds of CPU, on one core."""

import asyncio
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bosco.alerts.judging import Judge, millis
from bosco.kit.clock import RealClock
from bosco.plan.load import Plan, load_texts
from bosco.signals.samples import Samples
from bosco.telemetry.telemetry import Telemetry

# Each measure has a warning and a critical level, and a series for each of its hosts.
SIZES = ((250, 20), (500, 20), (1000, 20), (2500, 20), (2500, 40))
ROUNDS = 20
STEP = timedelta(seconds=15)


def plan_of(measures: int) -> Plan:
    """Return a plan with two levels for each of that many measures."""
    lines = "\n".join(f"    - m{number}: {{warning: 70%, critical: 85%}}" for number in range(measures))
    plan = load_texts({"plan.yml": f"plan: Bench\nsupervision:\n  all:\n{lines}\n"}).plan
    assert plan is not None
    return plan


async def judged(measures: int, hosts: int, folder: Path) -> dict[str, float]:
    """Return how long it takes to begin, to judge when little changes, and after a new series."""
    telemetry = Telemetry(folder, RealClock())
    samples = Samples(telemetry, RealClock())
    await telemetry.open()
    await samples.load()
    count = measures * hosts
    keys = [("__name__", f"m{number // hosts}", "host", f"h{number % hosts}") for number in range(count)]
    places = np.array(
        [samples.register.add(key, f"bench{place // 50_000}", own=False) for place, key in enumerate(keys)]
    )
    chance = np.random.default_rng(1)
    judge, now = Judge(samples, plan_of(measures)), datetime.now(UTC)
    values = chance.uniform(0, 69, count)

    async def one_round() -> float:
        nonlocal now
        now += STEP
        # One in a thousand moves across a level and back.
        moved = chance.integers(0, count, count // 1000)
        values[moved] = chance.uniform(0, 100, len(moved))
        samples.latest.take(places, np.full(count, millis(now)), values, millis(now))
        began = time.process_time()
        turns = await judge.judge(now)
        for turn in turns:
            judge.standing(turn.pair, now)
        return time.process_time() - began

    first = await one_round()
    rounds = [await one_round() for _ in range(ROUNDS)]
    places = np.append(places, samples.register.add(("__name__", "m0", "host", "new"), "late", own=False))
    values, count = np.append(values, 1.0), count + 1
    grown = await one_round()
    await telemetry.close()
    return {"first": first, "round": statistics.median(rounds), "worst": max(rounds), "grown": grown}


def main() -> None:
    """Print how long each size takes, and how that grows with the size."""
    print(f"judging: seconds of CPU for one judgement of everything, the middle of {ROUNDS}; it is judged every 15 s")
    before: tuple[int, float] | None = None
    for measures, hosts in SIZES:
        with tempfile.TemporaryDirectory() as name:
            found = asyncio.run(judged(measures, hosts, Path(name)))
        pairs = 2 * measures * hosts
        growth = f"{found['round'] / before[1]:4.1f} x for {pairs / before[0]:3.1f} x as many" if before else ""
        before = (pairs, found["round"])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"  {2 * measures:6,} rules, {measures * hosts:7,} series: {found['round'] * 1000:7.1f} ms"
            f"  (worst {found['worst'] * 1000:6.1f}, first {found['first'] * 1000:7.1f},"
            f" after a new series {found['grown'] * 1000:7.1f})  {memory:4.0f} MB  {growth}",
            flush=True,
        )


if __name__ == "__main__":
    main()
