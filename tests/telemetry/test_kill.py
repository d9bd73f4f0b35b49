import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.telemetry.things import LEVELS, add, expected, micros, opened, summed

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.telemetry.grid import DAY

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def acknowledged_until_killed(folder: Path, start: datetime, first: int, rows: int) -> set[tuple[int, int, int]]:
    """Start the process, kill it after about so many acknowledged rows, and return what it had acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.telemetry.killed", str(folder), str(first), start.isoformat()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    told = [process.stdout.readline() for _ in range(rows)]
    process.send_signal(signal.SIGKILL)
    told.extend(process.stdout)
    assert process.wait() == -signal.SIGKILL
    whole = [line.split() for line in told if line.endswith("\n") and line.strip()]
    return {(int(lane), int(at), int(number)) for lane, number, at in whole}


def test_a_killed_process_loses_nothing_it_acknowledged_and_counts_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    acknowledged: set[tuple[int, int, int]] = set()
    start = START
    for kill in range(6):
        acknowledged |= acknowledged_until_killed(tmp_path, start, kill * 1_000_000, chance.randint(30, 500))
        start += timedelta(hours=2)
    assert len(acknowledged) > 100
    clock = VirtualClock(start)

    async def story() -> None:
        async with opened(tmp_path, clock) as telemetry:
            for again in range(2):
                found = await telemetry.read(lambda reader: reader.rows("SELECT kind, instant, worth FROM things"))
                assert acknowledged <= set(found)
                # What was under way at a kill may be there or not, but once.
                assert len(set(found)) == len(found)
                assert len(found) - len(acknowledged) <= 6 * 10 + again
                since, until = micros(START) - DAY, micros(start) + DAY
                for level in LEVELS:
                    sums = await telemetry.read(lambda reader: summed(reader, level, since, until))  # noqa: B023
                    assert sums == expected(found, telemetry, level, since, until)
                # Once more when everything that was left open has been rolled up.
                await clock.sleep(timedelta(days=2))
                await add(telemetry, (1, micros(clock.read()), 1))
                await telemetry.flush()

    run_virtually(clock, story)
