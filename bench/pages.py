"""Pages out of the whole of Bosco, by how much past there is: a day, a month and a year of a probe, and 700 probes."""

import asyncio
import contextlib
import gzip
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.schedule import running
from bosco.kit.clock import RealClock
from bosco.plan.current import CurrentPlan
from bosco.plan.load import load_texts
from bosco.plan.sections import discover
from bosco.probes.kind import Reading
from bosco.probes.results import ProbeResults
from bosco.probes.rollup import LOOKS_TABLE, PHASES
from bosco.probes.took import class_of
from bosco.telemetry.grid import DAY, SECOND, micros
from bosco.telemetry.telemetry import Telemetry

STEP = 30 * SECOND
PASTS = {"a day": 1, "30 days": 30, "a year": 365}
MANY, RESULTS = 700, 1_000_000
TIMES = 7
AT_ONCE = 100_000


def _plan(probes: int) -> str:
    lines = [f"  probe-{at}: {{tcp: '127.0.0.1:9', every: 1h, service: shop-{at // 10}}}" for at in range(probes)]
    services = [f"  shop-{at}: {{name: Shop of town {at}, sla: 99.9%}}" for at in range(-(-probes // 10))]
    return "\n".join(["plan: Bench", "services:", *services, "probes:", *lines])


async def _fill(folder: Path, plan: str, probes: int, looks: int, span: int) -> None:
    """Write so many looks, spread over the past, and their roll-ups."""
    loaded = load_texts({"plan.yml": plan}, discover()).plan
    assert loaded is not None
    telemetry = Telemetry(folder, RealClock())
    results = ProbeResults(telemetry, RealClock(), CurrentPlan(loaded))
    await telemetry.open()
    await results.load()
    now = datetime.now(UTC)
    for at in range(probes):
        results.record_soon(f"probe-{at}", now, Reading("up", took=timedelta(milliseconds=40)), "up")
    await telemetry.flush()
    rng, first = np.random.default_rng(1), micros(now) - span
    numbers = np.array(
        await telemetry.read(
            lambda reader: [row[0] for row in reader.rows("SELECT number FROM probe_names ORDER BY number")]
        )
    )
    classes = np.array([class_of(took) for took in range(20_000, 90_000, 1000)])
    why = '"status (500) == 200"'
    for start in range(0, looks, AT_ONCE):
        count = min(AT_ONCE, looks - start)
        at = first + np.arange(start, start + count) * (span // looks)
        took = rng.integers(20_000, 90_000, count)
        bad = rng.random(count) < 0.001
        columns = {
            "probe": numbers[np.arange(start, start + count) % probes],
            "instant": at,
            "outcome": np.where(bad, 2, 0),
            "shown": np.zeros(count, dtype=np.int64),
            "took": took,
            "class": np.where(bad, 101, classes[(took - 20_000) // 1000]),
            **dict.fromkeys(PHASES, took // 5),
            "because": [why if one else None for one in bad],
            "seen": [None] * count,
        }
        await telemetry.append(LOOKS_TABLE, columns)
    await telemetry.settle()
    await telemetry.close()


@contextlib.contextmanager
def _bosco(probes: int, looks: int, span: int) -> Iterator[tuple[str, str]]:
    plan = _plan(probes)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        asyncio.run(_fill(data, plan, probes, looks, span))
        command = [sys.executable, "-m", "bosco", "token", "create", "--role", "viewer", "--name", "bench"]
        told = subprocess.run([*command, "--data", name], capture_output=True, text=True, check=True)
        with running(plan, data) as (_, address):
            yield address, told.stdout.strip().splitlines()[-1]


def _ask(address: str, path: str, token: str) -> tuple[float, float, int, int]:
    """Return how long a page takes the first time and then, and its size as it is and packed."""
    times, body = [], b""
    for _ in range(TIMES):
        asked = urllib.request.Request(
            address + path, headers={"Authorization": f"Bearer {token}", "Accept": "text/html"}
        )
        began = time.perf_counter()
        with urllib.request.urlopen(asked, timeout=60) as answer:
            body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
    return times[0], statistics.median(times[1:]), len(body), len(gzip.compress(body, 6))


def main() -> None:
    """Print how long pages take and how much they weigh, and how that grows with the past."""
    print("pages: the whole of Bosco over HTTP; one probe that looked each 30 s")
    first: dict[str, float] = {}
    for name, days in PASTS.items():
        looks = days * DAY // STEP
        with _bosco(1, looks, days * DAY) as (address, token):
            for path in ("/services/shop-0?span=24h", "/services/shop-0?span=30d", "/probes/probe-0?span=30d"):
                cold, then, size, packed = _ask(address, path, token)
                first.setdefault(path, then)
                print(
                    f"  {path:28} after {name:8} ({looks:9,} looks): first {cold:6.1f} ms, then {then:6.1f} ms"
                    f"  ({then / first[path]:4.1f} x the first)  {size / 1000:5.0f} kB, {packed / 1000:4.0f} kB packed"
                )
    print(f"pages: {MANY} probes with {RESULTS:,} results")
    with _bosco(MANY, RESULTS, 10 * DAY) as (address, token):
        for path in ("/probes", "/services", "/probes/probe-7?span=30d"):
            cold, then, size, packed = _ask(address, path, token)
            print(
                f"  {path:28} first {cold:6.1f} ms, then {then:6.1f} ms"
                f"  {size / 1000:5.0f} kB, {packed / 1000:4.0f} kB packed"
            )


if __name__ == "__main__":
    main()
