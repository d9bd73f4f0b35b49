"""Where named measures come from, as the plan writes it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, cast

from bosco.kit.registry import kinds
from bosco.kit.units import say_duration
from bosco.kit.words import Message, Text, msg
from bosco.plan.by_kind import OfKind, by_kind
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, cell
from bosco.plan.words import GoalText, Name, PlanText, Span
from bosco.probes.section import PROBES
from bosco.signals import kinds as folder
from bosco.signals.built_in import BUILT_IN, feeds
from bosco.signals.kind import Kind
from bosco.signals.section_scrape import SCRAPE


class Normal(PlanPart):
    """What a measure is compared with when it is held against its own normal."""

    over: Span = timedelta(weeks=4)
    same: Literal["hour-of-week", "hour-of-day", "day-of-week", "any"] = "hour-of-week"


class Signal(OfKind):
    """A measure by its name: its unit, which way is good, and what it should be."""

    name: PlanText | None = None
    description: PlanText | None = None
    unit: str = ""
    good: Literal["up", "down"] = "down"
    target: GoalText | None = None
    normal: Normal = Normal()
    service: Annotated[str, Names("services")] | None = None
    # How often Bosco asks, where it is Bosco that asks, and how long it waits for an answer.
    every: Span | None = None
    timeout: Span = timedelta(seconds=10)
    # Without a value for that long, it is unknown.
    stale: Span | None = None


@cache
def every_kind() -> dict[str, type[Kind]]:
    """Return every kind of source by its word."""
    return kinds(folder, Kind)


def measure_name(plan: Plan, key: str) -> Text | str:
    """Return how a measure is called."""
    found = plan[SIGNALS].get(key)
    return (found.name if found else None) or key


def unit_of(plan: Plan, measure: str) -> str:
    """Return the unit in which a measure comes, empty if nobody says."""
    found = plan[SIGNALS].get(measure)
    return (found.unit if found else "") or BUILT_IN.get(measure, "")


def source_of(signal: Signal) -> Kind:
    """Return where a measure comes from: a signal is its own kind."""
    return cast(Kind, signal)


def feeds_itself(plan: Plan, measure: str) -> bool:
    """Say whether Bosco may feed a measure by itself: the plan names no other source for it."""
    signal = plan[SIGNALS].get(measure)
    return measure in BUILT_IN and (signal is None or signal.kind == "push")


def is_fed(plan: Plan, measure: str) -> bool:
    """Say whether the plan names a source that something comes from, or Bosco feeds the measure by itself."""
    signal = plan[SIGNALS].get(measure)
    if signal is not None:
        return source_of(signal).unfed is None
    return measure in BUILT_IN and feeds(plan, measure)


def unfed(plan: Plan, measure: str) -> Message | None:
    """Return why nothing feeds a measure that somebody names; a signal says so itself."""
    if measure in plan[SIGNALS] or is_fed(plan, measure):
        return None
    if measure in BUILT_IN:
        return msg("nothing feeds {measure}: no probe of this plan tells it", measure=measure)
    return msg("nothing feeds {measure}: give it a signal, or send it over the API", measure=measure)


def databases_of(plan: Plan) -> dict[str, str]:
    """Return where databases stand, by the names of the probes that look at them."""
    return {key: str(getattr(probe, "postgres", "")) for key, probe in plan[PROBES].items() if probe.kind == "postgres"}


def _nowhere(plan: Plan) -> Iterator[Remark]:
    for key, signal in plan[SIGNALS].items():
        named = getattr(signal, "named", None)
        if named is not None and named not in databases_of(plan):
            says = msg("{name} is neither the address of a database nor a postgres probe of this plan", name=named[:80])
            yield Remark(("signals", key, "from"), says, of_name=False)


def _silent(plan: Plan) -> Iterator[Remark]:
    for key, signal in plan[SIGNALS].items():
        if why := source_of(signal).unfed:
            says = msg("nothing feeds {measure}: {why}; send it over the API", measure=key, why=why)
            yield Remark(("signals", key, signal.kind), says)


def _table(signals: Mapping[str, Signal], plan: Plan) -> Table:
    rows = []
    for key, signal in signals.items():
        every = say_duration(signal.every) if signal.every else None
        goal = signal.target if signal.target else None
        name = signal.name or key
        rows.append(
            (cell(name, tone="strong"), cell(source_of(signal).called), cell(signal.unit), cell(goal), cell(every))
        )
    return Table((msg("Measure"), msg("Source"), msg("Unit"), msg("Target"), msg("Every")), tuple(rows))


SIGNALS: Section[Mapping[str, Signal]] = Section(
    "signals",
    Mapping[Name, by_kind(Signal, every_kind(), msg("this measure has no source"), otherwise="push")],  # type: ignore[misc]
    default=lambda: MappingProxyType({}),
    title=msg("Measures"),
    order=310,
    named=True,
    warn=(_silent, _nowhere),
    table=_table,
)
SECTIONS = [SIGNALS, SCRAPE]
