"""Queries over a source: what they need is read at once and once, then computed on columns."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import numpy as np

from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.promql.budget import MOST_POINTS, Budget, Limits
from bosco.promql.evaluation import Data, Evaluation
from bosco.promql.grid import Asked, Grid
from bosco.promql.parse import Query, parse
from bosco.promql.refusals import QueryRefusal, too_long, wrong
from bosco.promql.slices import Together, slices_of
from bosco.promql.source import Series, Source, is_stale
from bosco.promql.tree import Subquery, Text, Window
from bosco.promql.vector import Scalar, Vector
from bosco.promql.wanted import Wanted, of_window, wanted

# The answer to an instant query: also a text, or the samples of a range.
Found: TypeAlias = Scalar | Vector | Text | list[Series]
# What is computed at once in the event loop: it is over before a thread would have begun.
_SMALL = 20_000


@dataclass(frozen=True, slots=True)
class Means:
    """What a query is computed with."""

    clock: Clock
    limits: Limits = field(default_factory=Limits)
    # Where large queries are computed; without one, in the loop's own threads.
    pool: Executor | None = None
    # Since when somebody waits for the answer, as the clock's `monotonic` tells it; None for from now on.
    since: float | None = None

    def budget(self) -> Budget:
        """Return what a query may cost."""
        return Budget(self.limits, self.clock.monotonic, self.since)


async def instant(source: Source, query: Query | str, at_ms: int, means: Means) -> Found:
    """Return what a query is worth at one instant."""
    grid = Grid(at_ms, 1, 1)
    return await _found(source, _parsed(query), grid, (at_ms, at_ms), means)


async def instants(
    source: Source, queries: Sequence[Query | str], at_ms: int, means: Means
) -> list[Found | QueryRefusal]:
    """Return what many queries are worth at one instant; what several of them need is read once.

    A query that is refused has its refusal in its place, and harms no other.
    """
    grid, asked = Grid(at_ms, 1, 1), (at_ms, at_ms)
    parsed: list[Query | QueryRefusal] = []
    for query in queries:
        try:
            parsed.append(_parsed(query))
        except QueryRefusal as refusal:
            parsed.append(refusal)
    needs = [[] if isinstance(one, QueryRefusal) else list(wanted(one.tree, grid, asked)) for one in parsed]
    data = await _read(source, [need for one in needs for need in one], means.budget(), means)
    answers: list[Found | QueryRefusal] = []
    for number, one in enumerate(parsed):
        if isinstance(one, QueryRefusal):
            answers.append(one)
            continue
        try:
            answers.append(_computed(one, data, grid, asked, means.budget()))
        except QueryRefusal as refusal:
            answers.append(refusal)
        if number % 100 == 99:
            # Whoever judges thousands of rules lets others have their turn.
            await means.clock.sleep(timedelta(0))
    return answers


async def over(source: Source, query: Query | str, asked: Asked, step_ms: int, means: Means) -> tuple[Found, Grid]:
    """Return what a query is worth from `asked[0]` to `asked[1]`, step by step, and at which instants."""
    parsed = _parsed(query)
    if isinstance(parsed.tree, Text | Window | Subquery):
        raise wrong(msg("A range query needs one value at each step: take a function of the range, such as rate()."))
    grid = grid_of(asked, step_ms)
    parts = await slices_of(source, parsed.tree, grid, asked, means.limits.slice)
    if len(parts) == 1:
        return await _found(source, parsed, grid, asked, means), grid
    return await _joined(source, parsed, parts, asked, means), grid


def grid_of(asked: Asked, step_ms: int) -> Grid:
    """Return the instants of a range query, or refuse it."""
    start, end = asked
    if end < start:
        raise wrong(msg("The end must not be before the start."))
    if step_ms <= 0:
        raise wrong(msg("The step must be longer than nothing."))
    count = (end - start) // step_ms + 1
    if count > MOST_POINTS:
        raise wrong(
            msg("This would be {n} points in each series; at most {most} can be shown.", n=count, most=MOST_POINTS),
            hint=msg("Choose a longer step."),
        )
    return Grid(start, step_ms, count)


def _parsed(query: Query | str) -> Query:
    return parse(query) if isinstance(query, str) else query


async def _found(source: Source, query: Query, grid: Grid, asked: Asked, means: Means) -> Found:
    budget = means.budget()
    data = await _read(source, list(wanted(query.tree, grid, asked)), budget, means)
    if budget.samples < _SMALL and grid.count * sum(len(some) for some in data.values()) < _SMALL:
        return _computed(query, data, grid, asked, budget)
    return await means.clock.in_thread(means.pool, lambda: _computed(query, data, grid, asked, budget))


async def _joined(source: Source, query: Query, parts: Sequence[Grid], asked: Asked, means: Means) -> Found:
    """Compute slice after slice; the next one is read meanwhile."""
    means = means if means.since is not None else replace(means, since=means.clock.monotonic())
    held = means.budget()
    together = Together(parts, held)
    reading: asyncio.Task[Data] | None = None
    data: Data = {}
    try:
        for number, part in enumerate(parts):
            data = await (reading or _slice(source, query, part, asked, means, {}))
            reading = None
            if number + 1 < len(parts):
                reading = asyncio.create_task(_slice(source, query, parts[number + 1], asked, means, data))
            await means.clock.in_thread(means.pool, partial(_add, together, query, data, part, asked, means))
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    return together.found()


def _add(together: Together, query: Query, data: Data, part: Grid, asked: Asked, means: Means) -> None:
    found = _computed(query, data, part, asked, means.budget())
    assert isinstance(found, Scalar | Vector)
    together.add(found)


async def _slice(source: Source, query: Query, part: Grid, asked: Asked, means: Means, before: Data) -> Data:
    needs = list(wanted(query.tree, part, asked))
    # What `@` nails down is the same in every slice.
    kept = {need: before[need] for need in needs if need in before}
    fresh = await _read(source, [need for need in needs if need not in kept], means.budget(), means)
    return {**kept, **fresh}


async def _read(source: Source, needs: Sequence[Wanted], budget: Budget, means: Means) -> Data:
    data: dict[Wanted, Sequence[Series]] = {}
    for need in dict.fromkeys(needs):
        try:
            async with means.clock.limit(timedelta(seconds=budget.left)):
                if need.newest:
                    data[need] = await source.newest(need.matchers, need.start, need.end)
                else:
                    data[need] = await source.select(need.matchers, need.start, need.end, need.every)
        except TimeoutError as error:
            raise too_long(budget.limits.seconds) from error
        budget.hold(sum(len(one.times) for one in data[need]))
    return data


def _computed(query: Query, data: Data, grid: Grid, asked: Asked, budget: Budget) -> Found:
    run = Evaluation(data, asked, budget)
    match query.tree:
        case Text():
            return query.tree
        case Window():
            return _samples(data[of_window(query.tree, grid, asked)])
        case Subquery():
            return run.range_of(query.tree, grid)
    return run.value(query.tree, grid)


def _samples(series: Sequence[Series]) -> list[Series]:
    found = []
    for one in series:
        kept = ~is_stale(one.values)
        if kept.any():
            found.append(Series(one.labels, one.times[kept], np.ascontiguousarray(one.values[kept])))
    return found
