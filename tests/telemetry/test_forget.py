import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.telemetry.things import LADDER, QUICK, THINGS, add, micros, opened, summed

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.telemetry.grid import DAY, HOUR, MINUTE
from bosco.telemetry.table import Ladder, TelemetryTable
from bosco.telemetry.telemetry import Telemetry
from bosco.telemetry.upkeep import ROWS_AT_ONCE, Forgetting

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHORT = TelemetryTable(
    THINGS.name,
    THINGS.columns,
    keep=timedelta(hours=6),
    ladders=(
        Ladder(
            LADDER.name,
            LADDER.of,
            LADDER.key,
            LADDER.figures,
            keep={"minute": timedelta(hours=12), "hour": timedelta(days=2)},
        ),
    ),
)


async def a_row_every(telemetry: Telemetry, clock: VirtualClock, pause: timedelta, span: timedelta) -> int:
    count = 0
    for _ in range(span // pause):
        row = {"kind": [1], "instant": [micros(clock.read())], "worth": [1], "said": [None]}
        await telemetry.append(SHORT, row)
        await telemetry.flush()
        count += 1
        await clock.sleep(pause)
    return count


def oldest(reader) -> dict[str, float]:
    tables = ["things", *(LADDER.table(level) for level in ("minute", "hour", "day"))]
    return {table: reader.rows(f"SELECT min(instant) FROM {table}")[0][0] for table in tables}


def test_rows_go_when_they_are_too_old_and_roll_ups_keep_their_sums(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock, SHORT) as telemetry:
            count = await a_row_every(telemetry, clock, timedelta(minutes=30), timedelta(days=3))
            now = micros(clock.read())
            found = await telemetry.read(oldest)
            # A deletion takes away at most an hour at once, so rows may stay that much longer; never shorter.
            assert 6 * HOUR - HOUR // 2 <= now - found["things"] <= 8 * HOUR
            assert 12 * HOUR - HOUR // 2 <= now - found["thing_minute"] <= 14 * HOUR
            assert 2 * DAY - HOUR <= now - found["thing_hour"] <= 2 * DAY + 3 * HOUR
            assert found["thing_day"] == telemetry.grid.floor("day", micros(START))
            days = await telemetry.read(lambda reader: summed(reader, "day", 0, now + DAY))
            assert sum(row[2] for row in days) == count
            assert telemetry.stats().forgotten > count // 2

    run_virtually(clock, story)


def test_what_a_coarser_rung_still_needs_is_never_forgotten(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock, SHORT) as telemetry:
            for name in SHORT.spans():
                telemetry.keep(name, timedelta(0) if name != "thing_day" else None)
            count = await a_row_every(telemetry, clock, timedelta(minutes=20), timedelta(hours=30))
            now = micros(clock.read())
            days = await telemetry.read(lambda reader: summed(reader, "day", 0, now + DAY))
            assert sum(row[2] for row in days) == count

    run_virtually(clock, story)


def test_how_long_rows_are_kept_may_change_while_it_runs(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            first = micros(clock.read())
            await add(telemetry, *[(1, first + n * MINUTE, 1) for n in range(600)])
            await clock.sleep(timedelta(days=3))
            await add(telemetry, (1, micros(clock.read()), 1))
            await telemetry.flush()
            assert telemetry.stats().forgotten == 0
            telemetry.keep("things", timedelta(days=1))
            for _ in range(40):
                await clock.sleep(timedelta(seconds=30))
                await add(telemetry, (2, micros(clock.read()), 1))
            await telemetry.flush()
            assert telemetry.stats().forgotten == 600

    run_virtually(clock, story)


def test_the_plan_says_for_how_long_and_takes_it_back(tmp_path: Path) -> None:
    table = TelemetryTable(THINGS.name, THINGS.columns, keep=timedelta(days=3), kept_as="looks", ladders=(LADDER,))
    telemetry = Telemetry(tmp_path, VirtualClock(START))
    telemetry.keep_as({"looks": timedelta(days=9), "minutes": timedelta(days=5)})
    telemetry.declare(table)
    assert telemetry.kept("things") == timedelta(days=9)
    assert telemetry.kept("thing_minute") == timedelta(days=5)
    assert telemetry.kept("thing_hour") == table.spans()["thing_hour"]
    telemetry.keep_as({})
    assert telemetry.kept("things") == timedelta(days=3)
    telemetry.declare(table)
    assert telemetry.kept("thing_minute") == table.spans()["thing_minute"]


def test_a_row_waits_for_one_short_deletion_at_most(tmp_path: Path) -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            first = micros(clock.read())
            await add(telemetry, *[(1, first + n * MINUTE // 50, 1) for n in range(200_000)])
            await clock.sleep(timedelta(days=5))
            await add(telemetry, (1, micros(clock.read()), 1))
            await clock.sleep(timedelta(minutes=5))
            telemetry.keep("things", timedelta(days=1))
            gone = [telemetry.stats().forgotten]
            while gone[-1] < 200_000:
                await add(telemetry, (2, micros(clock.read()), 1))
                gone.append(telemetry.stats().forgotten)
                assert len(gone) < 20_000
            steps = [after - before for before, after in itertools.pairwise(gone)]
            assert max(steps) <= 2 * ROWS_AT_ONCE
            assert sum(step > 0 for step in steps) >= 5

    run_virtually(clock, story)


def test_each_deletion_takes_about_as_many_rows_as_it_may() -> None:
    per_minute, place = 3000, Forgetting(0)
    taken = []
    for _ in range(50):
        rows = per_minute * place.stretch // MINUTE
        taken.append(rows)
        place.done(place.until + place.stretch, rows)
    assert max(taken) <= 2 * ROWS_AT_ONCE
    assert min(taken[10:]) >= ROWS_AT_ONCE // 4


def test_old_rows_give_their_room_to_new_ones(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    plain = TelemetryTable("plain", {"instant": "BIGINT", "worth": "DOUBLE"}, keep=timedelta(hours=2))

    async def story() -> None:
        async with opened(tmp_path, clock, plain, pace=QUICK) as telemetry:
            sizes = []
            for hour in range(9):
                for part in range(6):
                    first = micros(clock.read())
                    at = [first + n * 30_000 for n in range(20_000)]
                    worth = [(n * 2654435761 % 1000003) / 7 for n in range(hour + part, hour + part + 20_000)]
                    await telemetry.append(plain, {"instant": at, "worth": worth})
                    await telemetry.flush()
                    await clock.sleep(timedelta(minutes=10))
                sizes.append(telemetry.stats().file_bytes)
            # Twelve times as many rows went in as are kept.
            assert sizes[-1] <= sizes[4] * 1.3

    run_virtually(clock, story)
