"""Who was behind a proof, remembered for some seconds, so that not every request asks the database."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.web.visitor import Visitor

# Another process, or a command on the server, may have ended a session: that long it can still be used here.
FOR = timedelta(seconds=5)
MOST = 10_000


@dataclass(frozen=True)
class _Kept:
    visitor: Visitor
    until: float


@service
class Remembered:
    """Visitors by the digest of their proof; every change made in this process forgets all of them at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.version = 0

    def find(self, digest: str) -> Visitor | None:
        """Return who was behind that proof a moment ago."""
        kept = self._kept.get(digest)
        return kept.visitor if kept and self._clock.monotonic() < kept.until else None

    def keep(self, digest: str, visitor: Visitor, version: int) -> None:
        """Remember a visitor, unless something changed since the version that the question was asked at."""
        if version != self.version:
            return
        self._kept[digest] = _Kept(visitor, self._clock.monotonic() + FOR.total_seconds())
        self._kept.move_to_end(digest)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Ask the database again for everybody."""
        self.version += 1
        self._kept.clear()
