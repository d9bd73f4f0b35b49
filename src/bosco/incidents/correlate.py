"""What moved first: the signals that left their usual range around the start of an incident, the earliest in front."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

# What is usual is taken from the hour before the time in question, and needs some points to be known.
USUAL = timedelta(hours=1)
ENOUGH = 8
# So many times its usual spread away from the middle is no longer usual, twice in a row no longer chance.
FAR = 5.0
IN_A_ROW = 2
# The second farthest of some dozens of points lies about so many spreads away.
ASTRAY = 3.0
# A spread of a flat line: a hundredth of its level.
LEAST = 0.01


@dataclass(frozen=True)
class Curve:
    """A signal over time: what it is, and its points; `times` are milliseconds since 1970, ascending."""

    name: str
    label: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    unit: str = ""


@dataclass(frozen=True)
class Move:
    """A signal that left its usual range: when, from what, to what, and how far in terms of its usual spread."""

    name: str
    label: str
    at: datetime
    usual: float
    reached: float
    strength: float
    curve: Curve = field(compare=False, repr=False)

    @property
    def rising(self) -> bool:
        """Say whether it went up."""
        return self.reached > self.usual


def moved_first(curves: Iterable[Curve], start: datetime, before: timedelta, after: timedelta) -> list[Move]:
    """Return the signals that moved between `before` and `after` the start, the earliest first, then the strongest."""
    found = [move for curve in curves if (move := _move(curve, start - before, start + after)) is not None]
    return sorted(found, key=lambda move: (move.at, -move.strength, move.name))


def _move(curve: Curve, opens: datetime, closes: datetime) -> Move | None:
    kept = np.isfinite(curve.values)
    times, values = curve.times[kept], curve.values[kept]
    begin, end = _milliseconds(opens), _milliseconds(closes)
    calm = values[(times >= begin - USUAL // timedelta(milliseconds=1)) & (times < begin)]
    watched = (times >= begin) & (times <= end)
    if len(calm) < ENOUGH or np.count_nonzero(watched) < IN_A_ROW:
        return None
    usual = float(np.median(calm))
    distances = np.abs(calm - usual)
    # 1.4826 makes the median distance comparable with a standard deviation. What went astray more than once in
    # the calm hour is usual too: a counter that ticks now and then has a middle of nought, and no median distance.
    astray = float(np.partition(distances, -2)[-2]) / ASTRAY
    spread = max(1.4826 * float(np.median(distances)), astray, LEAST * abs(usual), 1e-9)
    away = np.abs(values[watched] - usual) / spread
    first = _first_run(away > FAR)
    if first is None:
        return None
    farthest = first + int(np.argmax(away[first:]))
    return Move(
        curve.name,
        curve.label,
        datetime.fromtimestamp(int(times[watched][first]) / 1000, UTC),
        usual,
        float(values[watched][farthest]),
        float(away[farthest]),
        curve,
    )


def _first_run(far: NDArray[np.bool_]) -> int | None:
    together = far[: len(far) - IN_A_ROW + 1].copy()
    for step in range(1, IN_A_ROW):
        together &= far[step : len(far) - IN_A_ROW + 1 + step]
    return int(np.argmax(together)) if together.any() else None


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def alike(words: Sequence[str], others: Iterable[tuple[str, Sequence[str]]], most: int = 5) -> list[tuple[str, float]]:
    """Return past incidents whose words are like these, the likest first: shared words over all words."""
    own = set(words)
    rated = [(name, len(own & set(theirs)) / len(own | set(theirs))) for name, theirs in others if own or theirs]
    return sorted((one for one in rated if one[1] > 0), key=lambda one: (-one[1], one[0]))[:most]
