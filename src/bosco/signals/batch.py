"""What one request brought: samples by place, what it says of metrics, and what could not be taken."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bosco.kit.refusal import Refusal
from bosco.promql.source import Metadata, Times, Values
from bosco.signals.labels import Key
from bosco.signals.latest import Places
from bosco.signals.samples import Samples
from bosco.telemetry.grid import FIRST, LAST

# Clocks differ; but a sample from the day after tomorrow would hide everything that comes before then.
AHEAD = 10 * 60 * 1000
MOST_REASONS = 5


@dataclass
class Batch:
    """Samples on their way in; `take` may be told of columns and of single samples."""

    samples: Samples
    source: str
    now: int
    metadata: dict[str, Metadata] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    histograms: int = 0
    _columns: list[tuple[Places, Times, Values]] = field(default_factory=list)
    _loose: tuple[list[int], list[int], list[float]] = field(default_factory=lambda: ([], [], []))

    def place(self, labels: Mapping[str, str] | Key, samples: int = 1) -> int | None:
        """Return the place of a series; None, with the reason noted, when it cannot be taken."""
        try:
            return self.samples.place(labels, self.source)
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            self.refuse(str(refusal.says), samples)
            return None

    def refuse(self, why: str, samples: int = 1) -> None:
        """Note that samples cannot be taken; only the first few reasons are told."""
        why = why if len(self.refused) < MOST_REASONS or why in self.refused else "…"
        self.refused[why] += samples

    def add(self, place: int, time: int, value: float) -> None:
        """Take one sample."""
        places, times, values = self._loose
        places.append(place)
        times.append(time)
        values.append(value)

    def take(self, places: Places, times: Times, values: Values) -> None:
        """Take columns."""
        self._columns.append((places, times, values))

    def columns(self) -> tuple[Places, Times, Values]:
        """Return every sample that can be kept; those of other times are noted as refused."""
        places, times, values = self._loose
        parts = [*self._columns]
        if places:
            parts.append(
                (np.array(places, np.int64), np.array(times, dtype=np.int64), np.array(values, dtype=np.float64))
            )
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64)
        if len(parts) == 1:
            laid = parts[0]
        else:
            laid = (
                np.concatenate([part[0] for part in parts]),
                np.concatenate([part[1] for part in parts]),
                np.concatenate([part[2] for part in parts]),
            )
        inside = (laid[1] > FIRST // 1000) & (laid[1] <= min(self.now + AHEAD, LAST // 1000 - 1))
        if inside.all():
            return laid
        self.refuse("a sample is from the future, or from before 1970", int((~inside).sum()))
        return laid[0][inside], laid[1][inside], laid[2][inside]

    async def keep(self) -> int:
        """Make everything durable, and return how many samples that were."""
        places, times, values = self.columns()
        if self.metadata:
            self.samples.note_metadata(self.metadata)
        if len(places):
            await self.samples.append(places, times, values)
        return len(places)

    def told(self) -> str:
        """Return why samples were refused, for the sender's log."""
        return "; ".join(f"{count} refused: {why}" for why, count in self.refused.items())
