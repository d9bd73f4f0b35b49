"""How busy and how well each channel is in this process: its fuse, its limit, and what is under way."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from bosco.channels.fuse import Bucket, Fuse
from bosco.channels.section import Channel
from bosco.store.parcel import TryAgain

# A slow channel leaves places for the others.
AT_ONCE = 3
SOON = timedelta(seconds=1)


class Traffic:
    """What is known of the ways out, as long as the process lives."""

    def __init__(self) -> None:
        self._fuses: dict[str, Fuse] = {}
        self._buckets: dict[str, Bucket] = {}
        self._under_way: dict[str, int] = {}

    def fuse(self, name: str) -> Fuse:
        """Return what is known of a channel."""
        return self._fuses.setdefault(name, Fuse())

    def hinders(self, name: str, channel: Channel, now: datetime) -> TryAgain | None:
        """Say until when a letter must wait for others of its channel, if it must; it has taken its place otherwise."""
        # One letter is enough to find out whether the far end is well again.
        if self._under_way.get(name, 0) >= (1 if self.fuse(name).is_doubtful else AT_ONCE):
            return TryAgain(now + SOON, "others are under way on this channel")
        limit = channel.limit or channel.way.carries
        if limit is None:
            return None
        rate = limit.each_second
        bucket = self._buckets.get(name)
        if bucket is None or bucket.rate != rate:
            most = max(1.0, limit.count)
            bucket = self._buckets[name] = Bucket(rate, most, most, now)
        wait = bucket.take(now)
        return None if wait is None else TryAgain(now + wait, "as many as the channel may carry")

    @contextlib.contextmanager
    def under_way(self, name: str) -> Iterator[None]:
        """Take a place on a channel while the block runs."""
        self._under_way[name] = self._under_way.get(name, 0) + 1
        try:
            yield
        finally:
            self._under_way[name] -= 1
