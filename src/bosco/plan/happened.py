"""Conditions on what happened over some time: anything, nothing, no growth, or one condition without a break."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bosco.kit.plural import plural
from bosco.kit.units import Quantity, say_duration, write_duration
from bosco.kit.words import Language, msg
from bosco.plan.seen import Condition, Seen, Verdict, not_seen, unknown


def _count(seen: Seen) -> float | None:
    """Return how many times it happened; a measure that only has a value counts by it."""
    if seen.count is not None:
        return float(seen.count)
    return None if seen.value is None or math.isnan(seen.value) else seen.value


@dataclass(frozen=True)
class Happened(Condition):
    """`any`, `detected`: it happened at least once in the window."""

    word: Literal["any", "detected"] = "any"

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        count = _count(seen)
        if count is None:
            return not_seen(seen)
        if count > 0:
            times = plural(count, "once", "{times} times", times=Quantity(count))
            return Verdict(True, msg("{measure} happened {times}", measure=seen.measure, times=times))
        return Verdict(False, msg("{measure} did not happen", measure=seen.measure))

    def say(self, language: Language) -> str:
        """Return it in words."""
        return (msg("any occurrence") if self.word == "any" else msg("as soon as detected")).say(language)

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True)
class Nothing(Condition):
    """`0 during 1 week`: nothing at all over that time."""

    span: timedelta

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        count = _count(seen)
        if count is None:
            return not_seen(seen)
        said = {"measure": seen.measure, "seen": Quantity(count), "span": say_duration(self.span)}
        if count > 0:
            return Verdict(False, msg("{measure} happened ({seen}) in the last {span}", **said))
        if seen.watched is not None and seen.watched < self.span:
            return unknown(msg("{measure} has not been watched for {span} yet", **said))
        return Verdict(True, msg("{measure} did not happen in the last {span}", **said))

    @property
    def window(self) -> timedelta | None:
        """Return how far back it looks."""
        return self.span

    def say(self, language: Language) -> str:
        """Return it in words."""
        return msg("nothing at all in {span}", span=say_duration(self.span)).say(language)

    def __str__(self) -> str:
        return f"0 during {write_duration(self.span)}"


@dataclass(frozen=True)
class Stagnation(Condition):
    """`stagnation 2 months`: no growth over that time."""

    span: timedelta

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        if seen.value is None or math.isnan(seen.value):
            return not_seen(seen)
        said = {"measure": seen.measure, "seen": seen.shown, "span": say_duration(self.span)}
        if seen.before is None or (seen.watched is not None and seen.watched < self.span):
            return unknown(msg("{measure} has not been watched for {span} yet", **said))
        said["before"] = Quantity(seen.before, seen.unit)
        if seen.value <= seen.before:
            return Verdict(True, msg("{measure} ({seen}) has not grown in {span}: it was {before}", **said))
        return Verdict(False, msg("{measure} ({seen}) has grown in {span}: it was {before}", **said))

    @property
    def window(self) -> timedelta | None:
        """Return how far back it looks."""
        return self.span

    def say(self, language: Language) -> str:
        """Return it in words."""
        return msg("no growth in {span}", span=say_duration(self.span)).say(language)

    def __str__(self) -> str:
        return f"stagnation {write_duration(self.span)}"


@dataclass(frozen=True)
class Held(Condition):
    """`> 1% for 5m`: a condition that has held that long without a break."""

    inner: Condition
    span: timedelta

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        verdict = self.inner.judge(seen)
        if not verdict.holds:
            return verdict
        if seen.held is None:
            return unknown(msg("{why}, nobody knows since when", why=verdict.because))
        said = {"why": verdict.because, "held": say_duration(seen.held), "span": say_duration(self.span)}
        if seen.held >= self.span:
            return Verdict(True, msg("{why}, for {held}", **said))
        return Verdict(False, msg("{why}, only for {held} of {span}", **said))

    @property
    def unit(self) -> str:
        """Return the unit it is written in."""
        return self.inner.unit

    @property
    def window(self) -> timedelta | None:
        """Return how far back it looks."""
        return self.inner.window

    @property
    def needs_normal(self) -> bool:
        """Say whether it asks for the measure's own normal."""
        return self.inner.needs_normal

    def say(self, language: Language) -> str:
        """Return it in words."""
        span = say_duration(self.span)
        return msg("{condition}, for {span} without a break", condition=self.inner, span=span).say(language)

    def __str__(self) -> str:
        return f"{self.inner} for {write_duration(self.span)}"
