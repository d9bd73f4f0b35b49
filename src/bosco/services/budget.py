"""The error budget of a promise: how much of it is used, and whether it is kept, at risk, broken or unproven."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bosco.kit.units import say_duration, say_percentage
from bosco.kit.words import Message, msg
from bosco.services.availability import Availability
from bosco.services.section import allowed_downtime
from bosco.services.spans import Span

Verdict = Literal["kept", "at-risk", "broken", "unproven"]
# From this share of the budget on, what is left is worth a warning.
NEARLY = 0.75
# Before so much of the span is known, a rate says little about the rest of it.
EARLY = 0.1
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Budget:
    """What a promise allows, what is used of it, and the verdict with its reason; for a person to read."""

    sla: float
    span: Span
    allowed: timedelta
    used: timedelta
    unknown: timedelta
    availability: float | None
    coverage: float | None
    verdict: Verdict
    because: Message
    # What will have been used at the end if it goes on as until now; None when there is no telling yet.
    projected: timedelta | None = None
    # When nothing is left, if it goes on as until now or stays down.
    exhausted_at: datetime | None = None

    @property
    def left(self) -> timedelta:
        """Return what may still be used; less than nothing once the promise is broken."""
        return self.allowed - self.used

    @property
    def share_used(self) -> float:
        """Return the share of the budget that is used."""
        return self.used / self.allowed if self.allowed else 0.0 if not self.used else float("inf")


def judge(found: Availability, sla: float) -> Budget:
    """Return how a promise of so many percent stands."""
    allowed = allowed_downtime(sla, found.counts)
    projected, exhausted_at = _outlook(found, allowed)
    verdict, because = _verdict(found, allowed, projected)
    return Budget(
        sla=sla,
        span=found.span,
        allowed=allowed,
        used=found.used,
        unknown=found.unknown,
        availability=found.share,
        coverage=found.coverage,
        verdict=verdict,
        because=because,
        projected=projected,
        exhausted_at=exhausted_at,
    )


def _outlook(found: Availability, allowed: timedelta) -> tuple[timedelta | None, datetime | None]:
    if not found.ahead:
        return found.used, None
    left = allowed - found.used
    at_once = found.until + left if found.is_down and timedelta(0) <= left < found.ahead else None
    if not found.known or found.known < EARLY * found.counts:
        return None, at_once
    rate = found.used / found.known
    projected = found.used + rate * found.ahead
    if at_once is None and projected > allowed and left >= timedelta(0):
        return projected, found.until + left / rate
    return projected, at_once


def _verdict(found: Availability, allowed: timedelta, projected: timedelta | None) -> tuple[Verdict, Message]:
    if found.used > allowed:
        return "broken", msg(
            "{used} of downtime, {allowed} were allowed", used=_said(found.used), allowed=_said(allowed)
        )
    if not found.known:
        return "unproven", msg("nobody has seen how it was")
    if found.used + found.unknown > allowed:
        return "unproven", _hidden(found, allowed)
    if not found.ahead:
        return "kept", msg("{used} of downtime out of {allowed}", used=_said(found.used), allowed=_said(allowed))
    if found.is_down:
        return "at-risk", msg("it is down, with {left} of downtime left", left=_said(allowed - found.used))
    if found.used >= NEARLY * allowed and found.used:
        share = say_percentage(100 * found.used / allowed, places=0)
        return "at-risk", msg("{share} of the error budget is used", share=share)
    if projected is not None and projected > allowed:
        return "at-risk", msg(
            "{projected} of downtime at the end if it goes on like this, {allowed} are allowed",
            projected=_said(projected),
            allowed=_said(allowed),
        )
    return "kept", msg("{used} of downtime out of {allowed} so far", used=_said(found.used), allowed=_said(allowed))


def _hidden(found: Availability, allowed: timedelta) -> Message:
    return msg(
        "{unknown} went unwatched: with {used} of known downtime, more than the {allowed} allowed may hide there",
        unknown=_said(found.unknown),
        used=_said(found.used),
        allowed=_said(allowed),
    )


def _said(span: timedelta) -> object:
    """Return a duration as people say it: in whole seconds, a whole hour's worth or more in whole minutes."""
    unit = timedelta(minutes=1) if span >= timedelta(hours=1) else SECOND
    return say_duration(span // unit * unit)
