"""How many looks may be under way: a large bound for all of them, a smaller one for each host, queues for the rest."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

EVERYWHERE = 2000
PER_HOST = 50
# Names of this machine: connections that stay inside it need no manners.
NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(eq=False, slots=True)
class _Host(Generic[T]):
    taken: int = 0
    queue: deque[T] = field(default_factory=deque)


class Slots(Generic[T]):
    """Slots that are taken and given back; who gets none waits in the queue of what is full."""

    def __init__(self, everywhere: int = EVERYWHERE, per_host: int = PER_HOST) -> None:
        self._everywhere = everywhere
        self._per_host = per_host
        self._taken = 0
        self._hosts: dict[str, _Host[T]] = {}
        self._queue: deque[tuple[T, str]] = deque()

    def take(self, item: T, host: str) -> bool:
        """Take a slot, or queue; say whether there was one."""
        if self._taken >= self._everywhere:
            self._queue.append((item, host))
            return False
        if host not in NEAR:
            at = self._hosts.setdefault(host, _Host())
            if at.taken >= self._per_host:
                at.queue.append(item)
                return False
            at.taken += 1
        self._taken += 1
        return True

    def give_back(self, host: str) -> list[T]:
        """Give a slot back, and return those that waited and have one now."""
        self._taken -= 1
        ready: list[T] = []
        if host not in NEAR:
            at = self._hosts[host]
            at.taken -= 1
            while at.queue and at.taken < self._per_host and self._taken < self._everywhere:
                at.taken += 1
                self._taken += 1
                ready.append(at.queue.popleft())
            if not at.taken and not at.queue:
                del self._hosts[host]
        while self._queue and self._taken < self._everywhere:
            item, its_host = self._queue.popleft()
            if self.take(item, its_host):
                ready.append(item)
        return ready

    def forget_waiting(self) -> Iterator[T]:
        """Empty the queues and yield what waited in them."""
        while self._queue:
            yield self._queue.popleft()[0]
        for at in self._hosts.values():
            while at.queue:
                yield at.queue.popleft()
