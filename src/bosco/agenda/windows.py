"""Maintenance windows: when the calendar touches which services, to the instant, on the days when clocks change too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from bosco.agenda.section import CALENDAR, IMPACTS, Impact, Planned
from bosco.kit.words import Text
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.wall_time import in_utc
from bosco.services.section import SERVICES
from bosco.services.spans import Span

HEAVINESS: tuple[Impact, ...] = tuple(IMPACTS)


def excuses(impact: str) -> bool:
    """Say whether trouble in such work was announced: work of minimal impact announces none."""
    return impact not in ("none", "minimal")


@dataclass(frozen=True)
class Window:
    """One occurrence of planned work on services, and what users are told to expect of it."""

    key: str
    name: Text | str
    services: tuple[str, ...]
    impact: Impact
    span: Span

    @property
    def start(self) -> datetime:
        """Return when it begins."""
        return self.span.start

    @property
    def end(self) -> datetime:
        """Return when it is over; at that instant it no longer holds."""
        return self.span.end

    @property
    def excuses(self) -> bool:
        """Say whether trouble in it was announced."""
        return excuses(self.impact)


def window_over(plan: Plan, service: str, at: datetime) -> Window | None:
    """Return the window that a service is in at that instant; of several, the heaviest, then the one that ends last."""
    at = in_utc(at)
    found = []
    for key, planned, services in _working(plan, only=(service,)):
        under_way = planned.recurrence.covering(at, plan[TIMEZONE])
        if under_way is not None:
            found.append(Window(key, planned.name, services, planned.impact, Span(under_way.start, under_way.end)))
    return max(found, key=lambda one: (HEAVINESS.index(one.impact), one.end), default=None)


def windows_between(plan: Plan, start: datetime, end: datetime, *, only: Sequence[str] | None = None) -> list[Window]:
    """Return the windows that touch a span, in order and uncut; with `only`, those over these services."""
    start, end = in_utc(start), in_utc(end)
    found: list[Window] = []
    for key, planned, services in _working(plan, only):
        every = planned.recurrence
        until_end = takewhile(lambda one: one.start < end, every.around(start - every.longest, plan[TIMEZONE]))
        spans = [Span(one.start, one.end) for one in until_end if one.start < one.end and one.end > start]
        found += [Window(key, planned.name, services, planned.impact, span) for span in spans]
    return sorted(found, key=lambda one: (one.span, one.key))


def _working(plan: Plan, only: Sequence[str] | None) -> Iterator[tuple[str, Planned, tuple[str, ...]]]:
    """Yield what is planned to touch services, with those that it touches."""
    for key, planned in plan[CALENDAR].items():
        if planned.impact != "none":
            services = _touched(plan, planned)
            if services and (only is None or not set(services).isdisjoint(only)):
                yield key, planned, services


def _touched(plan: Plan, planned: Planned) -> tuple[str, ...]:
    """Return the services that it names, or else all of the environment that it names; what needs them is not meant."""
    if planned.services or planned.environment is None:
        return tuple(planned.services)
    return tuple(key for key, one in plan[SERVICES].items() if one.environment == planned.environment)
