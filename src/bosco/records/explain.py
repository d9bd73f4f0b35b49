"""Why a clock stands as it does, in one sentence whose sum can be checked."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg
from bosco.records.clock import NOTHING, Clock, Word

CALLED: dict[Word, Message] = {
    "acknowledge": msg("Acknowledge"),
    "respond": msg("First response"),
    "update": msg("Next update"),
    "resolve": msg("Resolve"),
}
MINUTE = timedelta(minutes=1)


def explain(clock: Clock, zone: ZoneInfo) -> Message:
    """Return how a clock stands, and what that is made of: due 13:55 = 09:00 + 4 h business − 55 min waiting."""
    if clock.broke_at is not None:
        return _broken(clock, zone)
    sum_ = _sum(clock, zone)
    if clock.state == "stopped":
        return msg("kept after {elapsed} of {target}", elapsed=said(clock.elapsed), target=said(clock.target))
    if clock.still is not None:
        since = at(clock.still.at, zone, clock.started_at)
        why = clock.still.why or ""
        return msg(
            "stands still since {since} ({why}), {left} left: {sum}",
            since=since,
            why=why,
            left=said(clock.left),
            sum=sum_,
        )
    if clock.due is None:
        return sum_
    return msg("due {due} = {sum}", due=at(clock.due, zone, clock.started_at), sum=sum_)


def _broken(clock: Clock, zone: ZoneInfo) -> Message:
    assert clock.broke_at is not None
    due = at(clock.broke_at, zone, clock.started_at)
    if clock.voided is not None:
        return msg("was due {due}; excused: {why}", due=due, why=clock.voided)
    if clock.state == "stopped":
        over = said(max(clock.elapsed - clock.target, NOTHING))
        return msg("was due {due} = {sum}, done {over} too late", due=due, sum=_sum(clock, zone), over=over)
    return msg("was due {due} = {sum}", due=due, sum=_sum(clock, zone))


def _sum(clock: Clock, zone: ZoneInfo) -> Message:
    start = at(clock.started_at, zone, clock.started_at)
    always = clock.pledge.calendar == "always"
    target: Any = said(clock.target)
    span = target if always else msg("{span} business", span=target)
    waiting = said(clock.paused) if clock.paused >= MINUTE else None
    if clock.changed_at is not None:
        since = at(clock.changed_at, zone, clock.started_at)
        priority = clock.pledge.priority
        if waiting is None:
            return msg(
                "{start} + {span} ({priority} since {since})", start=start, span=span, priority=priority, since=since
            )
        return msg(
            "{start} + {span} ({priority} since {since}) − {waiting} waiting",
            start=start,
            span=span,
            priority=priority,
            since=since,
            waiting=waiting,
        )
    if waiting is None:
        return msg("{start} + {span}", start=start, span=span)
    return msg("{start} + {span} − {waiting} waiting", start=start, span=span, waiting=waiting)


def said(span: timedelta) -> Any:
    """Return a duration as people say it: whole minutes, below that whole seconds."""
    unit = MINUTE if abs(span) >= MINUTE else timedelta(seconds=1)
    return say_duration(span // unit * unit if span >= NOTHING else -(-span // unit * unit))


def at(instant: datetime, zone: ZoneInfo, beside: datetime) -> str:
    """Return a time of day, with its date when that is not the date of the instant it stands beside."""
    local = instant.astimezone(zone)
    same = local.date() == beside.astimezone(zone).date()
    return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"
