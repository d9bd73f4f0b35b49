"""Which living series match: by the index alone where one value is asked for, by looking at values where it is not."""

from collections.abc import Collection, Mapping

import numpy as np

from bosco.promql.source import Matcher
from bosco.signals.index import Index
from bosco.signals.latest import Places
from bosco.signals.match import accepted, needs_reader

# So few series are looked at one by one rather than asking which of all values of a label fit.
_FEW = 2000


class Choice:
    """A choice of series: those with exact values first, then what else is asked of them."""

    def __init__(self, index: Index, wanted: tuple[Matcher, ...]) -> None:
        self._index = index
        exact = [one for one in wanted if one.op == "=" and one.value]
        self._others = [one for one in wanted if not (one.op == "=" and one.value)]
        self._found = _all_of(index, exact) if exact else None
        # Patterns that only RE2 may look at, so that none can keep Bosco busy.
        self.hard = [one for one in self._others if needs_reader(one)]

    def values(self) -> dict[Matcher, set[str]]:
        """Return the values that hard patterns must look at, the empty one told like any other."""
        return {one: {*self._values(one), ""} for one in self.hard}

    def _values(self, matcher: Matcher) -> Collection[str]:
        if self._found is None or len(self._found) > _FEW:
            return self._index.values(matcher.name)
        return {self._value(place, matcher.name) for place in self._found.tolist()}

    def _value(self, place: int, name: str) -> str:
        key = self._index.keys[place] or ()
        return next((value for one, value in zip(key[::2], key[1::2], strict=True) if one == name), "")

    def among(self, held: Mapping[Matcher, set[str]] | None = None) -> Places:
        """Return the places of the series that match, given what hard patterns accept."""
        found = np.flatnonzero(self._index.everything()) if self._found is None else self._found
        for matcher in self._others:
            found = self._narrow(found, matcher, held[matcher] if held and matcher in held else None)
        return np.sort(found)

    def _narrow(self, found: Places, matcher: Matcher, accepts: set[str] | None) -> Places:
        if matcher.op in ("=", "!="):
            # An empty value asks for series without the label, or for those with it.
            named = [matcher.value] if matcher.value else self._index.values(matcher.name)
            return self._having(found, matcher, named, (matcher.op == "!=") != bool(matcher.value))
        values = self._values(matcher)
        if accepts is None:
            accepts = accepted(matcher, {*values, ""})
        if "" in accepts:
            return self._having(found, matcher, set(values) - accepts, wanted=False)
        return self._having(found, matcher, accepts, wanted=True)

    def _having(self, found: Places, matcher: Matcher, values: Collection[str], wanted: bool) -> Places:
        chosen: Places = found[self._index.mask(matcher.name, values)[found] == wanted]
        return chosen


def _all_of(index: Index, exact: list[Matcher]) -> Places:
    parts = sorted((index.having(one.name, one.value) for one in exact), key=len)
    found = parts[0]
    for part in parts[1:]:
        has = np.zeros(len(index.keys), dtype=bool)
        has[part] = True
        found = found[has[found]]
    return found
