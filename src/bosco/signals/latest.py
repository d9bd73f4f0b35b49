"""The last sample of every series in memory, as columns: what judges thousands of rules reads here."""

import numpy as np
import numpy.typing as npt

from bosco.promql.source import Times, Values, is_stale

Places = npt.NDArray[np.int64]
_FIRST = 1024


class Latest:
    """`times` (milliseconds, 0 for nothing), `values` and `counts`, by the place of the series."""

    def __init__(self) -> None:
        self.times: Times = np.zeros(_FIRST, dtype=np.int64)
        self.values: Values = np.zeros(_FIRST, dtype=np.float64)
        # When Bosco was last told something of the series, by its own clock, and how often so far.
        self.told: Times = np.zeros(_FIRST, dtype=np.int64)
        self.counts: npt.NDArray[np.int64] = np.zeros(_FIRST, dtype=np.int64)

    def make_room(self, place: int) -> None:
        """Let there be such a place."""
        if place >= len(self.times):
            more = len(self.times)
            for name in ("times", "values", "told", "counts"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros(more, dtype=held.dtype)]))

    def clear(self, places: Places) -> None:
        """Forget what was at those places."""
        for held in (self.times, self.values, self.told, self.counts):
            held[places] = 0

    def take(self, places: Places, times: Times, values: Values, told: int) -> None:
        """Note samples; what is older than what is known changes nothing, equally old replaces it."""
        np.add.at(self.counts, places, 1)
        self.told[places] = told
        # Assigned in the order of time, the last of a series wins.
        order = np.argsort(times, kind="stable")
        places, times, values = places[order], times[order], values[order]
        newer = times >= self.times[places]
        if not newer.all():
            places, times, values = places[newer], times[newer], values[newer]
        self.times[places] = times
        # As bits: a copy of a float may quieten a NaN that signals.
        self.values.view(np.uint64)[places] = np.ascontiguousarray(values).view(np.uint64)

    def living(self, places: Places, since: int) -> Places:
        """Return those places that have a sample since then, and have not ended."""
        found = places[self.times[places] > since]
        return found[~is_stale(self.values[found])]
