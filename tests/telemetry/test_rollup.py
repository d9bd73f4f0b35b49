from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.telemetry.things import LADDER, LEVELS, add, expected, micros, opened, summed

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.telemetry.grid import DAY, HOUR, MINUTE
from bosco.telemetry.telemetry import Telemetry

START = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
ZONES = ["UTC", "Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"]


async def assert_every_rung_equals_the_rows(telemetry: Telemetry, rows: list[tuple[int, int, int]]) -> None:
    first, last = min(at for _, at, _ in rows), max(at for _, at, _ in rows)
    for level in LEVELS:
        since, until = telemetry.grid.floor(level, first), last + 1
        found = await telemetry.read(lambda reader: summed(reader, level, since, until))  # noqa: B023 - awaited here
        assert found == expected(rows, telemetry, level, since, until)


# A step: rows at so many minutes before (or after) now, then so many minutes pass, perhaps with a restart.
STEPS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.integers(1, 3), st.one_of(st.integers(-4, 2), st.integers(-3000, 5)), st.integers(-1000, 1000)
            ),
            min_size=1,
            max_size=6,
        ),
        st.one_of(st.integers(0, 12), st.integers(0, 4000)),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


def sittings(steps: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = [[]]
    for rows, minutes, restart in steps:
        if restart:
            found.append([])
        found[-1].append((rows, minutes))
    return found


@settings(deadline=None, max_examples=15)
@given(zone=st.sampled_from(ZONES), steps=STEPS)
def test_rungs_equal_the_rows_whatever_comes_late_and_whenever_bosco_restarts(zone: str, steps) -> None:
    clock = VirtualClock(START)
    rows: list[tuple[int, int, int]] = []

    async def story() -> None:
        with TemporaryDirectory() as folder:
            for sitting in sittings(steps):
                async with opened(Path(folder), clock) as telemetry:
                    telemetry.use_zone(ZoneInfo(zone))
                    for given_rows, minutes in sitting:
                        new = [(kind, micros(clock.read()) + ago * MINUTE, worth) for kind, ago, worth in given_rows]
                        rows.extend(new)
                        await add(telemetry, *new)
                        await assert_every_rung_equals_the_rows(telemetry, rows)
                        await clock.sleep(timedelta(minutes=minutes))
                        await assert_every_rung_equals_the_rows(telemetry, rows)

    run_virtually(clock, story)


def test_what_is_over_is_written_once_and_read_from_there(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            for _ in range(3 * 24 * 2):
                await add(telemetry, *[(kind, micros(clock.read()), 10) for kind in (1, 2)])
                await clock.sleep(timedelta(minutes=30))
            await telemetry.flush()

            def counts(reader):
                return [reader.rows(f"SELECT count(*), sum(n) FROM {LADDER.table(level)}")[0] for level in LEVELS]

            minutes, hours, days = await telemetry.read(counts)
            # The last minutes, the hour and the day under way are still in the finer rung.
            assert minutes == (2 * 143, 2 * 143)
            assert hours == (2 * 71, 2 * 71 * 2)
            assert days == (2 * 3, 2 * (4 + 24 + 24) * 2)

    run_virtually(clock, story)


def test_two_months_away_do_not_cost_a_statement_for_each_empty_hour(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    rows = [(1, micros(START) + hour * HOUR, 3) for hour in (0, 1, 30)]

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            await add(telemetry, *rows)
        await clock.sleep(timedelta(days=60))
        async with opened(tmp_path, clock) as telemetry:
            rows.append((1, micros(clock.read()), 3))
            await add(telemetry, rows[-1])
            await telemetry.flush()
            await assert_every_rung_equals_the_rows(telemetry, rows)
            hours = await telemetry.read(lambda reader: reader.rows(f"SELECT count(*) FROM {LADDER.table('hour')}"))
            assert hours == [(3,)]

    run_virtually(clock, story)


def test_another_time_zone_changes_where_days_begin_and_loses_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            count = 0
            for zone in ("Europe/Paris", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"):
                telemetry.use_zone(ZoneInfo(zone))
                for _ in range(20):
                    await add(telemetry, (1, micros(clock.read()), 1))
                    count += 1
                    await clock.sleep(timedelta(minutes=165))
            for level in LEVELS:
                since, until = micros(START) - 3 * DAY, micros(clock.read()) + DAY
                found = await telemetry.read(lambda reader: summed(reader, level, since, until))  # noqa: B023
                assert sum(row[2] for row in found) == count

    run_virtually(clock, story)
