"""Who is on call when, what changes it, and the facts about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bosco.kit.facts import Fact
from bosco.kit.words import Message, Sayable, msg

SAYINGS: dict[str, Message] = {
    "on-call.handed-over": msg("{rotation}: {now} is on call, after {before}; {open}"),
    "on-call.nobody": msg("{rotation}: nobody is on call"),
    "on-call.changed": msg("{rotation}: {who} is on call instead of {whom}, from {start} to {end}: {why}"),
    "on-call.cancelled": msg("{rotation}: {who} no longer stands in for {whom} from {start} to {end}: {why}"),
    "on-call.exchange-asked": msg("{rotation}: {first} asks {second} to exchange turns: {why}"),
    "on-call.exchange-agreed": msg("{rotation}: {first} and {second} exchange turns: {why}"),
    "on-call.exchange-refused": msg("{rotation}: {first} and {second} do not exchange turns: {why}"),
    "on-call.exchange-cancelled": msg("{rotation}: {first} no longer asks {second} to exchange turns: {why}"),
    "on-call.feed-renewed": msg("The calendar of {name} has a new address"),
    "on-call.calendar-read": msg("The calendar of {name} was read: {count} entries count"),
    "on-call.file-read": msg("A file says who is on call of {name}: {count} entries count"),
    "on-call.calendar-failed": msg("The calendar of {name} could not be read: {why}"),
}


@dataclass(frozen=True)
class Shift:
    """Somebody is on call; `layer` counts from 0, and `why` says what made it theirs."""

    start: datetime
    end: datetime
    person: str
    layer: int
    why: Sayable
    # The change of the plan's turns that put them there.
    change: str | None = None

    def covers(self, at: datetime) -> bool:
        """Say whether it is under way at the instant."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Hole:
    """Nobody is on call."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    """What somebody said that differs from the plan's turns.

    Without `whom`, `who` takes over the whole rotation; without `who`, `whom` is away and nobody is put there; without
    `rotation`, it counts for every one.
    """

    id: str
    start: datetime
    end: datetime
    rotation: str | None = None
    whom: str | None = None
    who: str | None = None
    by: str = ""
    reason: str = ""
    # The exchange or the calendar that it comes from.
    source: str = ""

    @property
    def is_from_calendar(self) -> bool:
        """Say whether a calendar says so, rather than a person."""
        return self.source.startswith(("calendar:", "file:"))


ExchangeState = Literal["asked", "agreed", "refused", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Two people want to do each other's turns."""

    id: str
    rotation: str
    first: str
    first_start: datetime
    first_end: datetime
    second: str
    second_start: datetime
    second_end: datetime
    state: ExchangeState
    by: str
    reason: str
    made_at: datetime
    ended_by: str | None = None


@dataclass(frozen=True)
class Duty:
    """How a rotation stands at an instant: who is on call, who is told when nobody is, and what comes next."""

    rotation: str
    shifts: tuple[Shift, ...]
    backup: tuple[str, ...]
    # When other people will be on call, and who; None if that is not within sight.
    next_at: datetime | None
    next_people: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Return who is on call, each once."""
        return tuple(dict.fromkeys(one.person for one in self.shifts))


class ShiftBegan(Fact, frozen=True, kw_only=True):
    """Other people are on call of a rotation; without any, nobody is."""

    rotation: str
    people: tuple[str, ...]
    before: tuple[str, ...]
    at: datetime
    # When they hand over in turn, and to whom.
    until: datetime | None = None
    next_people: tuple[str, ...] = ()

    @property
    def lane(self) -> str:
        """Return what keeps one rotation's facts in order."""
        return f"rotation:{self.rotation}"


class ExchangeMoved(Fact, frozen=True, kw_only=True):
    """An exchange was asked for, agreed to, declined or withdrawn: the first one's turn for the second one's."""

    exchange: str
    rotation: str
    first: str
    first_start: datetime
    first_end: datetime
    second: str
    second_start: datetime
    second_end: datetime
    state: ExchangeState
    reason: str
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one rotation's facts in order."""
        return f"rotation:{self.rotation}"


class OnCallChanged(Fact, frozen=True, kw_only=True):
    """Who will be on call is not what it was: somebody stands in, gave back, or exchanged turns."""

    rotation: str | None
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps these facts in order."""
        return f"rotation:{self.rotation or ''}"
