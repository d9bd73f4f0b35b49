"""What the API tells of who is on call, and what it is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from bosco.kit.words import Language, Sayable, Text, say
from bosco.people.exchanges import Part
from bosco.people.model import Change, Duty, Exchange, ExchangeState, Hole, Shift
from bosco.people.section import shown_name
from bosco.plan.load import Plan

Reason = Annotated[str, Meta(max_length=500)]
Key = Annotated[str, Meta(max_length=200)]


@dataclass
class PersonOut:
    """Somebody of the team."""

    name: str
    label: str


@dataclass
class ShiftOut:
    """Somebody is on call; `override` is the change that put them there."""

    person: PersonOut
    start: datetime
    end: datetime
    layer: int
    because: str
    override: str | None


@dataclass
class HoleOut:
    """Nobody is on call."""

    start: datetime
    end: datetime


@dataclass
class DutyOut:
    """How a rotation stands: `instead` are those who are told while nobody is on call."""

    rotation: str
    label: str
    at: datetime
    on_call: list[ShiftOut]
    instead: list[PersonOut]
    next_at: datetime | None
    next: list[PersonOut]


@dataclass
class RotationOut:
    """What comes of a rotation between two instants."""

    rotation: str
    label: str
    start: datetime
    end: datetime
    shifts: list[ShiftOut]
    holes: list[HoleOut]


@dataclass
class OverrideOut:
    """A change of the plan's turns: without `whom`, everybody's; without `who`, nobody takes the place."""

    id: str
    rotation: str | None
    who: str | None
    whom: str | None
    start: datetime
    end: datetime
    by: str
    reason: str
    source: str


@dataclass
class OverrideIn:
    """Puts somebody on call: instead of `whom`, or of everybody."""

    rotation: Key
    who: Key
    start: datetime
    end: datetime
    whom: Key | None = None
    reason: Reason = ""


@dataclass
class TurnIn:
    """Somebody's turn."""

    person: Key
    start: datetime
    end: datetime


@dataclass
class ExchangeIn:
    """Asks for an exchange: the first turn for the second."""

    rotation: Key
    first: TurnIn
    second: TurnIn
    reason: Reason = ""


@dataclass
class ExchangeOut:
    """An exchange, and how it stands."""

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


def person_out(plan: Plan, key: str, language: Language) -> PersonOut:
    """Return somebody as the API tells them."""
    return PersonOut(key, spoken(shown_name(plan, key), language))


def shift_out(plan: Plan, one: Shift, language: Language) -> ShiftOut:
    """Return a shift as the API tells it."""
    person = person_out(plan, one.person, language)
    return ShiftOut(person, one.start, one.end, one.layer, spoken(one.why, language), one.change)


def hole_out(one: Hole) -> HoleOut:
    """Return a hole as the API tells it."""
    return HoleOut(one.start, one.end)


def duty_out(plan: Plan, one: Duty, at: datetime, language: Language) -> DutyOut:
    """Return how a rotation stands as the API tells it."""
    return DutyOut(
        rotation=one.rotation,
        label=spoken(shown_name(plan, one.rotation), language),
        at=at,
        on_call=[shift_out(plan, each, language) for each in one.shifts],
        instead=[person_out(plan, key, language) for key in one.backup],
        next_at=one.next_at,
        next=[person_out(plan, key, language) for key in one.next_people],
    )


def override_out(one: Change) -> OverrideOut:
    """Return a change as the API tells it."""
    return OverrideOut(one.id, one.rotation, one.who, one.whom, one.start, one.end, one.by, one.reason, one.source)


def exchange_out(one: Exchange, state: ExchangeState | None = None) -> ExchangeOut:
    """Return an exchange as the API tells it; with the state that it has just come to."""
    return ExchangeOut(
        id=one.id,
        rotation=one.rotation,
        first=one.first,
        first_start=one.first_start,
        first_end=one.first_end,
        second=one.second,
        second_start=one.second_start,
        second_end=one.second_end,
        state=state or one.state,
        by=one.by,
        reason=one.reason,
    )


def part_of(turn: TurnIn) -> Part:
    """Return a turn as an exchange names it."""
    return turn.person, turn.start, turn.end


def spoken(value: Sayable | Text, language: Language) -> str:
    """Return a text in that language."""
    return str(say(value, language))
