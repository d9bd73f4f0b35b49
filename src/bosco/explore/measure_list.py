"""Every measure that arrives or that the plan names: how often it comes, its last value, who feeds it, who does not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from urllib.parse import quote, urlencode

import numpy as np

from bosco.kit.words import Message, Text, msg
from bosco.promql.source import NAME, Values, is_stale
from bosco.signals.latest import Places
from bosco.signals.samples import Samples
from bosco.telemetry.grid import instant

Order = Literal["name", "series", "rate", "oldest"]
ORDERS = {
    "name": msg("By name"),
    "series": msg("Most series first"),
    "rate": msg("Most samples first"),
    "oldest": msg("Longest silent first"),
}
Which = Literal["all", "plan", "unfed"]
WHICH: dict[Which, Message] = {"all": msg("All"), "plan": msg("Named by the plan"), "unfed": msg("Nobody feeds them")}
ON_A_PAGE = 50
LONGEST_SEARCH = 200
MOST_SOURCES = 3


@dataclass(frozen=True)
class Wanted:
    """What the reader wants to see of the list."""

    search: str = ""
    which: Which = "all"
    order: Order = "name"
    page: int = 1

    def address(self, **other: object) -> str:
        """Return the path of the list, asked for the same but for these."""
        asked = {"q": self.search, "which": self.which, "order": self.order, "page": self.page, **other}
        usual = {"which": "all", "order": "name", "page": 1}
        kept = {name: value for name, value in asked.items() if value and usual.get(name) != value}
        return f"/measures?{urlencode(kept)}" if kept else "/measures"


def wanted_of(search: str, which: str, order: str, page: int) -> Wanted:
    """Return what an address asks for; words that are none mean nothing."""
    return Wanted(
        " ".join(search.split())[:LONGEST_SEARCH],
        next((one for one in WHICH if one == which), "all"),
        cast(Order, order if order in ORDERS else "name"),
        min(max(1, page), 1_000_000),
    )


@dataclass(frozen=True)
class Row:
    """One measure; the value is that of its only series."""

    name: str
    label: Text | str
    series: int
    last: float | None
    unit: str
    at: datetime | None
    rate: float
    sources: tuple[str, ...]
    more_sources: int
    in_plan: bool

    @property
    def address(self) -> str:
        """Return the path of its page."""
        return address_of(self.name)


def address_of(measure: str) -> str:
    """Return the path of a measure's page."""
    return f"/measures/{quote(measure, safe='')}"


class Tally:
    """Figures of all measures at once, each a column over their names."""

    def __init__(self, samples: Samples, rates: Values) -> None:
        index, latest = samples.register.index, samples.latest
        self._samples = samples
        self.names = list(index.values(NAME))
        self._places: dict[str, Places] = {name: index.having(NAME, name) for name in self.names}
        self.series = np.fromiter(map(len, self._places.values()), np.int64, len(self.names))
        if not self.names:
            self.at, self.rate = np.zeros(0, np.int64), np.zeros(0)
            return
        places = np.concatenate(list(self._places.values()))
        begins = np.concatenate(([0], np.cumsum(self.series)[:-1]))
        self.at = np.maximum.reduceat(latest.times[places], begins)
        self.rate = np.add.reduceat(rates[places], begins)

    def last(self, name: str) -> float | None:
        """Return the last value of a measure with one series that has not ended."""
        places, latest = self._places[name], self._samples.latest
        values = latest.values[places]
        if len(places) != 1 or not latest.times[places[0]] or is_stale(values)[0] or not np.isfinite(values[0]):
            return None
        return float(values[0])

    def sources(self, name: str) -> list[str]:
        """Return who feeds a measure."""
        register = self._samples.register
        return [register.source_names[one] for one in np.unique(register.sources[self._places[name]]).tolist()]


@dataclass(frozen=True)
class Listed:
    """One page of the list, and how many measures there are of each kind."""

    rows: list[Row]
    counts: Mapping[Which, int]
    matching: int
    first: int

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return self.first + len(self.rows) - 1


def listed(
    tally: Tally,
    named: Mapping[str, Text | str],
    unit: Callable[[str], str],
    wanted: Wanted,
    texts: Mapping[str, str],
) -> Listed:
    """Return a page of the list; `named` are the measures of the plan, `texts` what is searched in of each of them."""
    known = {name: place for place, name in enumerate(tally.names)}
    unfed = [name for name in named if name not in known]
    words = wanted.search.casefold().split()
    pool = {"all": [*unfed, *tally.names], "plan": list(named), "unfed": unfed}
    found = {which: _holding(names, words, texts) for which, names in pool.items()}
    chosen = _ordered(found[wanted.which], known, tally, wanted.order, texts)
    first = (wanted.page - 1) * ON_A_PAGE
    rows = [_row(name, known, tally, named, unit) for name in chosen[first : first + ON_A_PAGE]]
    counts = cast(Mapping[Which, int], {which: len(names) for which, names in found.items()})
    return Listed(rows, counts, len(chosen), first + 1)


def _holding(names: Iterable[str], words: list[str], texts: Mapping[str, str]) -> list[str]:
    if not words:
        return list(names)
    return [name for name in names if all(word in texts.get(name, name).casefold() for word in words)]


def _ordered(
    names: list[str], known: Mapping[str, int], tally: Tally, order: Order, texts: Mapping[str, str]
) -> list[str]:
    if order == "name":
        return sorted(names, key=lambda name: texts.get(name, name).casefold())
    column = {"series": -tally.series, "rate": -tally.rate, "oldest": tally.at}[order]
    keys = {name: float(column[place]) for name, place in known.items()}
    return sorted(names, key=lambda name: (keys.get(name, -np.inf if order == "oldest" else np.inf), name))


def _row(
    name: str,
    known: Mapping[str, int],
    tally: Tally,
    named: Mapping[str, Text | str],
    unit: Callable[[str], str],
) -> Row:
    label = named.get(name, name)
    place = known.get(name)
    if place is None:
        return Row(name, label, 0, None, unit(name), None, 0.0, (), 0, True)
    sources, at = tally.sources(name), int(tally.at[place])
    return Row(
        name,
        label,
        int(tally.series[place]),
        tally.last(name),
        unit(name),
        instant(at * 1000) if at else None,
        float(tally.rate[place]),
        tuple(sources[:MOST_SOURCES]),
        max(0, len(sources) - MOST_SOURCES),
        name in named,
    )
