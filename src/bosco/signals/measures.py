"""Named measures: the values that the plan speaks of, told by people, programs, probes and Bosco itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Code, Refusal
from bosco.kit.units import convert
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.promql.source import NAME, Matcher, Metadata
from bosco.signals.labels import key_of
from bosco.signals.latest import Places
from bosco.signals.samples import Samples
from bosco.signals.section import unit_of
from bosco.telemetry.grid import instant, micros

# Clocks differ.
AHEAD = 600_000_000
_NAME = re.compile(r"[^\W\d][\w:.\-]{0,199}")


@dataclass(frozen=True)
class Told:
    """One value of a measure; without an instant, it is of now."""

    name: str
    value: float
    labels: Mapping[str, str]
    unit: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Value:
    """The last value of one series of a measure, in the measure's unit."""

    name: str
    labels: Mapping[str, str]
    value: float
    at: datetime
    unit: str
    source: str


@service
class Measures:
    """Takes values of measures and tells the last ones."""

    def __init__(self, samples: Samples, clock: Clock, current: CurrentPlan) -> None:
        self._samples = samples
        self._clock = clock
        self._current = current

    def record(
        self, name: str, labels: Mapping[str, str], value: float, at: datetime, *, source: str = "bosco"
    ) -> None:
        """Keep a value that is already in the measure's unit, durable a moment later."""
        places, times, values = self._columns([Told(name, value, labels, at=at)], source)
        self._samples.append_soon(places, times, values)

    async def push(self, told: list[Told], source: str) -> list[Value]:
        """Keep values; they are durable when this returns."""
        places, times, values = self._columns(told, source)
        await self._samples.append(places, times, values)
        return [
            Value(one.name, one.labels, float(value), instant(int(time) * 1000), self.unit(one.name), source)
            for one, time, value in zip(told, times, values, strict=True)
        ]

    def check(self, told: list[Told]) -> None:
        """Refuse values that cannot be taken."""
        now = self._clock.read()
        for one in told:
            self._value(one)
            at = micros(one.at or now)
            if at > micros(now) + AHEAD:
                raise Refusal(Code.INVALID, msg("A value cannot be from the future."))
            if at // 1000 <= 0:
                raise Refusal(Code.INVALID, msg("A value cannot be from before 1970."))
            key_of({**one.labels, NAME: one.name}.items())

    def _columns(self, told: list[Told], source: str) -> tuple[Places, np.ndarray, np.ndarray]:
        self.check(told)
        now = self._clock.read()
        values = np.array([self._value(one) for one in told], dtype=np.float64)
        times = np.array([micros(one.at or now) // 1000 for one in told], dtype=np.int64)
        places = [self._samples.place({**one.labels, NAME: one.name}, source, own=True) for one in told]
        return np.array(places, dtype=np.int64), times, values

    def _value(self, one: Told) -> float:
        if not _NAME.fullmatch(one.name):
            raise Refusal(
                Code.INVALID,
                msg("“{name}” cannot be the name of a measure.", name=one.name[:60]),
                msg("A name begins with a letter; letters, digits and _ - : . may follow."),
            )
        unit = self.unit(one.name)
        if one.unit is None or one.unit == unit:
            return one.value
        if not unit:
            self._samples.note_metadata({one.name: Metadata("gauge", unit=one.unit[:100])})
            return one.value
        try:
            return convert(one.value, one.unit, unit)
        except Unreadable as wrong:
            raise Refusal(Code.INVALID, wrong.says, where=one.name) from None

    def unit(self, name: str) -> str:
        """Return the unit of a measure, as the plan or its senders say it; empty if nobody does."""
        return unit_of(self._current.plan, name) or self._samples.told_unit(name)

    async def last(self, name: str) -> list[Value]:
        """Return the last value of each series of a measure that has not ended, in the order of their labels."""
        samples = self._samples
        places = samples.latest.living(await samples.find([Matcher(NAME, "=", name)]), 0)
        found = []
        for place in places.tolist():
            labels = samples.labels_at(place)
            labels.pop(NAME)
            at = instant(int(samples.latest.times[place]) * 1000)
            value = float(samples.latest.values[place])
            found.append(Value(name, labels, value, at, self.unit(name), samples.register.source_of(place)))
        return sorted(found, key=lambda one: sorted(one.labels.items()))
