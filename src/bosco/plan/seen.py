"""What was seen of a measure, and the verdict of holding it against a condition."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bosco.kit.units import Quantity, convert
from bosco.kit.words import Language, Message, Text, msg

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Normal:
    """What a measure usually is at this time of the week: its median, and how far from it is still usual."""

    median: float
    spread: float = 0.0


@dataclass(frozen=True)
class Seen:
    """What is known of a measure at one instant; None stands for what is not known."""

    measure: str | Text | Message = ""
    value: float | None = None
    unit: str = ""
    word: str | None = None
    # The direction in which the measure gets better.
    good: Direction = "down"
    # In the measure's unit; None while there is not enough history.
    normal: Normal | None = None
    # How many times it happened in the window that the condition names.
    count: int | None = None
    # The value at the beginning of that window.
    before: float | None = None
    # Since when it has been observed without a hole.
    watched: timedelta | None = None
    # Since when the condition under a `for` has held without a break.
    held: timedelta | None = None

    @property
    def shown(self) -> Quantity | str:
        """Return the value as it is shown to a reader."""
        if self.value is None:
            return self.word or "?"
        return Quantity(self.value, self.unit)

    def value_in(self, unit: str) -> float:
        """Return the value in that unit; refuse if the two cannot be compared. A bare number takes the unit."""
        assert self.value is not None
        return convert(self.value, self.unit, unit)


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds, None where nobody can say, and why, with what was seen."""

    holds: bool | None
    because: Message


class Condition(ABC):
    """What a measure is held against."""

    @abstractmethod
    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds; what is unknown is never called fine."""

    @abstractmethod
    def say(self, language: Language) -> str:
        """Return it in words."""

    @property
    def unit(self) -> str:
        """Return the unit in which it is written, empty if it has none."""
        return ""

    @property
    def window(self) -> timedelta | None:
        """Return how far back one must look to judge it, None for the present alone."""
        return None

    @property
    def needs_normal(self) -> bool:
        """Say whether it asks for the measure's own normal."""
        return False


def unknown(because: Message) -> Verdict:
    """Return the verdict of nobody being able to say."""
    return Verdict(None, because)


def not_seen(seen: Seen) -> Verdict:
    """Return the verdict on a measure that has no value."""
    return unknown(msg("{measure} has no value", measure=seen.measure))
