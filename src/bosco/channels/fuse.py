"""A channel that fails again and again is left alone for a while; and how many letters it may carry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES = 5
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)


@dataclass
class Fuse:
    """What is known of a channel in this process."""

    failures: int = 0
    open_until: datetime | None = None
    last_good: datetime | None = None
    last_bad: datetime | None = None
    because: object = None

    def holds_until(self, now: datetime) -> datetime | None:
        """Return until when nothing is tried, if it is blown."""
        return self.open_until if self.open_until is not None and now < self.open_until else None

    @property
    def is_doubtful(self) -> bool:
        """Say whether it has failed so often that one letter must find out first."""
        return self.failures >= FAILURES

    def good(self, now: datetime) -> None:
        """Take note of a letter that arrived."""
        self.failures, self.open_until, self.last_good = 0, None, now

    def rest(self, until: datetime, because: object) -> None:
        """Leave a channel alone that is well and has enough for now."""
        self.open_until, self.because = until, because

    def bad(self, now: datetime, because: object) -> None:
        """Take note of a letter that did not."""
        self.failures += 1
        self.last_bad, self.because = now, because
        if self.failures >= FAILURES:
            pause = SHORTEST * 2 ** min(self.failures - FAILURES, 4)
            self.open_until = now + min(pause, LONGEST)


@dataclass
class Bucket:
    """How many letters a channel may still carry: its limit, refilled as time goes."""

    rate: float
    most: float
    left: float
    at: datetime

    def take(self, now: datetime) -> timedelta | None:
        """Take one; return how long to wait if there is none."""
        self.left = min(self.most, self.left + (now - self.at).total_seconds() * self.rate)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return None
        return timedelta(seconds=(1 - self.left) / self.rate)
