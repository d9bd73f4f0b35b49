"""What probes saw: one row of telemetry for each look, and the questions that pages ask of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.packed import pack, unpack
from bosco.kit.words import Sayable
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.probes.chart import Series, Wish, series_of
from bosco.probes.kind import Expectation, Outcome, Reading
from bosco.probes.measured import Measured, measured_of
from bosco.probes.rollup import LOOKS, LOOKS_TABLE, MEASURES_TABLE, OUTCOMES, PHASES
from bosco.probes.summary import Summary, events_of, summaries_of
from bosco.probes.took import CLASSES, class_of
from bosco.services.burn import Events
from bosco.services.spans import Span
from bosco.telemetry.grid import instant, micros
from bosco.telemetry.names import Names
from bosco.telemetry.reader import Reader
from bosco.telemetry.telemetry import Telemetry

MOST_TEXT = 500
MOST_PARTS = 40
NUMBER_OF: dict[str, int] = {outcome: number for number, outcome in enumerate(OUTCOMES)}
STEP = "step "
Hearer = Callable[[str, datetime, Reading], None]
MICROSECOND, LONGEST = timedelta(microseconds=1), 2**32 - 1


@dataclass(frozen=True)
class Result:
    """One look as it was kept; what was expected and seen is kept of looks that were not up."""

    at: datetime
    outcome: Outcome
    shown: Outcome
    took: timedelta
    because: Sayable = ""
    phases: dict[str, timedelta] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    parts: dict[str, Outcome] = field(default_factory=dict)


@service
class ProbeResults:
    """Keeps what looks saw; `record` is durable when it returns, `record_soon` a moment later."""

    def __init__(self, telemetry: Telemetry, clock: Clock, current: CurrentPlan) -> None:
        self._telemetry = telemetry
        self._clock = clock
        # Days are those of the plan's time zone.
        telemetry.use_zone(current.plan[TIMEZONE])
        current.on_change(lambda _, plan: telemetry.use_zone(plan[TIMEZONE]))
        self._probes = Names(telemetry, "probe_names")
        self._measures = Names(telemetry, "probe_measure_names")
        telemetry.declare(LOOKS_TABLE, MEASURES_TABLE)
        self._hearers: list[Hearer] = []

    def on_look(self, hear: Hearer) -> Callable[[], None]:
        """Tell each look that is kept from now on, in this process; return what ends that."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    async def load(self) -> None:
        """Read which probes and measures there have been; once, when telemetry has been opened."""
        await self._probes.load()
        await self._measures.load()

    def record_soon(self, probe: str, at: datetime, reading: Reading, shown: Outcome) -> None:
        """Keep one look, and the state that was shown after it."""
        self._record_measures(probe, at, reading)
        self._telemetry.append_row_soon(LOOKS_TABLE, self._row(probe, at, reading, shown))
        for hear in self._hearers:
            hear(probe, at, reading)

    async def record(self, probe: str, at: datetime, reading: Reading, shown: Outcome) -> None:
        """Keep one look, and wait until it is durable."""
        self._record_measures(probe, at, reading)
        row = self._row(probe, at, reading, shown)
        await self._telemetry.append(
            LOOKS_TABLE, {name: [value] for name, value in zip(LOOKS_TABLE.columns, row, strict=True)}
        )

    async def last(self, probe: str, count: int = 50, before: datetime | None = None) -> list[Result]:
        """Return the last looks at a probe, the latest first."""
        numbers = self._probes.known([probe])
        return await self._telemetry.read(partial(_last, numbers, count, before)) if numbers else []

    async def series(self, probe: str, since: datetime, until: datetime, points: int = 600) -> Series:
        """Return how often and how fast a probe answered over a time, in at most so many points."""
        wish = Wish(self._probes.known([probe]), since, until, points, self._clock.read())
        return await self._telemetry.read(partial(series_of, wish, self._telemetry.kept))

    async def measured(self, probe: str, since: datetime, until: datetime, points: int = 300) -> dict[str, Measured]:
        """Return by name what the looks at a probe measured over a time, steps of a scenario among it."""
        wish = Wish(self._probes.known([probe]), since, until, points, self._clock.read())
        found = await self._telemetry.read(partial(measured_of, wish, self._telemetry.kept))
        return {self._measures.name(number): series for number, series in found.items()}

    async def summaries(self, since: datetime, until: datetime) -> dict[str, Summary]:
        """Return what each probe that was looked at has done over a time; it costs the same for one as for all."""
        found = await self._telemetry.read(partial(summaries_of, (micros(since), micros(until))))
        return {self._probes.name(number): summary for number, summary in found.items()}

    async def events(
        self, probes: Sequence[str], windows: Mapping[timedelta, Sequence[Span]], *, degraded_counts: bool = False
    ) -> dict[timedelta, Events]:
        """Return how many looks at those probes there were within what counts of each window, and how many were bad."""
        numbers = self._probes.known(probes)
        if not numbers:
            return dict.fromkeys(windows, Events(0, 0))
        spans = {window: [(micros(one.start), micros(one.end)) for one in some] for window, some in windows.items()}
        return await self._telemetry.read(
            lambda reader: {
                window: events_of(numbers, some, reader, degraded_counts=degraded_counts)
                for window, some in spans.items()
            }
        )

    def _record_measures(self, probe: str, at: datetime, reading: Reading) -> None:
        number, instant = self._probes.number(probe), micros(at)
        for name, value in reading.measures.items():
            self._record_measure(number, name, instant, value)
        # Kinds that go step by step name their own phases; what their steps took is kept as measures.
        for name, span in reading.phases.items():
            if name not in PHASES:
                self._record_measure(number, f"{STEP}{name}", instant, span.total_seconds())

    def _record_measure(self, number: int, name: str, instant: int, value: float) -> None:
        row = (number, self._measures.number(name[:MOST_TEXT]), instant, float(value))
        self._telemetry.append_row_soon(MEASURES_TABLE, row)

    def _row(self, probe: str, at: datetime, reading: Reading, shown: Outcome) -> tuple[Any, ...]:
        took, phases = _micros(reading.took), reading.phases
        return (
            self._probes.number(probe),
            micros(at),
            NUMBER_OF[reading.outcome],
            NUMBER_OF[shown],
            took,
            class_of(took) if reading.outcome in ("up", "degraded") else CLASSES,
            *[_micros(phases[name]) if name in phases else 0 for name in PHASES],
            _packed(reading.because),
            None if reading.outcome == "up" else _seen(reading),
        )


def _micros(span: timedelta) -> int:
    return min(max(0, span // MICROSECOND), LONGEST)


def _packed(because: Sayable) -> str | None:
    return msgspec.json.encode(_shortened(pack(because))).decode() if because else None


def _shortened(value: Any) -> Any:
    """Return a packed sentence whose parts are no longer than anybody reads: they may quote a hostile server."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()[:MOST_TEXT]
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    return value


def _seen(reading: Reading) -> str:
    told = [[_shortened(one.seen), one.held, one.failing] for one in reading.expectations[:MOST_PARTS]]
    parts = {_shortened(name): outcome for name, outcome in list(reading.parts.items())[:MOST_PARTS]}
    return msgspec.json.encode([told, parts]).decode()


def _last(numbers: Sequence[int], count: int, before: datetime | None, reader: Reader) -> list[Result]:
    columns = f"instant, outcome, shown, took, because, seen, {', '.join(PHASES)}"
    earlier = "" if before is None else f"AND instant < {micros(before)}"
    most = min(max(count, 1), 1000)
    found = f"SELECT {columns} FROM {LOOKS} WHERE probe = {numbers[0]} {earlier}"  # noqa: S608 - whole numbers
    rows = reader.rows(f"{found} ORDER BY instant DESC LIMIT {most}")
    return [_result(row) for row in rows]


def _result(row: tuple[Any, ...]) -> Result:
    at, outcome, shown, took, because, seen, *phases = row
    told, parts = msgspec.json.decode(seen) if seen else ([], {})
    spans = dict(zip(PHASES, phases, strict=True))
    return Result(
        at=instant(at),
        outcome=OUTCOMES[outcome],
        shown=OUTCOMES[shown],
        took=timedelta(microseconds=took),
        because=unpack(msgspec.json.decode(because)) if because else "",
        phases={name: timedelta(microseconds=span) for name, span in spans.items() if span},
        expectations=tuple(Expectation(*one) for one in told),
        parts=parts,
    )
