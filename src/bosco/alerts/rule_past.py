"""Reads what a rule's measure was over the last thirty days, and plays the rule over it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bosco.alerts.board import MILLISECOND
from bosco.alerts.feed import named
from bosco.alerts.judging import Judge, millis
from bosco.alerts.ready import Ready, concerns, ready_as
from bosco.alerts.replay import Replayed, replay
from bosco.alerts.rule_chart import rule_chart
from bosco.kit.clock import Clock
from bosco.kit.units import read_duration
from bosco.plan.condition import parse, sustained
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.promql.source import Matcher, Series
from bosco.services.spans import Span
from bosco.signals.samples import Samples
from bosco.store.types import EPOCH

BACK = timedelta(days=30)
LONGEST_HISTORY = timedelta(days=90)
# The past of a measure with thousands of series is shown of those that are worst now.
MOST_SERIES = 8


@dataclass(frozen=True)
class Past:
    """A rule's last thirty days: its chart, what it would have told, since when anything is known."""

    chart: dict[str, Any]
    replayed: Replayed
    known_since: datetime | None
    shown: int
    series: int


@dataclass(frozen=True)
class Look:
    """A rule whose past is looked at, the levels drawn beside its own, and how far back it is drawn."""

    ready: Ready
    beside: Sequence[Ready]
    span: timedelta


async def past_of(samples: Samples, clock: Clock, plan: Plan, judge: Judge | None, look: Look) -> Past:
    """Return the past of a rule."""
    ready, now = look.ready, clock.read()
    start = now - BACK - min(ready.normal.over + timedelta(days=1), LONGEST_HISTORY)
    places = [
        place
        for place in (await samples.find(named(ready.rule.measure))).tolist()
        if concerns(ready, samples.labels_at(place))
    ]
    worst = judge.worst_places(ready.key) if judge else []
    chosen = [*dict.fromkeys([place for place in worst if place in set(places)] + places)][:MOST_SERIES]
    series = await _read(samples, ready.rule.measure, [samples.labels_at(place) for place in chosen], start, now)
    zone = plan[TIMEZONE]

    def work() -> tuple[dict[str, Any], Replayed]:
        chart = rule_chart(ready, look.beside, series, Span(now - look.span, now), zone)
        return chart, replay(plan, ready, series, now - BACK, now)

    chart, replayed = await clock.in_thread(None, work)
    first = min((int(one.times[0]) for one in series), default=None)
    known = None if first is None else EPOCH + first * MILLISECOND
    return Past(chart, replayed, known, len(series), max(len(places), len(series)))


async def _read(
    samples: Samples, measure: str, wanted: Sequence[dict[str, str]], start: datetime, end: datetime
) -> list[Series]:
    if not wanted:
        return (await samples.select(named(measure), millis(start), millis(end)))[:MOST_SERIES]
    asked = [
        samples.select([Matcher(name, "=", value) for name, value in labels.items()], millis(start), millis(end))
        for labels in wanted
    ]
    found = await asyncio.gather(*asked)
    return [one for labels, several in zip(wanted, found, strict=True) for one in several if dict(one.labels) == labels]


def tried(plan: Plan, ready: Ready, condition: str, lasting: str) -> Ready:
    """Return a rule with another condition or another time, as the plan would write them."""
    written, span = sustained(parse(condition)) if condition else (ready.rule.condition, ready.rule.lasting)
    span = read_duration(lasting) if lasting else span
    return ready_as(plan, replace(ready.rule, condition=written, lasting=span), ready.key)
