"""What a level would have told is what it tells when the same samples come live."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.alerts.shelf import Shelf
from tests.alerts.world import plan_of

from bosco.alerts.board import FIRING, LOST
from bosco.alerts.judging import Judge, millis
from bosco.alerts.ready import ready_rules
from bosco.alerts.replay import replay
from bosco.promql.source import NAME, STALE, Series

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
STEP = timedelta(seconds=15)
LIVE = int(timedelta(minutes=75) / STEP)


def plan_with(condition: str, lasting: str = "") -> str:
    beside = f", for: {lasting}" if lasting else ""
    return f"""
plan: Shop
signals: {{cpu: {{push: true, unit: "%", stale: 2m}}}}
alerts: {{critical: [{{cpu: {{when: "{condition}"{beside}}}}}]}}
"""


def live(text: str, series: list[Series]) -> list[tuple[datetime, datetime | None, bool, str]]:
    """Judge every 15 seconds, as the running process does, and return what was told."""
    shelf, found, told = Shelf(), {}, []
    judge = Judge(shelf, plan_of(text))
    for one in series:
        shelf.tell("cpu", 0.0, 0, {name: value for name, value in one.labels.items() if name != NAME})
    fed = [0] * len(series)

    async def story() -> None:
        for tick in range(LIVE + 1):
            now = START + tick * STEP
            for place, one in enumerate(series):
                while fed[place] < len(one.times) and one.times[fed[place]] <= millis(now):
                    labels = {name: value for name, value in one.labels.items() if name != NAME}
                    shelf.tell("cpu", float(one.values[fed[place]]), int(one.times[fed[place]]), labels)
                    fed[place] += 1
            for turn in await judge.judge(now):
                host = judge.subject_at(turn.pair)[1][0][1]
                if turn.before in (FIRING, LOST):
                    told.append((found[turn.pair][0], now, found.pop(turn.pair)[1], host))
                if turn.after in (FIRING, LOST):
                    found[turn.pair] = (now, turn.after == LOST)
        told.extend((since, None, lost, judge.subject_at(pair)[1][0][1]) for pair, (since, lost) in found.items())

    asyncio.run(story())
    return sorted(told, key=lambda one: (one[0], one[3]))


def series_of(host: str, values: list[float | None], every: int) -> Series:
    known = [(number * every, value) for number, value in enumerate(values) if value is not None]
    times = np.array([millis(START) + at * 1000 for at, _ in known], dtype=np.int64)
    return Series({NAME: "cpu", "host": host}, times, np.array([value for _, value in known], dtype=np.float64))


VALUE = st.sampled_from([10.0, 10.0, 84.9, 85.0, 90.0, 90.0, None, float("nan"), float(STALE)])


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    first=st.lists(VALUE, min_size=2, max_size=60),
    second=st.lists(VALUE, min_size=2, max_size=60),
    every=st.sampled_from([15, 40, 60, 95]),
    lasting=st.sampled_from(["", "5m", "90s"]),
    condition=st.sampled_from(["85%", "> 85%", "50-88%"]),
)
def test_the_past_is_judged_as_the_present_is(
    first: list[float | None], second: list[float | None], every: int, lasting: str, condition: str
) -> None:
    series = [series_of("a", [1.0, *first], every), series_of("b", [1.0, *second], every)]
    text = plan_with(condition, lasting)
    plan = plan_of(text)
    (ready,) = ready_rules(plan)["cpu"]
    found = replay(plan, ready, series, START, START + LIVE * STEP)
    told = sorted(
        ((one.begin, one.end, one.lost, one.labels["host"]) for one in found.episodes),
        key=lambda one: (one[0], one[3]),
    )
    assert told == live(text, series)


@pytest.mark.parametrize(
    ("condition", "count"), [("> 200% normal", 1), ("any", 2), ("0 during 6h", 1), ("detected", 2)]
)
def test_every_sort_of_condition_has_a_past(condition: str, count: int) -> None:
    plan = plan_of(plan_with(condition))
    (ready,) = ready_rules(plan)["cpu"]
    minutes = np.arange(0, 40 * 24 * 60, 5)
    times = millis(START) - 35 * 86_400_000 + minutes * 60_000
    values = np.zeros(len(times))
    if condition == "> 200% normal":
        values += 100.0
        values[-200:-190] = 500.0
    elif condition == "0 during 6h":
        values += 1.0
        values[-300:-150] = 0.0
    else:
        values[[-900, -300]] = 1.0
    series = [Series({NAME: "cpu", "host": "a"}, times, values)]
    found = replay(plan, ready, series, START - timedelta(days=5), START + timedelta(days=5) - timedelta(minutes=5))
    assert len(found.episodes) == count, found.episodes
    assert all(one.end is not None for one in found.episodes)


def test_a_series_is_nobodys_silence_before_it_began() -> None:
    plan = plan_of(plan_with("85%"))
    (ready,) = ready_rules(plan)["cpu"]
    late = Series({NAME: "cpu", "host": "b"}, np.array([millis(START)]), np.array([90.0]))
    minutes = np.arange(-3000, 10)
    early = Series({NAME: "cpu", "host": "a"}, millis(START) + minutes * 60_000, np.full(len(minutes), 10.0))
    found = replay(plan, ready, [late, early], START - timedelta(days=1), START + timedelta(minutes=1))
    (episode,) = found.episodes
    assert (episode.labels, episode.begin, str(episode.seen)) == ({"host": "b"}, START, "90%")
