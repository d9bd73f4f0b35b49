"""How incidents went, in figures: how long until somebody knew, had it, and had solved it; what was kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median


@dataclass(frozen=True)
class Case:
    """One incident with its instants; None for what has not happened."""

    number: str
    priority: str
    service: str | None
    cause: str | None
    # When it began, when it was noticed, when somebody took it, when it worked again.
    began: datetime
    detected: datetime
    acknowledged: datetime | None = None
    resolved: datetime | None = None
    # Whether it was resolved within what was promised; None while that is open, or nothing is promised.
    kept: bool | None = None


@dataclass(frozen=True)
class Times:
    """How long something took: of how many incidents, in the middle, on average, at worst."""

    count: int
    median: timedelta
    mean: timedelta
    worst: timedelta


@dataclass(frozen=True)
class Figures:
    """The figures of some incidents."""

    count: int
    open: int
    detect: Times | None
    acknowledge: Times | None
    resolve: Times | None
    # The share of those that ended, or are late, which kept their promise.
    kept: float | None


def figures_of(cases: Sequence[Case]) -> Figures:
    """Return the figures of these incidents."""
    judged = [one.kept for one in cases if one.kept is not None]
    return Figures(
        count=len(cases),
        open=sum(one.resolved is None for one in cases),
        detect=times_of(one.detected - one.began for one in cases),
        acknowledge=times_of(one.acknowledged - one.detected for one in cases if one.acknowledged is not None),
        resolve=times_of(one.resolved - one.detected for one in cases if one.resolved is not None),
        kept=sum(judged) / len(judged) if judged else None,
    )


def times_of(spans: Iterable[timedelta]) -> Times | None:
    """Return how long they took, or None of none; a clock that went backwards counts as nought."""
    seconds = [max(0.0, span.total_seconds()) for span in spans]
    if not seconds:
        return None
    return Times(
        len(seconds),
        timedelta(seconds=round(median(seconds))),
        timedelta(seconds=round(mean(seconds))),
        timedelta(seconds=round(max(seconds))),
    )


def by(cases: Sequence[Case], what: Callable[[Case], str | None]) -> dict[str, Figures]:
    """Return the figures of each service, priority or cause, the one with the most incidents first."""
    groups: dict[str, list[Case]] = {}
    for one in cases:
        groups.setdefault(what(one) or "", []).append(one)
    return {key: figures_of(found) for key, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}
