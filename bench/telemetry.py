"""What telemetry costs: durable rows a second, bytes a row, charts after a day and after a year, deletions."""

import asyncio
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from bosco.kit.clock import RealClock
from bosco.plan.current import CurrentPlan
from bosco.plan.load import load_texts
from bosco.probes.kind import Reading
from bosco.probes.results import ProbeResults
from bosco.probes.rollup import LOOKS_TABLE
from bosco.telemetry.grid import DAY, HOUR, MINUTE, micros
from bosco.telemetry.groups import Pace
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.telemetry import FILE, Telemetry

PROBES = 700
SECONDS = 4.0
SPANS = {"24 h": timedelta(days=1), "30 days": timedelta(days=30), "1 year": timedelta(days=365)}
SAMPLES = TelemetryTable("samples", {"series": "INTEGER", "instant": "BIGINT", "value": "DOUBLE"})


async def opened(folder: Path, pace: Pace = Pace()) -> tuple[Telemetry, ProbeResults]:  # noqa: B008 - it is frozen
    clock = RealClock()
    telemetry = Telemetry(folder, clock, pace)
    plan = load_texts({"plan.yml": "plan: Bench\ntimezone: Europe/Paris"}).plan
    assert plan is not None
    results = ProbeResults(telemetry, clock, CurrentPlan(plan))
    telemetry.declare(SAMPLES)
    await telemetry.open()
    await results.load()
    return telemetry, results


def memory() -> str:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return f"{pages * resource.getpagesize() / 2**20:.0f} MB"


def a_reading(number: int) -> Reading:
    took = timedelta(microseconds=20_000 + number * 7919 % 90_000)
    return Reading(
        "up", took=took, phases={"dns": took / 9, "connect": took / 7, "first_byte": took / 2, "body": took / 5}
    )


async def looks_one_by_one(folder: Path) -> None:
    telemetry, results = await opened(folder)
    names = [f"probe-{number}" for number in range(PROBES)]
    began, used, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < SECONDS:
        now = datetime.now(UTC)
        for number in range(100):
            results.record_soon(names[(count + number) % PROBES], now, a_reading(count + number), "up")
        count += 100
        await asyncio.sleep(0)
    await telemetry.flush()
    took, used = time.perf_counter() - began, time.process_time() - used
    print(f"  looks, one by one:        {count / took:10,.0f} durable/s   {used / count * 1e6:5.1f} µs of CPU each")
    stats = telemetry.stats()
    commits, slowest = stats.commits / took, stats.slowest * 1000
    print(f"  commits:                  {commits:10.1f} /s, slowest {slowest:.0f} ms, memory {memory()}")
    await telemetry.close()


async def awaited(folder: Path) -> None:
    telemetry, results = await opened(folder)
    waits: list[float] = []
    until = time.perf_counter() + SECONDS

    async def one(number: int) -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            await results.record(f"probe-{number}", datetime.now(UTC), a_reading(number), "up")
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*[one(number) for number in range(256)])
    waits.sort()
    print(
        f"  looks, 256 waiting:       {len(waits) / SECONDS:10,.0f} durable/s   "
        f"wait p50 {waits[len(waits) // 2] * 1000:.0f} ms  p99 {waits[len(waits) * 99 // 100] * 1000:.0f} ms"
    )
    await telemetry.close()


async def samples(folder: Path) -> None:
    telemetry, _ = await opened(folder)
    at, batch, count = micros(datetime.now(UTC)), 20_000, 0
    began, used = time.perf_counter(), time.process_time()
    series, rng = np.arange(batch, dtype=np.int32), np.random.default_rng(1)
    while time.perf_counter() - began < SECONDS:
        value = rng.integers(0, 1000, batch) / 8
        await telemetry.append(SAMPLES, {"series": series, "instant": np.full(batch, at + count), "value": value})
        count += batch
    took, used = time.perf_counter() - began, time.process_time() - used
    print(f"  samples, in columns:      {count / took:10,.0f} durable/s   {used / count * 1e6:5.2f} µs of CPU each")
    await telemetry.close()
    print(f"  bytes a sample on disk:   {(folder / FILE).stat().st_size / count:10.1f}")


# One look a minute of each probe, one in a thousand of them down.
LOOKS = f"""
    INSERT INTO probe_looks
    SELECT (n * 7919 % {PROBES})::INTEGER, $first + n // {PROBES} * {MINUTE} + n % {PROBES} * 85000,
        CASE WHEN bad THEN 2 ELSE 0 END, 0, took, CASE WHEN bad THEN 101 ELSE ceil(log2(took / 100) * 4) END,
        took // 20, took // 8, took // 9, took // 2, took // 10,
        CASE WHEN bad THEN '"status (500) == 200"' END,
        CASE WHEN bad THEN '[[["status (500) == 200",false,"down"]],{{}}]' END
    FROM (SELECT n, n % 997 = 0 AS bad, (20000 + hash(n) % 90000)::UINTEGER AS took FROM range($count) t(n))
"""
HOURS = f"""
    INSERT INTO probe_looks_{{level}}
    SELECT n % {PROBES}, $first + n // {PROBES} * $length, $each - 1, 0, 1, 0,
        65000 * $each + hash(n) % 90000, 20000 + hash(n) % 999, 90000 + hash(n) % 999, {{phases}}
    FROM range($count) t(n)
"""
TOOK = f"""
    INSERT INTO probe_took_{{level}}
    SELECT n % {PROBES}, 31 + c, $first + n // {PROBES} * $length, $each // 8 + hash(n) % 9
    FROM range($count) t(n), range(9) u(c)
"""


async def filled(folder: Path, days: int, rungs: int) -> float:
    """Fill a file with looks of the last days and roll-ups of so many more; return the bytes a look takes."""
    telemetry, results = await opened(folder)
    for number in range(PROBES):
        results.record_soon(f"probe-{number}", datetime(2020, 1, 1, tzinfo=UTC), a_reading(number), "up")
    await telemetry.flush()
    await telemetry.close()
    now = micros(datetime.now(UTC)) // DAY * DAY
    connection = duckdb.connect(str(folder / FILE), config={"memory_limit": "1GB", "threads": 2})
    connection.execute("DELETE FROM probe_looks")
    connection.execute("CHECKPOINT")
    before = (folder / FILE).stat().st_size
    looks = days * DAY // MINUTE * PROBES
    connection.execute(LOOKS, {"first": now - days * DAY, "count": looks})
    connection.execute("CHECKPOINT")
    size = ((folder / FILE).stat().st_size - before) / looks
    for level, length in (("hour", HOUR), ("day", DAY)):
        # Older than the looks: as if they had been rolled up and forgotten.
        count = (rungs - days) * DAY // length * PROBES
        if count > 0:
            given = {"first": now - rungs * DAY, "count": count, "length": length}
            phases = ", ".join(["hash(n) % 9000 * $each"] * 5)
            connection.execute(HOURS.format(level=level, phases=phases), {**given, "each": length // MINUTE})
            connection.execute(TOOK.format(level=level), {**given, "each": length // MINUTE})
    connection.execute("UPDATE ladder_marks SET until = ?", [now - days * DAY])
    connection.close()
    telemetry, results = await opened(folder)
    results.record_soon("probe-1", datetime.now(UTC), a_reading(1), "up")
    await telemetry.settle()
    await telemetry.close()
    return size


async def questions(folder: Path, what: str, spans: dict[str, timedelta]) -> dict[str, float]:
    """Ask what pages ask, each for the first time and then again."""
    telemetry, results = await opened(folder)
    now, found = datetime.now(UTC), {}
    asked = {
        f"chart of {name}": lambda turn, span=span: results.series(f"probe-{turn * 97}", now - span, now)
        for name, span in spans.items()
    }
    asked["last 50 looks of one"] = lambda turn: results.last(f"probe-{turn * 97}")
    asked[f"summary of all {PROBES}, 24 h"] = lambda _: results.summaries(now - timedelta(days=1), now)
    for name, ask in asked.items():
        times = []
        for turn in range(7):
            began = time.perf_counter()
            await ask(turn)
            times.append((time.perf_counter() - began) * 1000)
        found[name] = statistics.median(times[1:])
        print(f"  {name:25} {what:13} first {times[0]:6.1f} ms, then {found[name]:6.1f} ms")
    print(f"  memory after that {memory()}, at rest", end=" ")
    await telemetry.settle()
    print(memory())
    await telemetry.close()
    return found


async def deletions(folder: Path) -> None:
    """Append while old rows are deleted, and while none are; the same file, one after the other."""
    found = []
    for keep in (None, timedelta(days=1)):
        telemetry, results = await opened(folder)
        telemetry.keep(LOOKS_TABLE.name, keep)
        waits = []
        until = time.perf_counter() + SECONDS * 2
        while time.perf_counter() < until:
            began = time.perf_counter()
            await results.record("probe-1", datetime.now(UTC), a_reading(1), "up")
            waits.append((time.perf_counter() - began) * 1000)
        waits.sort()
        found.append(waits[-1])
        what = "none deleted" if keep is None else f"{telemetry.stats().forgotten:,} rows deleted"
        print(f"  append with {what:24} p50 {waits[len(waits) // 2]:5.1f} ms  slowest {waits[-1]:5.1f} ms")
        await telemetry.close()
    size = (folder / FILE).stat().st_size / 2**20
    print(f"  slowest append with deletions / without: {found[1] / found[0]:.2f}   (a file of {size:.0f} MB)")


def main() -> None:
    """Print what telemetry costs."""
    print(f"telemetry: {PROBES} probes, one look a minute each; nothing imported but telemetry: {memory()}")
    with tempfile.TemporaryDirectory() as folder:
        for number, work in enumerate((looks_one_by_one, awaited, samples)):
            asyncio.run(work(Path(folder) / str(number)))
        found: dict[str, dict[str, float]] = {}
        for what, days in (("after a day", 1), ("after a month", 31), ("after a year", 365)):
            size = asyncio.run(filled(Path(folder) / what, min(days, 2), days))
            spans = {name: span for name, span in SPANS.items() if span.days <= days}
            found[what] = asyncio.run(questions(Path(folder) / what, what, spans))
        print(f"  bytes a look on disk:     {size:10.1f}")
        for name, after in found["after a year"].items():
            for what in ("after a day", "after a month"):
                if before := found[what].get(name):
                    print(f"  {name:25} after a year / {what:13} {after / before:5.2f}")
                    break
        asyncio.run(deletions(Path(folder) / "after a year"))


if __name__ == "__main__":
    main()
