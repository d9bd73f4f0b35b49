"""The store of samples: who may write takes a place for each series, who reads chooses by labels."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
import numpy as np

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.promql.source import Every, Labels, Matcher, Matchers, Metadata, Series, Times, Values, is_stale
from bosco.signals.archive import ended
from bosco.signals.choose import Choice
from bosco.signals.labels import Key, key_of, labels_of, name_of
from bosco.signals.latest import Latest, Places
from bosco.signals.match import accepted
from bosco.signals.opening import Opened, open_samples
from bosco.signals.register import Register
from bosco.signals.sample_tables import METADATA, SAMPLES, SERIES, VALUES, laid
from bosco.signals.select import MILLISECOND, count_of, samples_of, tables_of, wanted_of
from bosco.telemetry.columns import Array
from bosco.telemetry.grid import micros
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.telemetry import Telemetry

# A series that Bosco was told nothing of for so long has ended; the plan's own measures may come once a month.
ENDS_AFTER = timedelta(hours=2)
OWN_ENDS_AFTER = timedelta(days=40)
MOST_METADATA = 50_000
MOST_REMEMBERED = 10_000
# Milliseconds between two samples of one series, where they come as fast as anybody sends them; below that many
# samples it does not matter how many there are.
DENSEST, WORTH_COUNTING = 1000, 1_000_000


@service
class Samples:
    """Every sample that arrived; `Source` of PromQL."""

    def __init__(self, telemetry: Telemetry, clock: Clock) -> None:
        self._telemetry = telemetry
        self._clock = clock
        self._loading = asyncio.Lock()
        self._loaded = False
        self._found: dict[tuple[Matcher, ...], tuple[int, Places]] = {}
        self._metadata: dict[str, Metadata] = {}
        self.register = Register()
        self.since = 0
        telemetry.declare(SERIES, SAMPLES, VALUES, METADATA)

    @property
    def latest(self) -> Latest:
        """Return the last sample of each series, by place."""
        return self.register.latest

    @property
    def is_loaded(self) -> bool:
        """Say whether the series that live are known."""
        return self._loaded

    async def load(self) -> None:
        """Read which series live, once, when telemetry has been opened."""
        async with self._loading:
            if self._loaded:
                return
            now = micros(self._clock.read())
            since = now - ENDS_AFTER // timedelta(microseconds=1)
            opened = await self._telemetry.read(lambda reader: open_samples(reader, since, now))
            self._take_up(opened, now // MILLISECOND)
            self.since = now // MILLISECOND
            self._loaded = True

    def _take_up(self, opened: Opened, now: int) -> None:
        self.register.start_at(opened.next_number)
        self._metadata.update(opened.metadata)
        for living in opened.living:
            if self.register.find(living.key) is not None:
                continue
            place = self.register.add(living.key, living.source, own=living.own, number=living.number)
            at = np.array([place])
            self.latest.take(at, np.array([living.time]), np.array([living.value]), min(now, living.time))
            self.latest.counts[at] = 0

    def place(self, labels: Mapping[str, str] | Key, source: str, *, own: bool = False) -> int:
        """Return the place of a series, making it known if it is new; refused when it cannot be taken."""
        if not self._loaded:
            raise Refusal(Code.UNAVAILABLE, msg("Bosco is starting: try again in a moment."))
        key = labels if isinstance(labels, tuple) else key_of(labels.items())
        place = self.register.find(key)
        if place is None:
            place = self.register.add(key, source, own=own)
            self._tell_series(place)
        # Whoever holds a place must find it alive when the samples are durable.
        self.latest.told[place] = self._now()
        return place

    def _tell_series(self, place: int) -> None:
        key = self.register.key(place)
        # In the order of the table's columns.
        self._telemetry.append_row_soon(
            SERIES,
            (
                int(self.register.numbers[place]),
                name_of(key),
                msgspec.json.encode(key).decode(),
                self.register.source_of(place),
                bool(self.register.own[place]),
                micros(self._clock.read()),
            ),
        )

    async def append(self, places: Places, times: Times, values: Values) -> None:
        """Keep samples, times in milliseconds; they are durable when this returns."""
        parts = self._parts(places, times, values)
        await asyncio.gather(*(self._telemetry.append(table, columns) for table, columns in parts))
        self.latest.take(places, times, values, self._now())

    def append_soon(self, places: Places, times: Times, values: Values) -> None:
        """Keep samples, durable a moment later."""
        for table, columns in self._parts(places, times, values):
            self._telemetry.append_soon(table, columns)
        self.latest.take(places, times, values, self._now())

    def _parts(self, places: Places, times: Times, values: Values) -> list[tuple[TelemetryTable, dict[str, Array]]]:
        kept, special = laid(np.ascontiguousarray(values, dtype=np.float64))
        columns: dict[str, Array] = {
            "series": self.register.numbers[places],
            "instant": times * MILLISECOND,
            "value": kept,
            "special": special,
        }
        self.latest.told[places] = self._now()
        own = self.register.own[places]
        if not own.any():
            return [(SAMPLES, columns)]
        if own.all():
            return [(VALUES, columns)]
        return [
            (VALUES, {name: column[own] for name, column in columns.items()}),
            (SAMPLES, {name: column[~own] for name, column in columns.items()}),
        ]

    async def find(self, matchers: Matchers) -> Places:
        """Return the places of living series that match, in their order; the same answer as long as no series comes."""
        wanted = tuple(matchers)
        index = self.register.index
        while (known := self._found.get(wanted)) is None or known[0] != index.version:
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()
            version = index.version
            found = await self._choose(wanted)
            # A series may have come while a pattern was looked at.
            if index.version == version:
                self._found[wanted] = (version, found)
        return known[1]

    async def _choose(self, wanted: tuple[Matcher, ...]) -> Places:
        choice = Choice(self.register.index, wanted)
        if not choice.hard:
            return choice.among()
        values = choice.values()
        held = await self._telemetry.read(
            lambda reader: {one: accepted(one, given, reader) for one, given in values.items()}
        )
        return choice.among(held)

    def labels_at(self, place: int) -> dict[str, str]:
        """Return the labels of a living series."""
        return labels_of(self.register.key(place))

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int, every: Every | None = None) -> list[Series]:
        """Return the series that match and have samples in the span, with those samples."""
        await self.load()
        found, own = await self._candidates(matchers, start_ms, end_ms)
        if not found:
            return []
        wanted, keys = wanted_of(found, start_ms, end_ms, every)
        return await self._telemetry.read(lambda reader: samples_of(reader, wanted, keys, tables_of(own)))

    async def weigh(self, matchers: Matchers, start_ms: int, end_ms: int) -> int:
        """Return about how many samples `select` would return, without reading them."""
        await self.load()
        found, own = await self._candidates(matchers, start_ms, end_ms)
        most = len(found) * ((end_ms - start_ms) // DENSEST + 1)
        if most < WORTH_COUNTING:
            return most
        wanted, _ = wanted_of(found, start_ms, end_ms, None)
        return await self._telemetry.read(lambda reader: count_of(reader, wanted, tables_of(own)))

    async def _candidates(self, matchers: Matchers, start: int, end: int) -> tuple[dict[Key, list[int]], Array]:
        places = await self.find(matchers)
        found = {self.register.key(place): [int(self.register.numbers[place])] for place in places.tolist()}
        own = self.register.own[places]
        if start < self._now() - ENDS_AFTER // timedelta(milliseconds=1):
            living = set(self.register.numbers[np.flatnonzero(self.register.index.everything())].tolist())
            past = await self._telemetry.read(lambda reader: ended(reader, tuple(matchers), living, end * MILLISECOND))
            for number, key, its_own in past:
                found.setdefault(key, []).append(number)
                own = np.append(own, its_own)
        return found, own

    async def of(self, places: Places, start_ms: int, end_ms: int) -> list[Series]:
        """Return living series by their places, with their samples in the span; one without any is left out."""
        await self.load()
        if not len(places):
            return []
        found = {self.register.key(place): [int(self.register.numbers[place])] for place in places.tolist()}
        wanted, keys = wanted_of(found, start_ms, end_ms)
        tables = tables_of(self.register.own[places])
        return await self._telemetry.read(lambda reader: samples_of(reader, wanted, keys, tables))

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return like `select`, but of each series only the last sample in the span: from memory where possible."""
        await self.load()
        places = await self.find(matchers)
        times = self.latest.times[places]
        # Memory answers for series whose last sample is in the span, unless some of that time is not in memory.
        if (times > end_ms).any() or start_ms < self._now() - ENDS_AFTER // timedelta(milliseconds=1):
            found = await self.select(matchers, start_ms, end_ms)
            return [Series(one.labels, one.times[-1:], one.values[-1:]) for one in found]
        within = places[(times >= start_ms) & (times <= end_ms)]
        return [
            Series(self.labels_at(place), self.latest.times[place : place + 1], self.latest.values[place : place + 1])
            for place in within.tolist()
        ]

    async def series(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[Labels]:
        """Return the labels of series that match and lived in the span."""
        return [labels_of(key) for key in await self._lived(selectors, start_ms, end_ms)]

    async def _lived(self, selectors: Sequence[Matchers], start: int, end: int) -> list[Key]:
        await self.load()
        if end < start:
            return []
        found: dict[Key, None] = {}
        recent = start >= self._now() - ENDS_AFTER // timedelta(milliseconds=1)
        for matchers in selectors or ((),):
            if recent:
                places = await self.find(matchers)
                places = places[self.latest.times[places] >= start]
                found.update(dict.fromkeys(self.register.key(place) for place in places.tolist()))
            else:
                found.update(dict.fromkeys((await self._candidates(matchers, start, end))[0]))
        return sorted(found)

    async def labels(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        """Return the names of labels that such series have, in order."""
        return sorted({name for key in await self._lived(selectors, start_ms, end_ms) for name in key[::2]})

    async def label_values(self, name: str, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        """Return the values of one label that such series have, in order."""
        keys = await self._lived(selectors, start_ms, end_ms)
        return sorted({labels_of(key)[name] for key in keys if name in key[::2]})

    async def metadata(self, metric: str | None = None) -> Mapping[str, Sequence[Metadata]]:
        """Return what senders have said of one metric, or of all."""
        if metric is not None:
            return {metric: [self._metadata[metric]]} if metric in self._metadata else {}
        return {name: [told] for name, told in self._metadata.items()}

    def told_unit(self, metric: str) -> str:
        """Return the unit that senders say a metric comes in, empty if they say none."""
        found = self._metadata.get(metric)
        return found.unit if found else ""

    def note_metadata(self, told: Mapping[str, Metadata]) -> None:
        """Keep what a sender says of metrics; saying the same again costs nothing."""
        new = {name: one for name, one in told.items() if self._metadata.get(name) != one}
        room = MOST_METADATA - len(self._metadata)
        new = dict(list(new.items())[: max(0, room)])
        if not new:
            return
        self._metadata.update(new)
        at = micros(self._clock.read())
        self._telemetry.append_soon(
            METADATA,
            {
                "metric": list(new),
                "type": [one.type for one in new.values()],
                "unit": [one.unit for one in new.values()],
                "help": [one.help for one in new.values()],
                "instant": [at] * len(new),
            },
        )

    def forget_ended(self) -> int:
        """Let go of series that nobody has fed for long; what they were stays on disk."""
        now, index = self._now(), self.register.index
        places = np.flatnonzero(index.everything())
        told = np.maximum(self.latest.told[places], 0)
        spans = (ENDS_AFTER // timedelta(milliseconds=1), OWN_ENDS_AFTER // timedelta(milliseconds=1))
        lasts = np.where(self.register.own[places], spans[1], spans[0])
        gone = places[told < now - lasts]
        self.register.remove(gone)
        return len(gone)

    def is_living(self, place: int) -> bool:
        """Say whether the last that came of a series was not its end."""
        return bool(self.latest.times[place]) and not bool(is_stale(self.latest.values[place : place + 1])[0])

    def _now(self) -> int:
        return micros(self._clock.read()) // MILLISECOND
