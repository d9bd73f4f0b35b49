"""How many samples of each series come: counted between two looks of readers, or since the start."""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bosco.kit.clock import Clock
from bosco.promql.source import Values
from bosco.signals.samples import Samples
from bosco.telemetry.grid import micros

# Two looks that are nearer than this tell little; those that are farther tell of another time.
NEAR, FAR = 60.0, 900.0


@dataclass(frozen=True)
class _Counted:
    at: float
    counts: npt.NDArray[np.int64]


class Rates:
    """Samples a minute, by the place of the series."""

    def __init__(self, samples: Samples, clock: Clock) -> None:
        self._samples = samples
        self._clock = clock
        self._looks: deque[_Counted] = deque()

    def each_minute(self) -> Values:
        """Return the rates until now."""
        now, counts = self._clock.monotonic(), self._samples.latest.counts
        while self._looks and now - self._looks[0].at > FAR:
            self._looks.popleft()
        before = next((one for one in reversed(self._looks) if now - one.at >= NEAR), None)
        if not self._looks or now - self._looks[-1].at >= NEAR:
            self._looks.append(_Counted(now, counts.copy()))
        if before is None:
            since = micros(self._clock.read()) / 1e6 - self._samples.since / 1000
            return counts.astype(np.float64) * (60.0 / max(since, NEAR))
        gone = np.zeros(len(counts), dtype=np.int64)
        gone[: len(before.counts)] = before.counts
        # A place that was given to another series began to count anew.
        new = np.where(counts >= gone, counts - gone, counts)
        return new.astype(np.float64) * (60.0 / (now - before.at))
