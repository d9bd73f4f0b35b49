"""A process that appends and tells each acknowledged row, until somebody kills it; run by test_kill."""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.telemetry.things import THINGS

from bosco.kit.clock import RealClock
from bosco.telemetry.grid import micros
from bosco.telemetry.groups import Pace
from bosco.telemetry.telemetry import Telemetry

# Checkpoints all the time, so that some kill falls into one.
PACE = Pace(soon=timedelta(milliseconds=10), asked=timedelta(milliseconds=2), checkpoint_at=20_000)


class FastClock(RealClock):
    """A real clock whose minutes pass in a twentieth of a second, so that rungs end all the time."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = self.monotonic()

    def read(self) -> datetime:
        return self._start + timedelta(seconds=(self.monotonic() - self._began) * 1200)


async def main(folder: Path, first: int, start: str) -> None:
    clock = FastClock(datetime.fromisoformat(start))
    telemetry = Telemetry(folder, clock, PACE)
    telemetry.declare(THINGS)
    await telemetry.open()

    async def append_for_ever(lane: int) -> None:
        number = first + lane
        while True:
            # Some rows come up to half an hour late.
            at = micros(clock.read()) - (number % 7) * 300_000_000
            row = {"kind": [lane], "instant": [at], "worth": [number], "said": [f"row {number}"]}
            await telemetry.append(THINGS, row)
            sys.stdout.write(f"{lane} {number} {at}\n")
            sys.stdout.flush()
            number += 10

    await asyncio.gather(*[append_for_ever(lane) for lane in range(10)])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
