"""What one request brings, on its way in: places for its series, and what could not be taken."""

from collections import Counter
from datetime import timedelta

import numpy as np

from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.promql.source import Times, Values
from bosco.signals.labels import key_of
from bosco.signals.latest import Places
from bosco.signals.reading import Loose, Read, refuse
from bosco.signals.samples import Samples
from bosco.telemetry.grid import FIRST, LAST, micros

# Clocks differ; but a sample from the day after tomorrow would hide everything that comes before then.
AHEAD = 10 * 60 * 1000
# As many series as are given their places before others have their turn.
AT_ONCE = 500
# Spellings of series that are remembered: a sender may write one series in many ways.
MOST_KNOWN = 1_000_000


class Batch:
    """Samples of one source; `take`, then `keep`."""

    def __init__(self, samples: Samples, clock: Clock, source: str, *, own: bool = False) -> None:
        self.source = source
        self.refused: Counter[str] = Counter()
        self.histograms = 0
        self._samples = samples
        self._clock = clock
        self._own = own
        self._now = micros(clock.read()) // 1000
        self._read: list[Read] = []
        self._columns: list[tuple[Places, Times, Values]] = []
        # Of series whose samples are differences: when the last one was, and the sum so far.
        self._sums: dict[int, tuple[int, float]] = {}

    async def take(self, read: Read, known: dict[bytes, int] | None = None) -> None:
        """Give every series its place; what is new is remembered in `known` by its bytes."""
        self._read.append(read)
        self.refused.update(read.refused)
        if len(read.known[0]):
            # Whoever holds a place must find it alive when the samples are durable.
            self._samples.latest.told[read.known[0]] = self._now
            self._columns.append(read.known)
        for start in range(0, len(read.loose), AT_ONCE):
            if start:
                await self._clock.sleep(timedelta(0))
            self._take_some(read.loose[start : start + AT_ONCE], known)

    def _take_some(self, several: list[Loose], known: dict[bytes, int] | None) -> None:
        places: list[int] = []
        told: list[tuple[int, float]] = []
        for one in several:
            place = known.get(one.raw) if known and one.raw else None
            if place is None:
                place = self._place(one)
            else:
                self._samples.latest.told[place] = self._now
            if place is None:
                continue
            found = self._grown(place, one) if one.grows else one.samples
            places.extend([place] * len(found))
            told.extend(found)
            self.histograms += one.native
            if known is not None and one.raw and len(known) < MOST_KNOWN:
                known[one.raw] = place
        if told:
            times, values = zip(*told, strict=True)
            columns = np.array(times, dtype=np.int64), np.array(values, dtype=np.float64)
            self._columns.append((np.array(places, dtype=np.int64), *columns))

    def _place(self, one: Loose) -> int | None:
        try:
            return self._samples.place(key_of(one.labels), self.source, own=self._own)
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            refuse(self.refused, str(refusal.says), 0 if one.part else len(one.samples))
            return None

    def _grown(self, place: int, one: Loose) -> list[tuple[int, float]]:
        """Return differences as sums; one that was counted already counts once, one that comes late is refused."""
        latest = self._samples.latest
        total, last = float(latest.values[place]), int(latest.times[place])
        last, total = self._sums.get(place, (last, total if total == total else 0.0))  # noqa: PLR0124 - NaN
        found = []
        for time, value in one.samples:
            if time == last:
                continue
            if time < last:
                refuse(self.refused, "a difference came after a later one", 0 if one.part else 1)
                continue
            last, total = time, total + value
            found.append((time, total))
        self._sums[place] = (last, total)
        return found

    def columns(self) -> tuple[Places, Times, Values]:
        """Return every sample that can be kept; those of other times are noted as refused."""
        parts, self._columns = self._columns, []
        if not parts:
            return Read().known
        laid = parts[0] if len(parts) == 1 else _together(parts)
        inside = (laid[1] > FIRST // 1000) & (laid[1] <= min(self._now + AHEAD, LAST // 1000 - 1))
        if inside.all():
            return laid
        refuse(self.refused, "a sample is from the future, or from before 1970", int((~inside).sum()))
        return laid[0][inside], laid[1][inside], laid[2][inside]

    async def keep(self) -> int:
        """Make everything durable, and return how many samples that were."""
        places, times, values = self.columns()
        for read in self._read:
            if read.metadata:
                self._samples.note_metadata(read.metadata)
        if len(places):
            await self._samples.append(places, times, values)
        return len(places)

    def told(self) -> str:
        """Return why samples were refused, for the sender's log."""
        return "; ".join(f"{count} refused: {why}" for why, count in self.refused.items())


def _together(parts: list[tuple[Places, Times, Values]]) -> tuple[Places, Times, Values]:
    places, times, values = zip(*parts, strict=True)
    return np.concatenate(places), np.concatenate(times), np.concatenate(values)
