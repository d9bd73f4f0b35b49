"""The escalation of a matter: its steps as they were when it began, and when each is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from bosco.kit.units import say_duration, say_percentage
from bosco.kit.words import Message, msg
from bosco.notices.section import ESCALATION, PRIORITIES
from bosco.plan.header import TIMEZONE, hours_called
from bosco.plan.hours import Hours, add_working_time
from bosco.plan.load import Plan


class Rung(msgspec.Struct, frozen=True):
    """One step: at a share of the time to resolve (50.0), or so many seconds after the beginning."""

    to: tuple[str, ...]
    at: float | None = None
    after: float | None = None
    via: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what it is recognised by, so that no step is taken twice whatever else changes."""
        when = f"{self.at:g}%" if self.at is not None else f"{self.after or 0:g}s"
        return f"{when} {','.join(self.to)}"

    def says(self, resolve: float | None) -> Message:
        """Return why it comes then."""
        if self.at is not None:
            share = say_percentage(self.at)
            if not self.at or resolve is None:
                return msg("at {share} of the time to resolve", share=share)
            return msg("{share} of {span}", share=share, span=say_duration(timedelta(seconds=resolve)))
        return msg("after {span}", span=say_duration(timedelta(seconds=self.after or 0)))


class Ladder(msgspec.Struct, frozen=True):
    """The steps for a priority, with what their instants follow from."""

    rungs: tuple[Rung, ...] = ()
    resolve: float | None = None
    hours: str = "always"
    # How long an acknowledgement lasts without progress.
    kept: float | None = None


class Done(msgspec.Struct, frozen=True):
    """A step that was taken."""

    name: str
    at: datetime
    to: tuple[str, ...]
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """A step that is still to come; `at` is None while the clock stands still."""

    rung: Rung
    at: datetime | None


def ladder_of(plan: Plan, priority: str) -> Ladder:
    """Return the escalation of a priority as the plan has it now."""
    known = plan[PRIORITIES].get(priority)
    kept = known.acknowledged_for if known else None
    return Ladder(
        rungs=tuple(
            Rung(step.to, step.at, step.after.total_seconds() if step.after is not None else None, step.via)
            for step in plan[ESCALATION].get(priority, ())
        ),
        resolve=known.resolve.total_seconds() if known and known.resolve is not None else None,
        hours=known.hours if known else "always",
        kept=kept.total_seconds() if kept is not None else None,
    )


@dataclass(frozen=True)
class Climb:
    """What the instants of the steps are counted from."""

    opened: datetime
    since: datetime
    shares: Mapping[str, datetime] | None
    hours: Hours
    zone: ZoneInfo

    def instant(self, rung: Rung, resolve: float | None) -> datetime | None:
        """Return when a step is due, never before the matter was opened; None while its clock stands still."""
        if rung.at is None:
            return self.opened + timedelta(seconds=rung.after or 0)
        if rung.at == 0:
            return self.opened
        if self.shares is not None:
            known = {round(float(share), 6): at for share, at in self.shares.items()}
            found = known.get(round(rung.at / 100, 6))
            return None if found is None else max(found, self.opened)
        if resolve is None:
            return None
        span = timedelta(seconds=resolve * rung.at / 100)
        return max(add_working_time(self.hours, self.zone, self.since, span), self.opened)


def climb_of(plan: Plan, ladder: Ladder, opened: datetime, since: datetime, shares: Any) -> Climb:
    """Return what a matter's steps are counted from."""
    return Climb(opened, since, shares, hours_called(plan, ladder.hours), plan[TIMEZONE])


def steps_ahead(ladder: Ladder, climb: Climb, done: Sequence[Done]) -> list[Due]:
    """Return the steps that were not taken, in the order in which they come; those that stand still last."""
    taken = {one.name for one in done}
    ahead = [Due(rung, climb.instant(rung, ladder.resolve)) for rung in ladder.rungs if rung.name not in taken]
    return sorted(ahead, key=lambda one: (one.at is None, one.at or climb.opened))


def steps_due(ahead: Sequence[Due], now: datetime) -> list[Due]:
    """Return the steps whose instant has come: they are taken together, so that nothing comes in a burst."""
    return [one for one in ahead if one.at is not None and one.at <= now]


def next_step(ahead: Sequence[Due]) -> datetime | None:
    """Return when the next step is due, if its clock runs."""
    return ahead[0].at if ahead else None
