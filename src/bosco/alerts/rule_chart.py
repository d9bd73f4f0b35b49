"""The chart of a rule: its worst series, its levels, and what the measure usually is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bosco.alerts.judging import millis
from bosco.alerts.normal import HOUR, Usual, hours_like, mean_of, usual_of
from bosco.alerts.ready import Ready
from bosco.alerts.replay import rhythm_of
from bosco.kit.numbers import Unreadable
from bosco.kit.units import convert
from bosco.kit.words import msg
from bosco.plan.compared import Between, Compare, Level
from bosco.promql.source import Series, Times, Values, is_stale
from bosco.services.spans import Span
from bosco.store.types import EPOCH

POINTS = 300
MOST_LINES = 5
_TONES = {"critical": "red", "warning": "amber", "info": "blue"}


def rule_chart(
    ready: Ready, beside: Sequence[Ready], series: Sequence[Series], span: Span, zone: ZoneInfo
) -> dict[str, Any]:
    """Return the chart; where several values fall on one point, the worst of them is drawn."""
    edges = np.linspace(millis(span.start), millis(span.end), POINTS + 1)
    at = [EPOCH + timedelta(milliseconds=round(edge)) for edge in edges[1:]]
    rhythm = rhythm_of(series)
    lines: list[dict[str, Any]] = [
        {"name": _name(one, len(series)), "values": _points(one, edges, ready.good, rhythm)}
        for one in series[:MOST_LINES]
    ]
    if series:
        lines += band(ready, max(series, key=lambda one: len(one.times)), at, zone)
    levels = [level for one in (ready, *beside) for level in _levels(one)]
    return {"unit": ready.unit, "at": at, "series": lines, "levels": levels}


def _name(one: Series, count: int) -> Any:
    told = ", ".join(value for name, value in sorted(one.labels.items()) if not name.startswith("__"))
    return told if told and count > 1 else msg("Value")


def _points(one: Series, edges: Values, good: str, rhythm: int) -> list[float | None]:
    """Return the worst value of each stretch; where none came, the one before counts until the series is silent."""
    known = ~(np.isnan(one.values) | is_stale(one.values))
    times, values = one.times[known], one.values[known]
    places = np.searchsorted(edges, times, side="left") - 1
    inside = (places >= 0) & (places < POINTS)
    found = np.full(POINTS, np.inf if good == "up" else -np.inf)
    (np.minimum if good == "up" else np.maximum).at(found, places[inside], values[inside])
    before = np.searchsorted(times, edges[1:], side="right") - 1
    if len(times):
        counts = (before >= 0) & (edges[1:] - times[before] <= rhythm) & ~np.isfinite(found)
        found[counts] = values[before[counts]]
    return [float(value) if np.isfinite(value) else None for value in found]


def band(ready: Ready, one: Series, at: Sequence[datetime], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return between what the measure usually is at each point; nothing where history is too short everywhere."""
    usual: dict[datetime, Usual | None] = {}
    found = []
    for instant in at:
        hour = instant.replace(minute=0, second=0, microsecond=0)
        if hour not in usual:
            usual[hour] = usual_at(ready, one.times, one.values, hour + HOUR / 2, zone)
        found.append(usual[hour])
    if not any(found):
        return []
    return [
        {
            "name": msg("Usual at most"),
            "values": [u.high if u else None for u in found],
            "tone": "grey",
            "band": "high",
        },
        {"name": msg("Usual at least"), "values": [u.low if u else None for u in found], "tone": "grey", "band": "low"},
    ]


def usual_at(ready: Ready, times: Times, values: Values, at: datetime, zone: ZoneInfo) -> Usual | None:
    """Return what a series usually is at an instant, from its own samples of before."""
    spans = hours_like(at, ready.normal, zone)
    means = []
    for span in spans:
        low, high = np.searchsorted(times, [millis(span.start), millis(span.end)])
        part = values[low:high]
        means.append(mean_of(part[~is_stale(part)]))
    return usual_of(means, len(spans))


def _levels(ready: Ready) -> list[dict[str, Any]]:
    condition, tone = ready.rule.condition, _TONES[ready.rule.level]
    bounds = []
    if isinstance(condition, Level | Compare):
        bounds = [condition.bound]
    elif isinstance(condition, Between):
        bounds = [condition.low, condition.high]
    try:
        return [{"value": convert(bound.value, bound.unit, ready.unit), "tone": tone} for bound in bounds]
    except Unreadable:
        return []
