"""How fast an error budget burns: two windows must agree, and enough must have gone wrong, before anybody is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bosco.kit.numbers import say_number
from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg

# An alert ends when both windows burn clearly slower than what began it.
CALM = 0.8


@dataclass(frozen=True)
class Events:
    """What was seen within a window: how many looks, and how many of them found it down."""

    bad: int
    total: int

    @property
    def share(self) -> float | None:
        """Return the share that was bad; None if nothing was seen, which is neither good nor bad."""
        return self.bad / self.total if self.total else None


@dataclass(frozen=True)
class Pair:
    """Two windows that must both burn that many times too fast; with few looks, one failure must not be enough."""

    name: str
    long: timedelta
    short: timedelta
    times: float
    least_bad: int = 3


PAIRS: tuple[Pair, ...] = (
    Pair("fast", timedelta(hours=1), timedelta(minutes=5), 14.4),
    Pair("medium", timedelta(hours=6), timedelta(minutes=30), 6.0),
    Pair("slow", timedelta(days=3), timedelta(hours=6), 1.0),
)


@dataclass(frozen=True)
class Burn:
    """Whether one pair of windows tells that the budget burns, why, and when nothing would be left."""

    pair: Pair
    burning: bool
    # None while a window has seen nothing.
    rate: float | None
    because: Message
    left_for: timedelta | None = None


def times_for(share: float, pair: Pair, month: timedelta = timedelta(days=30)) -> float:
    """Return how many times too fast a month's budget burns when that share of it goes within the long window."""
    return share * (month / pair.long)


def burns(
    sla: float,
    seen: Callable[[timedelta], Events],
    *,
    burning: frozenset[str] = frozenset(),
    pairs: Sequence[Pair] = PAIRS,
    left: timedelta | None = None,
) -> list[Burn]:
    """Return what each pair of windows tells; `seen` counts the last looks, `burning` names the pairs that alert now.

    `sla` is in percent; `left` is the downtime that is still allowed, for the time until there is none.
    """
    return [_burn(1 - sla / 100, pair, seen, left, was=pair.name in burning) for pair in pairs]


def _burn(budget: float, pair: Pair, seen: Callable[[timedelta], Events], left: timedelta | None, *, was: bool) -> Burn:
    long, short = seen(pair.long), seen(pair.short)
    if long.share is None or short.share is None or budget <= 0:
        # Silence ends no alert, and begins none.
        return Burn(pair, was, None, msg("nothing was seen within {window}", window=say_duration(_silent(pair, long))))
    if long.total == short.total and not was:
        # It has been watched for so short a time that both windows are the same one.
        return Burn(pair, False, None, msg("it has not been seen for long enough to tell"))
    rates = long.share / budget, short.share / budget
    rate = min(rates)
    enough = long.bad >= pair.least_bad
    burning = rate >= pair.times * CALM if was else rate >= pair.times and enough
    left_for = left / long.share if left is not None and left > timedelta(0) and long.share else None
    return Burn(pair, burning, round(rate, 2), _because(pair, long, rates[0], enough=enough), left_for)


def _silent(pair: Pair, long: Events) -> timedelta:
    return pair.long if long.share is None else pair.short


def _because(pair: Pair, long: Events, rate: float, *, enough: bool) -> Message:
    values = {
        "bad": long.bad,
        "total": long.total,
        "window": say_duration(pair.long),
        "rate": say_number(rate, places=1),
    }
    if not enough and long.bad:
        return msg("{bad} of {total} looks failed within {window}, too few to tell", **values)
    return msg("{bad} of {total} looks failed within {window}: the error budget burns {rate} times too fast", **values)
