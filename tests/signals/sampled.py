"""A store of samples around a story, for the tests of this room and of those that read from it."""

from pathlib import Path

import numpy as np
from tests.telemetry.things import QUICK

from bosco.kit.clock import Clock
from bosco.signals.samples import Samples
from bosco.telemetry.telemetry import Telemetry


class sampled:  # noqa: N801 - reads as `async with sampled(…)`
    """Samples for the time of a block."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.telemetry = Telemetry(folder, clock, QUICK)
        self.samples = Samples(self.telemetry, clock)

    async def __aenter__(self) -> Samples:
        await self.telemetry.open()
        await self.samples.load()
        return self.samples

    async def __aexit__(self, *_: object) -> None:
        await self.telemetry.close()


async def put(
    samples: Samples, labels: dict[str, str], *told: tuple[int, float], source: str = "test", own: bool = False
) -> None:
    """Keep samples of one series, `(milliseconds, value)` each."""
    place = samples.place(labels, source, own=own)
    times = np.array([at for at, _ in told], dtype=np.int64)
    values = np.array([value for _, value in told], dtype=np.float64)
    await samples.append(np.full(len(told), place), times, values)
