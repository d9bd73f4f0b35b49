"""Which series have which labels: for each label and value, the places of its series."""

from array import array
from collections.abc import Collection, Iterable

import numpy as np

from bosco.signals.labels import Key
from bosco.signals.latest import Places

Postings = array


class Index:
    """Series by place; `version` grows whenever it changes."""

    def __init__(self) -> None:
        self.keys: list[Key | None] = []
        self.version = 0
        self._labels: dict[str, dict[str, Postings[int]]] = {}
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self.keys) - len(self._free)

    def add(self, key: Key) -> int:
        """Give a series a place."""
        if self._free:
            place = self._free.pop()
            self.keys[place] = key
        else:
            place = len(self.keys)
            self.keys.append(key)
        for name, value in zip(key[::2], key[1::2], strict=True):
            values = self._labels.setdefault(name, {})
            if value not in values:
                values[value] = array("q")
            values[value].append(place)
        self.version += 1
        return place

    def remove(self, places: Iterable[int]) -> None:
        """Forget series; their places are given to others."""
        gone = list(places)
        touched: set[tuple[str, str]] = set()
        for place in gone:
            key = self.keys[place]
            if key is not None:
                touched.update(zip(key[::2], key[1::2], strict=True))
                self.keys[place] = None
                self._free.append(place)
        dead = np.zeros(len(self.keys), dtype=bool)
        dead[gone] = True
        for name, value in touched:
            values = self._labels[name]
            held = np.array(values[value], dtype=np.int64)
            kept = held[~dead[held]]
            if len(kept):
                values[value] = array("q", kept.tobytes())
            else:
                del values[value]
                if not values:
                    del self._labels[name]
        self.version += 1

    def names(self) -> list[str]:
        """Return every label there is."""
        return list(self._labels)

    def values(self, name: str) -> Collection[str]:
        """Return every value of a label, as a view that follows the index."""
        return self._labels.get(name, {}).keys()

    def having(self, name: str, value: str) -> Places:
        """Return the places of the series with that one value."""
        return np.array(self._labels.get(name, {}).get(value, ()), dtype=np.int64)

    def mask(self, name: str, values: Iterable[str]) -> np.ndarray:
        """Return, for every place, whether its series has one of those values."""
        found = np.zeros(len(self.keys), dtype=bool)
        held = self._labels.get(name, {})
        for value in values:
            if value in held:
                found[np.array(held[value], dtype=np.int64)] = True
        return found

    def everything(self) -> np.ndarray:
        """Return, for every place, whether there is a series."""
        found = np.ones(len(self.keys), dtype=bool)
        found[self._free] = False
        return found
