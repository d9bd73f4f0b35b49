"""Conditions that compare a number: with a bound, with a range, or with a level in the measure's bad direction."""

import math
from dataclasses import dataclass

from bosco.kit.numbers import Unreadable
from bosco.kit.units import Quantity
from bosco.kit.words import Language, Message, msg
from bosco.plan.seen import Condition, Seen, Verdict, not_seen, unknown

SIGNS = (">=", "<=", "==", "!=", ">", "<")


def compares(value: float, sign: str, bound: float) -> bool:
    """Say whether the value stands so to the bound; what a change of unit may have blurred counts as equal."""
    same = value == bound or math.isclose(value, bound, rel_tol=1e-12)
    if sign in ("==", "!="):
        return same == (sign == "==")
    if same:
        return sign in (">=", "<=")
    return value > bound if sign in (">", ">=") else value < bound


def in_words(sign: str, bound: object) -> Message:
    """Return the comparison in words."""
    if sign == ">":
        return msg("above {bound}", bound=bound)
    if sign == ">=":
        return msg("at least {bound}", bound=bound)
    if sign == "<":
        return msg("below {bound}", bound=bound)
    if sign == "<=":
        return msg("at most {bound}", bound=bound)
    return msg("exactly {bound}", bound=bound) if sign == "==" else msg("other than {bound}", bound=bound)


def verdict(holds: bool, seen: Seen, sign: str, bound: object) -> Verdict:
    """Return the verdict of a comparison, with what was seen: `error_rate (6.2%) > 5%`."""
    values = {"measure": seen.measure, "seen": seen.shown, "sign": sign, "bound": bound}
    if holds:
        return Verdict(True, msg("{measure} ({seen}) {sign} {bound}", **values))
    return Verdict(False, msg("{measure} ({seen}) is not {sign} {bound}", **values))


def _seen_number(seen: Seen, unit: str) -> float | Verdict:
    if seen.value is None and seen.word is not None:
        return unknown(msg("{measure} ({seen}) is not a number", measure=seen.measure, seen=seen.word))
    if seen.value is None or math.isnan(seen.value):
        return not_seen(seen)
    try:
        return seen.value_in(unit)
    except Unreadable as error:
        why = error.says
        return unknown(msg("{measure} ({seen}) is unclear: {why}", measure=seen.measure, seen=seen.shown, why=why))


@dataclass(frozen=True)
class Compare(Condition):
    """`> 50/min`, `< 30 days`, `>= 85%`, `== 200`, `!= 0`."""

    sign: str
    bound: Quantity

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        value = _seen_number(seen, self.bound.unit)
        if isinstance(value, Verdict):
            return value
        return verdict(compares(value, self.sign, self.bound.value), seen, self.sign, self.bound)

    def say(self, language: Language) -> str:
        """Return it in words."""
        return in_words(self.sign, self.bound).say(language)

    @property
    def unit(self) -> str:
        """Return the unit it is written in."""
        return self.bound.unit

    def __str__(self) -> str:
        return f"{self.sign} {self.bound}"


@dataclass(frozen=True)
class Between(Condition):
    """`10-50/min`: from one bound to the other, both included."""

    low: Quantity
    high: Quantity

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        value = _seen_number(seen, self.high.unit)
        if isinstance(value, Verdict):
            return value
        holds = compares(value, ">=", self.low.to(self.unit).value) and compares(value, "<=", self.high.value)
        said = {"measure": seen.measure, "seen": seen.shown, "low": self._low, "high": self.high}
        if holds:
            return Verdict(True, msg("{measure} ({seen}) is between {low} and {high}", **said))
        return Verdict(False, msg("{measure} ({seen}) is not between {low} and {high}", **said))

    def say(self, language: Language) -> str:
        """Return it in words."""
        return msg("between {low} and {high}", low=self._low, high=self.high).say(language)

    @property
    def _low(self) -> Quantity:
        """Return the lower bound as it is written before the upper one, which says the unit of both."""
        return Quantity(self.low.value) if self.low.unit == self.unit else self.low

    @property
    def unit(self) -> str:
        """Return the unit it is written in."""
        return self.high.unit

    def __str__(self) -> str:
        return f"{self._low}-{self.high}"


@dataclass(frozen=True)
class Level(Condition):
    """A bare `70%`: at or past that value in the measure's bad direction; as a target, in its good direction."""

    bound: Quantity
    target: bool = False

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        value = _seen_number(seen, self.bound.unit)
        if isinstance(value, Verdict):
            return value
        sign = ">=" if (seen.good == "up") == self.target else "<="
        return verdict(compares(value, sign, self.bound.value), seen, sign, self.bound)

    def say(self, language: Language) -> str:
        """Return it in words."""
        if self.target:
            return msg("{bound} or better", bound=self.bound).say(language)
        return msg("{bound} or worse", bound=self.bound).say(language)

    @property
    def unit(self) -> str:
        """Return the unit it is written in."""
        return self.bound.unit

    def __str__(self) -> str:
        return str(self.bound)
