"""What would a level have told? The judgement itself, played over stored samples."""

from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import numpy as np

from bosco.alerts.board import FIRING, LOST, MILLISECOND, UNKNOWN_AFTER, Ints
from bosco.alerts.compare import holds
from bosco.alerts.judging import Judge, Subject, millis
from bosco.alerts.past_feed import PastFeed
from bosco.alerts.ready import SOONEST, TIMES, Ready
from bosco.kit.units import Quantity
from bosco.plan.load import Plan
from bosco.promql.source import Series, is_stale
from bosco.store.types import EPOCH

T = TypeVar("T")
# As live: everything is judged at such steps, the coarser one where that would be too many.
STEPS = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
MOST_STEPS = 40_000
# What depends on more than single values is looked at so often.
SLOW_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Episode:
    """A time in which the level was told of one series; `lost` when that was because nobody knew its value."""

    labels: dict[str, str]
    begin: datetime
    end: datetime | None
    lost: bool
    seen: Quantity | str | None


@dataclass(frozen=True)
class Replayed:
    """What would have been told, the first first, and at what steps that was judged."""

    episodes: tuple[Episode, ...]
    step: timedelta


def replay(plan: Plan, ready: Ready, series: Sequence[Series], start: datetime, now: datetime) -> Replayed:
    """Judge a rule over the past as if it had been in force, from `start` on."""
    feed = PastFeed(ready.rule.measure, series)
    judge = Judge(feed, plan, {ready.rule.measure: [ready]})
    rhythm = judge.said_rhythm(ready.rule.measure) or rhythm_of(series)
    judge.follow_rhythm_of(ready.rule.measure, rhythm)
    step, instants = _instants(ready, series, rhythm, millis(start), millis(now))
    return Replayed(tuple(_played(judge, feed, instants)), step)


def _played(judge: Judge, feed: PastFeed, instants: Ints) -> Iterator[Episode]:
    open_ones: dict[Subject, Episode] = {}
    for instant in instants.tolist():
        at = EPOCH + instant * MILLISECOND
        feed.move_to(instant)
        for turn in _answer(judge.judge(at)):
            subject = judge.subject_at(turn.pair)
            if turn.before in (FIRING, LOST) and (known := open_ones.pop(subject, None)):
                yield Episode(known.labels, known.begin, at, known.lost, known.seen)
            if turn.after in (FIRING, LOST):
                standing = judge.standing(turn.pair, at)
                lost = turn.after == LOST
                open_ones[subject] = Episode(standing.labels, at, None, lost, None if lost else standing.seen)
    yield from open_ones.values()


def _answer(asked: Coroutine[Any, Any, T]) -> T:
    """Return the answer of what never waits: the samples are in memory."""
    try:
        asked.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    raise AssertionError("samples in memory made somebody wait")


def _instants(ready: Ready, series: Sequence[Series], rhythm: int, start: int, end: int) -> tuple[timedelta, Ints]:
    """Return the instants at which the verdict may be another one than before, and the step that they keep to."""
    slow = np.arange(start, end, SLOW_STEP // MILLISECOND) if _is_slow(ready) else np.array([start])
    parts = [slow, *(_turning(ready, one, rhythm, start, end) for one in series)]
    found = np.concatenate(parts).astype(np.int64)
    # What holds is told when it has lasted, what is unknown when it has been so for long enough.
    later = np.array([0, ready.ruled.lasting, UNKNOWN_AFTER // MILLISECOND])
    for step in STEPS:
        length = step // MILLISECOND
        aligned = _aligned((_aligned(found, length)[:, None] + later).ravel(), length)
        aligned = aligned[(aligned >= start) & (aligned <= end)]
        if len(aligned) <= MOST_STEPS:
            break
    return step, np.append(aligned, end)


def _aligned(instants: Ints, step: int) -> Ints:
    return np.unique(-(-instants // step) * step)


def _is_slow(ready: Ready) -> bool:
    return ready.ruled.line is None or ready.ruled.line.of_normal


def _turning(ready: Ready, one: Series, rhythm: int, start: int, end: int) -> Ints:
    """Return when a series crosses the bound, falls silent, comes back or ends."""
    within = (one.times >= start - rhythm) & (one.times <= end)
    times, values = one.times[within], one.values[within]
    if not len(times):
        return times
    gaps = np.diff(times, append=end)
    silent = times[gaps > rhythm] + rhythm + 1
    after = times[1:][gaps[:-1] > rhythm]
    state = _state(ready, values)
    turned = times[1:][state[1:] != state[:-1]]
    return np.concatenate([times[:1], turned, after, silent])


def _state(ready: Ready, values: Any) -> Any:
    """Return a number for each value that changes where the verdict may."""
    line = ready.ruled.line
    if line is None:
        return (values > 0).astype(np.int8)
    kind = np.where(is_stale(values), 2, np.where(np.isnan(values), 3, 0))
    if line.of_normal:
        return kind
    count = len(values)
    held = holds(
        np.where(kind == 0, values, np.nan) * line.a + line.b,
        np.full(count, line.sign, dtype=np.int8),
        np.full(count, line.low),
        np.full(count, line.high),
    )
    return kind + held


def rhythm_of(series: Sequence[Series]) -> int:
    """Return after how many milliseconds without a value these series are silent."""
    gaps = [float(np.median(np.diff(one.times))) for one in series if len(one.times) > 1]
    return max(int(TIMES * max(gaps, default=0)), SOONEST // MILLISECOND)
