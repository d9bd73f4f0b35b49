"""What the page of one measure shows: what it is, who feeds it, each of its series, and the rules that use it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from bosco.alerts.pages_rules import path_of
from bosco.alerts.ready import ready_rules
from bosco.alerts.section import priority_of
from bosco.explore.drawn import said
from bosco.explore.named import measures_in
from bosco.kit.numbers import Unreadable
from bosco.kit.units import Quantity, convert
from bosco.plan.compared import Between, Compare, Level
from bosco.plan.condition import Condition
from bosco.plan.load import Plan
from bosco.promql.parse import parse
from bosco.promql.refusals import QueryRefusal
from bosco.promql.source import NAME, Matcher, Values, is_stale
from bosco.signals.samples import Samples
from bosco.signals.section import SIGNALS
from bosco.telemetry.grid import instant

ON_A_PAGE = 50
LEVEL_TONES = {"critical": "red", "warning": "amber", "info": "blue"}


@dataclass(frozen=True)
class One:
    """One series of a measure."""

    name: str
    value: float | None
    at: datetime | None
    ended: bool
    rate: float
    source: str


@dataclass(frozen=True)
class Fed:
    """Who feeds a measure, and with how many series."""

    source: str
    series: int


async def places_of(samples: Samples, measure: str) -> np.ndarray:
    """Return the places of the series of a measure."""
    return await samples.find([Matcher(NAME, "=", measure)])


def series_of(samples: Samples, places: np.ndarray, rates: Values, page: int) -> list[One]:
    """Return one page of the series of a measure, in the order of their labels."""
    ordered = sorted(places.tolist(), key=samples.register.key)
    return [_one(samples, place, rates) for place in ordered[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]]


def _one(samples: Samples, place: int, rates: Values) -> One:
    labels = samples.labels_at(place)
    labels.pop(NAME, None)
    value, at = float(samples.latest.values[place]), int(samples.latest.times[place])
    ended = bool(is_stale(samples.latest.values[place : place + 1])[0])
    known = at and not ended and np.isfinite(value)
    return One(
        said(labels),
        value if known else None,
        instant(at * 1000) if at else None,
        ended,
        float(rates[place]),
        samples.register.source_of(place),
    )


def feeds_of(samples: Samples, places: np.ndarray) -> list[Fed]:
    """Return who feeds a measure, those with the most series first."""
    numbers, counts = np.unique(samples.register.sources[places], return_counts=True)
    names = samples.register.source_names
    found = [Fed(names[number], count) for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)]
    return sorted(found, key=lambda one: (-one.series, one.source))


def rules_using(plan: Plan, measure: str) -> list[dict[str, Any]]:
    """Return the rules of the plan that hold a measure against something."""
    return [
        {
            "rule": one.rule,
            "path": path_of(one.key),
            "tone": LEVEL_TONES[one.rule.level],
            "priority": priority_of(plan, one.rule),
            "where": str(plan.position(one.rule.path)),
        }
        for one in ready_rules(plan).get(measure, ())
    ]


def signals_using(plan: Plan, measure: str) -> list[str]:
    """Return the measures of the plan that are computed from this one."""
    found = []
    for name, signal in plan[SIGNALS].items():
        if signal.kind == "promql" and measure in _measures(getattr(signal, "promql", "")):
            found.append(name)
    return found


def _measures(query: str) -> set[str]:
    try:
        return set(measures_in(parse(query).tree))
    except QueryRefusal:
        return set()


def chart_levels(rules: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
    """Return the bounds of rules as lines of a chart, where they are plain values in a unit that fits."""
    found = []
    for one in rules:
        for bound in _bounds(one["rule"].condition):
            try:
                found.append({"value": convert(bound.value, bound.unit, unit), "tone": one["tone"]})
            except Unreadable:
                continue
    return found


def _bounds(condition: Condition) -> list[Quantity]:
    match condition:
        case Level() | Compare():
            return [condition.bound]
        case Between():
            return [condition.low, condition.high]
    return []
