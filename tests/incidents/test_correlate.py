"""What moved first around the start of an incident."""

from datetime import UTC, datetime, timedelta

import numpy as np

from bosco.incidents.correlate import Curve, alike, moved_first

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=10)
CHANCE = np.random.default_rng(7)


def curve(
    name: str, level: float, noise: float, jump_at: float | None = None, to: float = 0.0, every: int = 60
) -> Curve:
    """Two hours around the start; `jump_at` in minutes from it."""
    minutes = np.arange(-100, 20, every / 60)
    values = level + noise * CHANCE.standard_normal(len(minutes))
    if jump_at is not None:
        values[minutes >= jump_at] += to - level
    times = (START.timestamp() * 1000 + minutes * 60_000).astype(np.int64)
    return Curve(name, name, times, values)


def test_the_signal_that_moved_first_comes_first() -> None:
    curves = [
        curve("errors", 0.1, 0.02, 2, 8.0),
        curve("memory", 60, 1.0, -12, 95),
        curve("latency", 120, 5.0, -3, 900),
        curve("visits", 500, 20.0),
        curve("flat", 3.0, 0.0),
    ]
    found = moved_first(curves, START, BEFORE, AFTER)
    assert [one.name for one in found] == ["memory", "latency", "errors"]
    assert found[0].at == START - timedelta(minutes=12)
    assert found[0].rising
    assert 55 < found[0].usual < 65
    assert found[0].reached > 90


def test_one_point_out_of_line_is_chance() -> None:
    one = curve("spike", 10, 0.5)
    one.values[80] = 500
    assert moved_first([one], START, BEFORE, AFTER) == []


def test_a_flat_line_that_steps_is_seen_and_a_hole_is_nothing() -> None:
    stepped = curve("queue", 0.0, 0.0, -5, 40)
    hole = curve("hole", 10, 0.5)
    hole.values[70:] = np.nan
    short = Curve("short", "short", stepped.times[-3:], stepped.values[-3:])
    assert [one.name for one in moved_first([stepped, hole, short], START, BEFORE, AFTER)] == ["queue"]


def test_a_counter_that_ticks_now_and_then_has_not_moved_when_it_ticks_again() -> None:
    minutes = np.arange(-100, 20)
    values = np.where(minutes % 13 < 2, 0.05, 0.0)
    times = (START.timestamp() * 1000 + minutes * 60_000).astype(np.int64)
    assert moved_first([Curve("ticks", "ticks", times, values)], START, BEFORE, AFTER) == []
    burst = np.where(minutes >= -4, 2.0, values)
    assert [one.name for one in moved_first([Curve("burst", "burst", times, burst)], START, BEFORE, AFTER)] == ["burst"]


def test_past_incidents_are_alike_by_the_words_they_share() -> None:
    others = [("A-1", ["api", "down", "database"]), ("A-2", ["web", "slow"]), ("A-3", ["api", "down"]), ("A-4", [])]
    assert alike(["api", "down"], others) == [("A-3", 1.0), ("A-1", 2 / 3)]
    assert alike([], others) == []
