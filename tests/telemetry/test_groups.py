import asyncio
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.telemetry.things import QUICK, THINGS, add, opened

from bosco.kit.clock import RealClock, VirtualClock, run_virtually
from bosco.kit.refusal import Code, Refusal
from bosco.telemetry.groups import Pace
from bosco.telemetry.service import TelemetryHealth
from bosco.telemetry.telemetry import Telemetry

AT = 1_772_000_000_000_000


def rows_of(kind: int, count: int = 1) -> dict[str, list[object]]:
    return {"kind": [kind] * count, "instant": [AT] * count, "worth": [1] * count, "said": [None] * count}


async def kinds(telemetry: Telemetry) -> list[int]:
    found = await telemetry.read(lambda reader: reader.rows("SELECT kind FROM things ORDER BY kind"))
    return [kind for (kind,) in found]


def test_rows_are_there_when_the_wait_is_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            await telemetry.append(THINGS, rows_of(1))
            assert await kinds(telemetry) == [1]

    asyncio.run(story())


def test_many_that_wait_share_one_commit(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            await asyncio.gather(*[telemetry.append(THINGS, rows_of(kind)) for kind in range(500)])
            assert await kinds(telemetry) == list(range(500))
            assert telemetry.stats().commits == 1

    asyncio.run(story())


def test_rows_that_nobody_waits_for_come_soon(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

    async def story() -> None:
        async with opened(tmp_path, clock, pace=Pace(soon=timedelta(milliseconds=200))) as telemetry:
            telemetry.append_soon(THINGS, rows_of(1))
            await clock.sleep(timedelta(milliseconds=199))
            assert await kinds(telemetry) == []
            await clock.sleep(timedelta(milliseconds=2))
            await telemetry.flush()
            assert await kinds(telemetry) == [1]
            assert clock.elapsed < 0.3

    run_virtually(clock, story)


def test_a_great_many_rows_do_not_wait_for_company(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

    async def story() -> None:
        async with opened(tmp_path, clock, pace=Pace(soon=timedelta(hours=1), group=1000)) as telemetry:
            telemetry.append_soon(THINGS, rows_of(1, 1000))
            await telemetry.flush()
            assert clock.elapsed < 1

    run_virtually(clock, story)


def test_rows_handed_over_together_are_one_transaction(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            seen = set()

            async def watch() -> None:
                while 30 not in seen:
                    seen.add(len(await kinds(telemetry)))

            watching = asyncio.create_task(watch())
            for _ in range(10):
                for kind in (1, 2, 3):
                    telemetry.append_soon(THINGS, rows_of(kind))
                await asyncio.wait([watching], timeout=0.01)
            await watching
            assert {count % 3 for count in seen} == {0}

    asyncio.run(story())


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    async def story() -> None:
        pace = Pace(soon=timedelta(minutes=1), asked=timedelta(milliseconds=1))
        async with opened(tmp_path, RealClock(), pace=pace) as telemetry:
            telemetry.append_soon(THINGS, rows_of(1))
        async with opened(tmp_path, RealClock()) as telemetry:
            assert await kinds(telemetry) == [1]

    asyncio.run(story())


def test_rows_that_cannot_be_written_harm_only_themselves(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    # Late, so rolled up at once: and the sum of these fits into no number of that size.
    too_big = {**rows_of(2, 2), "worth": [2**63 - 1] * 2}

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            await add(telemetry, (0, AT, 1))
            await telemetry.flush()
            answers = await asyncio.gather(
                telemetry.append(THINGS, rows_of(1)),
                telemetry.append(THINGS, too_big),
                telemetry.append(THINGS, rows_of(3)),
                return_exceptions=True,
            )
            assert [type(answer) for answer in answers] == [type(None), Refusal, type(None)]
            assert await kinds(telemetry) == [0, 1, 3]
            assert telemetry.stats().dropped == 2

    run_virtually(clock, story)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            pass
        for asked in (telemetry.append(THINGS, rows_of(1)), kinds(telemetry), telemetry.flush()):
            with pytest.raises(Refusal) as refused:
                await asked
            assert refused.value.code is Code.UNAVAILABLE
        await telemetry.close()

    asyncio.run(story())


def test_when_too_many_rows_wait_more_are_refused_and_counted(tmp_path: Path) -> None:
    async def story() -> None:
        pace = Pace(soon=timedelta(minutes=1), asked=timedelta(milliseconds=1), most_waiting=10_000)
        async with opened(tmp_path, RealClock(), pace=pace) as telemetry:
            telemetry.append_soon(THINGS, rows_of(1, 1000))
            telemetry.append_soon(THINGS, rows_of(2, 10))
            assert telemetry.stats().dropped == 10
            with pytest.raises(Refusal) as refused:
                await telemetry.append(THINGS, rows_of(3))
            assert refused.value.code is Code.TOO_MANY
            await telemetry.flush()
            await telemetry.append(THINGS, rows_of(4))
            assert set(await kinds(telemetry)) == {1, 4}

    asyncio.run(story())


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process may grow past 16 kB, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def make_room() -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_told_to_who_waits_and_the_rest_is_written_when_there_is_room(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock(), pace=QUICK) as telemetry:
            await telemetry.append(THINGS, rows_of(1))
            telemetry.append_soon(THINGS, rows_of(2))
            big = {**rows_of(3, 5000), "instant": [AT + n * n * 77_777 for n in range(5000)]}
            with pytest.raises(Refusal) as refused:
                await telemetry.append(THINGS, big)
            assert refused.value.code is Code.UNAVAILABLE
            health = TelemetryHealth(telemetry)
            assert "could not be written" in (await health.not_ready() or "")
            # Reading goes on, and what was durable is still there.
            assert 1 in await kinds(telemetry)
            make_room()
            await telemetry.append(THINGS, rows_of(4))
            assert await kinds(telemetry) == [1, 2, 4]
            assert await health.not_ready() is None
            figures = {gauge.name: gauge.value for gauge in await health.figures()}
            assert figures["bosco_telemetry_rows_total"] == 3
            assert figures["bosco_telemetry_dropped_rows_total"] == 5000
        async with opened(tmp_path, RealClock()) as telemetry:
            assert await kinds(telemetry) == [1, 2, 4]

    asyncio.run(story())


def test_a_question_that_takes_too_long_is_ended_and_the_next_one_answered(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock(), pace=Pace(question=timedelta(milliseconds=50))) as telemetry:
            endless = "SELECT count(*) FROM range(1000000000000) a(i) WHERE i % 7 = 3"
            for _ in range(3):
                with pytest.raises(Refusal) as refused:
                    await telemetry.read(lambda reader: reader.rows(endless))
                assert refused.value.code is Code.UNAVAILABLE
                assert "took too long" in str(refused.value)
            assert await kinds(telemetry) == []

    asyncio.run(story())


def test_a_question_while_rows_arrive_sees_one_instant(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:

            def counts(reader) -> list[int]:
                slow = "SELECT count(*) FROM range(1000000) a(i), things WHERE i % 7 = kind"
                count = "SELECT count(*) FROM things"
                return [reader.rows(sql)[0][0] for sql in (count, slow, count)][::2]

            asked = [asyncio.create_task(telemetry.read(counts)) for _ in range(6)]
            written = 0
            while not all(task.done() for task in asked):
                await telemetry.append(THINGS, rows_of(written))
                written += 1
            for task in asked:
                before, after = task.result()
                assert before == after
            assert len(await kinds(telemetry)) == written > 1

    asyncio.run(story())
