"""How late looks are: a histogram fine enough for a percentile, in constant memory."""

from bisect import bisect_left

# From one millisecond to a minute and a half, each bound a quarter above the one before.
BOUNDS: tuple[float, ...] = tuple(0.001 * 1.25**step for step in range(52))


class Lateness:
    """Counts durations in seconds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.count = 0
        self.total = 0.0
        self.most = 0.0

    def note(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.count += 1
        self.total += seconds
        self.most = max(self.most, seconds)

    def percentile(self, share: float) -> float:
        """Return the bound below which that share of them lies, at most a quarter too high; 0 if there are none."""
        wanted, seen = share * self.count, 0
        for bound, count in zip(BOUNDS, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return min(bound, self.most)
        return self.most

    def at_most(self, seconds: float) -> int:
        """Return how many were no longer than one of the bounds, or than the next bound above."""
        return sum(self.counts[: bisect_left(BOUNDS, seconds) + 1])
