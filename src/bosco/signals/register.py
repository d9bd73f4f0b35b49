"""Every series that lives: its place in memory, its number on disk, and who feeds it, so many of each at most."""

import numpy as np

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.signals.index import Index
from bosco.signals.labels import Key, say_key, shown
from bosco.signals.latest import Latest, Places

MOST_OF_SOURCE = 100_000
MOST = 400_000
MOST_TOLD = 50
_FIRST = 1024


class Register:
    """Places of series, by their labels."""

    def __init__(self, most: int = MOST, most_of_source: int = MOST_OF_SOURCE) -> None:
        self.index = Index()
        self.latest = Latest()
        self.numbers = np.zeros(_FIRST, dtype=np.int32)
        self.own = np.zeros(_FIRST, dtype=bool)
        self.sources = np.zeros(_FIRST, dtype=np.int32)
        self.source_names: list[str] = []
        self.refused: dict[str, int] = {}
        self._places: dict[Key, int] = {}
        self._source_numbers: dict[str, int] = {}
        self._fed: dict[str, int] = {}
        self._next = 0
        self._most = most
        self._most_of_source = most_of_source
        self._limits: dict[str, int] = {}
        self._caches: list[dict[bytes, int]] = []
        # Grows whenever places are given up, for whoever holds some while others have their turn.
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._places)

    def start_at(self, number: int) -> None:
        """Give no number below that one."""
        self._next = max(self._next, number)

    def limit(self, source: str, most: int | None) -> None:
        """Let a source feed so many series at most; None for as many as any other."""
        if most is None:
            self._limits.pop(source, None)
        else:
            self._limits[source] = most

    def limit_of(self, source: str) -> int:
        """Return how many series a source may feed."""
        return self._limits.get(source, self._most_of_source)

    def fed_by(self, source: str) -> int:
        """Return how many series a source feeds."""
        return self._fed.get(source, 0)

    @property
    def fed(self) -> dict[str, int]:
        """Return how many series sources feed, those with the most in front."""
        found = sorted(self._fed.items(), key=lambda one: -one[1])[:MOST_TOLD]
        return {source: count for source, count in found if count}

    def cache(self) -> dict[bytes, int]:
        """Return a table for a protocol to remember places in; what is forgotten is taken out of it."""
        made: dict[bytes, int] = {}
        self._caches.append(made)
        return made

    def drop_cache(self, cache: dict[bytes, int]) -> None:
        """Let go of a table that nobody uses any more."""
        self._caches = [one for one in self._caches if one is not cache]

    def find(self, key: Key) -> int | None:
        """Return the place of a series."""
        return self._places.get(key)

    def add(self, key: Key, source: str, *, own: bool, number: int | None = None) -> int:
        """Give a series its place, and its number unless it has one; refused when there are too many."""
        if number is None:
            self._refuse_too_many(key, source)
            number = self._next
        self.start_at(number + 1)
        place = self.index.add(key)
        self.latest.make_room(place)
        self._make_room(place)
        self.latest.clear(np.array([place]))
        self._places[key] = place
        self.numbers[place], self.own[place] = number, own
        self.sources[place] = self._source(source)
        self._fed[source] = self._fed.get(source, 0) + 1
        return place

    def remove(self, places: Places) -> None:
        """Forget series, everywhere in memory."""
        gone = [int(place) for place in places if self.index.keys[place] is not None]
        if not gone:
            return
        for place in gone:
            key = self.index.keys[place]
            assert key is not None
            del self._places[key]
            source = self.source_of(place)
            self._fed[source] -= 1
        self.index.remove(gone)
        self.forgotten += 1
        dead = set(gone)
        for cache in self._caches:
            for raw in [raw for raw, place in cache.items() if place in dead]:
                del cache[raw]

    def source_of(self, place: int) -> str:
        """Return who feeds a series."""
        return self.source_names[int(self.sources[place])]

    def key(self, place: int) -> Key:
        """Return the labels of a living series."""
        key = self.index.keys[place]
        assert key is not None
        return key

    def _source(self, name: str) -> int:
        if name not in self._source_numbers:
            self._source_numbers[name] = len(self.source_names)
            self.source_names.append(name)
        return self._source_numbers[name]

    def _make_room(self, place: int) -> None:
        if place >= len(self.numbers):
            more = len(self.numbers)
            for name in ("numbers", "own", "sources"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros(more, dtype=held.dtype)]))

    def _refuse_too_many(self, key: Key, source: str) -> None:
        most = self.limit_of(source)
        if self.fed_by(source) >= most:
            self.refused[source] = self.refused.get(source, 0) + 1
            raise Refusal(
                Code.INVALID,
                msg(
                    "{source} sends more than {most} series; {series} is one too many.",
                    source=shown(source),
                    most=most,
                    series=say_key(key),
                ),
                msg("A label whose value is ever new (an id, an address, a time) belongs in a log, not in a measure."),
            )
        if len(self) >= self._most:
            self.refused[source] = self.refused.get(source, 0) + 1
            raise Refusal(Code.INVALID, msg("There are {most} series already, and no more fit.", most=self._most))
