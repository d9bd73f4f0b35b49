import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bosco.kit.clock import Clock, RealClock, VirtualClock, run_virtually
from bosco.kit.words import msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan, load_texts
from bosco.probes.chart import Series, step_of
from bosco.probes.kind import Expectation, Reading
from bosco.probes.results import ProbeResults
from bosco.probes.rollup import OUTCOMES
from bosco.services.burn import Events
from bosco.services.spans import Span
from bosco.telemetry.grid import DAY, HOUR, MINUTE
from bosco.telemetry.groups import Pace
from bosco.telemetry.telemetry import Telemetry

START = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
QUICK = Pace(soon=timedelta(milliseconds=2), asked=timedelta(milliseconds=1))
Story = Callable[[Telemetry, ProbeResults], Awaitable[None]]


def plan_in(zone: str) -> Plan:
    plan = load_texts({"plan.yml": f"plan: Shop\ntimezone: {zone}\n"}).plan
    assert plan is not None
    return plan


async def tell(folder: Path, clock: Clock, story: Story) -> None:
    telemetry = Telemetry(folder, clock, QUICK)
    results = ProbeResults(telemetry, clock, CurrentPlan(plan_in("Europe/Paris")))
    await telemetry.open()
    try:
        await results.load()
        await story(telemetry, results)
    finally:
        await telemetry.close()


def up(took: float, **phases: float) -> Reading:
    spans = {name: timedelta(milliseconds=span) for name, span in phases.items()}
    return Reading("up", took=timedelta(milliseconds=took), phases=spans)


def test_the_last_looks_tell_what_was_seen(tmp_path: Path) -> None:
    because = msg("no answer within {limit}", limit=msg("{n} seconds", n=5))
    down = Reading(
        "down",
        because,
        (Expectation("status (500) == 200", False), Expectation("time (12ms) < 1s", True, "degraded")),
        parts={"database": "down", "cache": "up"},
        phases={"dns": timedelta(milliseconds=1), "connect": timedelta(milliseconds=2)},
        took=timedelta(seconds=5),
    )

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        results.record_soon("api", START, up(120, dns=2, connect=10, tls=20, first_byte=80, body=8), "up")
        results.record_soon("other", START, up(1), "up")
        await results.record("api", START + timedelta(minutes=1), down, "up")
        latest, first = await results.last("api")
        assert (latest.outcome, latest.shown, latest.took) == ("down", "up", timedelta(seconds=5))
        assert latest.expectations == down.expectations
        assert latest.parts == down.parts
        assert latest.phases == down.phases
        assert say(latest.because, "en") == "no answer within 5 seconds"
        assert first.at == START
        assert sum(first.phases.values(), timedelta(0)) == first.took == timedelta(milliseconds=120)
        assert await results.last("api", before=latest.at) == [first]
        assert await results.last("never heard of") == []

    asyncio.run(tell(tmp_path, RealClock(), story))


def test_what_a_hostile_server_says_is_kept_short(tmp_path: Path) -> None:
    hostile = Reading(
        "down",
        msg("it said {text}", text="\udce9" * 100_000),
        tuple(Expectation("x" * 100_000, False) for _ in range(1000)),
        parts={f"{number}" * 1000: "down" for number in range(1000)},
        measures={"m" * 10_000: float("nan")},
        took=timedelta(days=3000),
    )

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        await results.record("api", START, hostile, "down")
        (kept,) = await results.last("api")
        assert len(say(kept.because, "en")) < 1000
        assert len(kept.expectations) + len(kept.parts) <= 80
        size = await telemetry.read(lambda reader: reader.rows("SELECT max(length(seen)) FROM probe_looks")[0][0])
        assert size < 50_000

    asyncio.run(tell(tmp_path, RealClock(), story))


def test_names_keep_their_history_over_a_restart(tmp_path: Path) -> None:
    async def first(telemetry: Telemetry, results: ProbeResults) -> None:
        for name in ("api", "web", "db"):
            await results.record(name, START, up(10), "up")

    async def second(telemetry: Telemetry, results: ProbeResults) -> None:
        await results.record("cache", START, up(10), "up")
        await results.record("db", START + timedelta(minutes=1), up(20), "up")
        assert [result.took.microseconds for result in await results.last("db")] == [20_000, 10_000]
        found = await results.summaries(START - timedelta(hours=1), START + timedelta(hours=1))
        assert {name: summary.up for name, summary in found.items()} == {"api": 1, "web": 1, "db": 2, "cache": 1}

    for story in (first, second):
        asyncio.run(tell(tmp_path, RealClock(), story))


def looks_of_three_days() -> list[tuple[datetime, Reading]]:
    chance, looks = Random(7), []
    at = START
    while at < START + timedelta(days=3):
        outcome = chance.choices(OUTCOMES, (90, 5, 4, 1))[0]
        took = 20 + chance.expovariate(1 / 80)
        looks.append((at, replace(up(took, dns=1, connect=took / 4, first_byte=took / 2), outcome=outcome)))
        at += timedelta(seconds=30 if outcome != "unknown" else 600)
    return looks


def whole(series: Series) -> tuple[int, int, int, int]:
    return sum(series.up), sum(series.degraded), sum(series.down), sum(series.unknown)


def test_every_chart_of_a_span_tells_the_same_counts_and_nearly_the_same_times(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    looks = looks_of_three_days()

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        for number, (at, reading) in enumerate(looks):
            results.record_soon("api", at, reading, "up")
            results.record_soon("neighbour", at, replace(reading, took=timedelta(seconds=50)), "up")
            if number % 500 == 0:
                await telemetry.flush()
                await clock.sleep(max(timedelta(0), at - clock.read()))
        await telemetry.flush()
        until = looks[-1][0] + timedelta(seconds=1)
        expected = tuple(sum(reading.outcome == outcome for _, reading in looks) for outcome in OUTCOMES)
        answered = [
            reading.took.total_seconds() * 1000 for _, reading in looks if reading.outcome in ("up", "degraded")
        ]
        sources = set()
        for points in (10, 24, 40, 80, 600, 1200, 2000):
            series = await results.series("api", START, until, points)
            sources.add(series.source)
            assert whole(series) == expected
            assert len(series.at) <= points + 1
            counts = np.array(series.up) + np.array(series.degraded)
            total = sum(mean * count for mean, count in zip(series.mean, counts, strict=True) if mean is not None)
            assert total == pytest.approx(sum(answered), rel=1e-4)
            assert min(value for value in series.least if value is not None) == pytest.approx(min(answered), rel=1e-4)
            assert max(value for value in series.most if value is not None) == pytest.approx(max(answered), rel=1e-4)
            assert set(series.phases) == {"dns", "connect", "first_byte"}
        # The clocks changed on the last of these three days, so they touch four.
        assert sources == {"minute", "hour"}
        short = await results.series("api", START, START + timedelta(minutes=30))
        assert short.source == "looks"
        assert sum(whole(short)) == sum(at < START + timedelta(minutes=30) for at, _ in looks)
        true = np.quantile(answered, [0.5, 0.95, 0.99])
        assert (await results.summaries(START, until))["api"].p95 == pytest.approx(true[1], rel=0.1)
        days = await results.series("api", START - timedelta(days=300), until)
        assert days.source == "day"
        assert whole(days) == expected
        assert len(days.at) == 4

    run_virtually(clock, lambda: tell(tmp_path, clock, story))


KEPT = {"looks": 14 * DAY, "minute": 14 * DAY, "hour": 400 * DAY, "day": None}


@pytest.mark.parametrize(
    ("span", "age", "step", "source"),
    [
        (10 * MINUTE, 0, 1_000_000, "looks"),
        (5 * HOUR, 0, 30_000_000, "looks"),
        (6 * HOUR, 0, MINUTE, "minute"),
        (DAY, 0, 3 * MINUTE, "minute"),
        (2 * DAY, 0, 5 * MINUTE, "minute"),
        (7 * DAY, 0, HOUR, "hour"),
        (30 * DAY, 0, 2 * HOUR, "hour"),
        (90 * DAY, 0, 4 * HOUR, "hour"),
        (365 * DAY, 0, DAY, "day"),
        (3650 * DAY, 0, 7 * DAY, "day"),
        (60_000 * DAY, 0, 100 * DAY, "day"),
        # What is no longer kept that fine is shown as fine as it is.
        (DAY, 20 * DAY, HOUR, "hour"),
        (DAY, 500 * DAY, DAY, "day"),
    ],
)
def test_a_chart_has_enough_points_and_reads_few_rows(span: int, age: int, step: int, source: str) -> None:
    assert step_of(span, 600, age, KEPT) == (step, source)


def test_a_probe_that_was_never_looked_at_has_an_empty_chart(tmp_path: Path) -> None:
    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        await results.record("api", START, up(10), "up")
        for name, since in (("nobody", START), ("api", START - timedelta(days=1))):
            series = await results.series(name, since, since + timedelta(hours=1))
            assert (series.at, series.mean, series.p95) == ([], [], [])
        backwards = await results.series("api", START + timedelta(hours=1), START)
        assert backwards.at == []

    asyncio.run(tell(tmp_path, RealClock(), story))


def test_looks_are_counted_for_the_speed_at_which_a_budget_burns(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    down = Reading("down", "status (500) == 200")
    windows = [timedelta(minutes=5), timedelta(hours=1), timedelta(days=3)]

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        for minute in range(26 * 60):
            at = START + timedelta(minutes=minute)
            results.record_soon("api", at, down if minute % 100 == 59 else up(10), "up")
            results.record_soon("blind", at, Reading("unknown", "no network"), "unknown")
        await telemetry.flush()
        await clock.sleep(timedelta(hours=26))
        await results.record("api", clock.read(), down, "down")
        now = clock.read()
        whole = {window: [Span(now - window, now)] for window in windows}
        assert await results.events(["api", "blind", "never"], whole) == {
            windows[0]: Events(2, 6),
            windows[1]: Events(2, 61),
            windows[2]: Events(17, 26 * 60 + 1),
        }
        assert await results.events(["never"], whole) == dict.fromkeys(windows, Events(0, 0))
        # Planned work takes its looks out of the windows, the minutes that it cuts as well.
        work = Span(now - timedelta(minutes=30), now - timedelta(minutes=10))
        cut = {windows[1]: [Span(now - windows[1], work.start), Span(work.end, now)]}
        assert (await results.events(["api"], cut))[windows[1]] == Events(2, 41)

    run_virtually(clock, lambda: tell(tmp_path, clock, story))


def test_steps_and_measures_are_kept_beside_the_look(tmp_path: Path) -> None:
    reading = Reading("up", measures={"cert_days": 12.5}, phases={"sign in": timedelta(milliseconds=40)})

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        await results.record("shop", START, reading, "up")
        rows = await telemetry.read(
            lambda reader: reader.rows(
                "SELECT name, value FROM probe_measures JOIN probe_measure_names ON number = measure ORDER BY value"
            )
        )
        assert rows == [("step sign in", 0.04), ("cert_days", 12.5)]

    asyncio.run(tell(tmp_path, RealClock(), story))


def test_measures_have_charts_too(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story(telemetry: Telemetry, results: ProbeResults) -> None:
        for minute in range(180):
            measures = {"cpu": float(minute % 3), "disk": 50.0 if minute % 2 else float("inf")}
            results.record_soon("host", START + timedelta(minutes=minute), Reading("up", measures=measures), "up")
        await telemetry.flush()
        await clock.sleep(timedelta(minutes=180))
        for span, source in (
            (timedelta(hours=3), "looks"),
            (timedelta(hours=6), "minute"),
            (timedelta(days=30), "hour"),
        ):
            now = clock.read()
            found = await results.measured("host", now - span, now, 600)
            assert set(found) == {"cpu", "disk"}
            cpu, disk = found["cpu"], found["disk"]
            assert cpu.source == source
            assert (min(cpu.least), max(cpu.most)) == (0.0, 2.0)
            assert sum(cpu.mean) / len(cpu.mean) == pytest.approx(1.0, abs=0.1)
            # What is no number is kept, and drawn nowhere.
            assert set(disk.mean) == {50.0}
        assert await results.measured("nobody", START, clock.read()) == {}
        await results.record("host", clock.read(), Reading("up"), "up")

    run_virtually(clock, lambda: tell(tmp_path, clock, story))
