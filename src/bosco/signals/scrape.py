"""One target, scraped again and again: what it tells, whether it is up, and the end of what it no longer tells."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from bosco.kit.clock import Clock
from bosco.kit.net import NetFailed, timed_out
from bosco.kit.refusal import Refusal
from bosco.kit.words import Sayable
from bosco.promql.source import NAME, STALE, Metadata
from bosco.signals.exposition import OPEN_METRICS, Exposed, read_exposition
from bosco.signals.gate import Gate
from bosco.signals.labels import Key, key_of, labels_of
from bosco.signals.latest import Places
from bosco.signals.reading import Loose, refuse
from bosco.signals.samples import Samples
from bosco.signals.wire import Broken
from bosco.telemetry.grid import micros

# As many new series as are given their places before others have their turn.
AT_ONCE = 500
_NONE: Places = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Answer:
    """What a target answered."""

    body: bytes
    content_type: str = ""


Fetch = Callable[[timedelta], Awaitable[Answer]]


class Manners(Protocol):
    """How a job wants its targets to be taken."""

    @property
    def honor_labels(self) -> bool:
        """Return whether a target's own labels count more than Bosco's."""

    @property
    def honor_timestamps(self) -> bool:
        """Return whether a target's own instants count."""

    @property
    def samples(self) -> int:
        """Return how many samples are taken at most."""


@dataclass(frozen=True)
class Scraped:
    """How the last scrape went; `why` says what kept it, or a part of it, from being taken."""

    at: datetime
    took: timedelta
    samples: int
    up: bool
    why: Sayable = ""


@dataclass
class _Taken:
    """Samples of one scrape: of its own instant, and of instants that the target names."""

    places: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    dated: list[tuple[int, int, float]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    metadata: Mapping[str, Metadata] = field(default_factory=dict)
    scraped: int = 0
    added: int = 0

    def told(self) -> str:
        """Return why some of it was not taken."""
        return "; ".join(f"{count} refused: {why}" for why, count in self.refused.items())


class Target:
    """Remembers what it told last."""

    def __init__(
        self, job: str, labels: Mapping[str, str], manners: Manners, samples: Samples, clock: Clock, gate: Gate
    ) -> None:
        self.labels = labels
        self.last: Scraped | None = None
        self._source = f"scrape {job}"
        self._manners = manners
        self._samples = samples
        self._clock = clock
        self._gate = gate
        self._known = samples.register.cache()
        # The series that end when they are no longer told: those without instants of their own.
        self._told = _NONE
        self._figures = _NONE

    async def scrape(self, fetch: Fetch, limit: timedelta) -> None:
        """Ask once; whatever happens is kept as `up` and its like."""
        at, began = self._clock.read(), self._clock.monotonic()
        taken, up = _Taken(), False
        why: Sayable = ""
        try:
            taken = await self._take(await self._within(fetch, limit))
            up, why = True, taken.told()
        except (NetFailed, Refusal) as error:
            why = error.says
        except (Broken, OSError) as error:
            why = str(error)
        took = self._clock.monotonic() - began
        await self._keep(micros(at) // 1000, taken, up, took)
        self.last = Scraped(at, timedelta(seconds=took), taken.scraped, up, why)

    async def _within(self, fetch: Fetch, limit: timedelta) -> Answer:
        try:
            async with self._clock.limit(limit):
                return await fetch(limit)
        except TimeoutError as error:
            raise timed_out(error, limit) from error

    async def _take(self, answer: Answer) -> _Taken:
        is_open = answer.content_type.partition(";")[0].strip().casefold() == OPEN_METRICS

        def read(known: Mapping[bytes, int]) -> Exposed:
            return read_exposition(answer.body, is_open=is_open, known=known, most=self._manners.samples)

        with self._gate.room(len(answer.body)):
            forgotten = self._samples.register.forgotten
            exposed = await self._gate.read(len(answer.body), lambda: read(self._known))
            if self._samples.register.forgotten != forgotten:
                # A series that was recognised may have been let go of meanwhile.
                exposed = read({})
            return await self._place(exposed)

    async def _place(self, exposed: Exposed) -> _Taken:
        taken = _Taken(exposed.places, exposed.values, metadata=exposed.metadata, scraped=len(exposed))
        before = len(self._samples.register)
        if exposed.places:
            # Whoever holds a place must find it alive when the samples are durable.
            self._samples.latest.told[np.array(exposed.places)] = micros(self._clock.read()) // 1000
        for number, one in enumerate(exposed.loose, 1):
            self._place_one(one, taken)
            if number % AT_ONCE == 0:
                await self._clock.sleep(timedelta(0))
        taken.added = max(0, len(self._samples.register) - before)
        return taken

    def _place_one(self, one: Loose, taken: _Taken) -> None:
        try:
            place = self._samples.place(self._key(one), self._source)
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            refuse(taken.refused, str(refusal.says))
            return
        [(time, value)] = one.samples
        if time and self._manners.honor_timestamps:
            taken.dated.append((place, time, value))
            return
        taken.places.append(place)
        taken.values.append(value)
        if one.raw:
            self._known[one.raw] = place

    def _key(self, one: Loose) -> Key:
        # A label that stands twice is refused here.
        told = labels_of(key_of(one.labels))
        for name, value in self.labels.items():
            if name in told and not self._manners.honor_labels:
                moved = f"exported_{name}"
                while moved in told:
                    moved = f"exported_{moved}"
                told[moved] = told.pop(name)
            told.setdefault(name, value)
        return key_of(told.items())

    async def _keep(self, time: int, taken: _Taken, up: bool, took: float) -> None:
        told = np.array(taken.places, dtype=np.int64)
        ended = np.setdiff1d(self._told, told)
        figures = {
            "up": float(up),
            "scrape_duration_seconds": took,
            "scrape_samples_scraped": float(taken.scraped),
            "scrape_samples_post_metric_relabeling": float(taken.scraped - taken.refused.total()),
            "scrape_series_added": float(taken.added),
        }
        self._figures = np.array([self._figure(name) for name in figures], dtype=np.int64)
        places = [told, ended, self._figures]
        values = [np.array(taken.values, dtype=np.float64), np.full(len(ended), STALE), np.array([*figures.values()])]
        times = [np.full(sum(map(len, places)), time, dtype=np.int64)]
        if taken.dated:
            its_places, its_times, its_values = zip(*taken.dated, strict=True)
            places.append(np.array(its_places, dtype=np.int64))
            times.append(np.array(its_times, dtype=np.int64))
            values.append(np.array(its_values, dtype=np.float64))
        await self._samples.append(np.concatenate(places), np.concatenate(times), np.concatenate(values))
        self._told = np.unique(told)
        if taken.metadata:
            self._samples.note_metadata(taken.metadata)

    def _figure(self, name: str) -> int:
        return self._samples.place({**self.labels, NAME: name}, self._source)

    async def end(self) -> None:
        """Let everything that it told end: it is scraped no more."""
        self._samples.register.drop_cache(self._known)
        ended = np.union1d(self._told, self._figures)
        if len(ended):
            time = micros(self._clock.read()) // 1000
            await self._samples.append(ended, np.full(len(ended), time), np.full(len(ended), STALE))
