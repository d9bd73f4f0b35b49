"""What a job's pings say of it: whether it runs, ended well, is late, or has been silent since it should have come."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bosco.kit.units import say_duration
from bosco.kit.words import Sayable, msg
from bosco.probes.kind import Outcome
from bosco.probes.state import clock_text
from bosco.probes.wakefulness import Gap

PingKind = Literal["success", "fail", "start", "log"]
# A job's clock may run this much ahead of ours: its ping then belongs to the time that it was planned for.
AHEAD = timedelta(seconds=30)


class Ping(Struct, frozen=True):
    """One ping, as it counts."""

    kind: PingKind
    at: datetime
    # Which run it belongs to, when several may overlap.
    run: str | None = None
    status: int | None = None


class Beat(Struct, frozen=True):
    """What is remembered of a job's pings."""

    # Since when Bosco listens for it: the declaration, or the end of the last time it could not listen.
    listening: datetime
    # The last success or failure.
    last: datetime | None = None
    failed: bool = False
    status: int | None = None
    # The run under way.
    started: datetime | None = None
    run: str | None = None
    # How long the last measured run took.
    took: timedelta | None = None


@dataclass(frozen=True)
class Times:
    """When the job should come: after `period`, or at the instants of `following`; both with a grace."""

    grace: timedelta
    period: timedelta | None = None
    following: Callable[[datetime], datetime | None] | None = None
    zone: tzinfo = UTC

    def after(self, at: datetime) -> datetime | None:
        """Return when the job is expected after that instant."""
        if self.following is not None:
            return self.following(at + min(AHEAD, self.grace / 4))
        return None if self.period is None else at + self.period


@dataclass(frozen=True)
class Verdict:
    """What the pings lead to, why, and since when it is so."""

    outcome: Outcome
    because: Sayable
    since: datetime
    # Nothing is known because Bosco could not hear: it listens anew from there.
    deaf_until: datetime | None = None


def hear(beat: Beat, ping: Ping) -> Beat:
    """Return what is remembered after one more ping."""
    if ping.kind == "log":
        return beat
    if ping.kind == "start":
        return replace(beat, started=ping.at, run=ping.run)
    ended = replace(beat, last=ping.at, failed=ping.kind == "fail", status=ping.status)
    if beat.started is None:
        return replace(ended, took=None)
    if ping.run == beat.run:
        return replace(ended, took=max(timedelta(0), ping.at - beat.started), started=None, run=None)
    # Another run ended than the one that started last; that one may still be under way.
    if ping.kind == "fail" or ping.run is None:
        return replace(ended, took=None, started=None, run=None)
    return replace(ended, took=None)


def expected(beat: Beat, times: Times) -> datetime | None:
    """Return when the next sign of the job is expected, before any grace."""
    candidates = []
    if beat.last is not None and (following := times.after(max(beat.last, beat.listening))) is not None:
        candidates.append(following)
    if beat.started is not None:
        candidates.append(max(beat.started, beat.listening))
    return min(candidates, default=None)


def due(beat: Beat, times: Times) -> datetime | None:
    """Return when the job is late if it gives no sign until then; None while nothing is expected."""
    at = expected(beat, times)
    return None if at is None else at + times.grace


def judge(beat: Beat, times: Times, now: datetime, gaps: Iterable[Gap] = ()) -> Verdict:
    """Return the state that the pings lead to; gaps are the times in which Bosco could not hear."""
    hoped, until = (None, None) if _in_time(beat, times, now) else (expected(beat, times), due(beat, times))
    if hoped is not None and until is not None and now >= until:
        end = _deaf(hoped, until, gaps)
        if end is not None and beat.failed:
            assert beat.last is not None
            return Verdict("down", _why_failed(beat), beat.last, deaf_until=end)
        if end is not None:
            because = msg(
                "expected at {time}, when Bosco was not listening; it listens since {end}",
                time=clock_text(hoped, times.zone),
                end=clock_text(end, times.zone),
            )
            return Verdict("unknown", because, until, deaf_until=end)
        return Verdict("down", _why_late(beat, times, hoped), until)
    if beat.last is not None and beat.failed:
        return Verdict("down", _why_failed(beat), beat.last)
    if beat.last is not None:
        if beat.last < beat.listening:
            since = clock_text(beat.listening, times.zone)
            return Verdict("unknown", msg("no ping since Bosco listens again ({time})", time=since), beat.listening)
        return Verdict("up", _why_up(beat), beat.last)
    if beat.started is not None:
        return Verdict("unknown", msg("its first run is under way"), beat.started)
    return Verdict("unknown", msg("no ping has ever come"), beat.listening)


def _in_time(beat: Beat, times: Times, now: datetime) -> bool:
    """Say quickly, without a calendar, that nothing can be due yet: most pings come when all is well."""
    return beat.started is None and beat.last is not None and now < max(beat.last, beat.listening) + times.grace


def _deaf(hoped: datetime, until: datetime, gaps: Iterable[Gap]) -> datetime | None:
    """Return when Bosco could hear again, if it was deaf for most of the time in which the ping should have come."""
    deaf, end = timedelta(0), hoped
    for gap in gaps:
        overlap = min(gap.end, until) - max(gap.start, hoped)
        if overlap >= timedelta(0):
            deaf += overlap
            end = max(end, gap.end)
    covered = end > hoped if until == hoped else deaf * 2 > until - hoped
    return end if covered else None


def _why_late(beat: Beat, times: Times, hoped: datetime) -> Sayable:
    if beat.started is not None and hoped == max(beat.started, beat.listening):
        return msg(
            "started at {time} and not ended after {grace}",
            time=clock_text(beat.started, times.zone),
            grace=say_duration(times.grace),
        )
    assert beat.last is not None
    return msg(
        "no ping since {last}; one was expected at {time}, with {grace} of grace",
        last=clock_text(beat.last, times.zone),
        time=clock_text(hoped, times.zone),
        grace=say_duration(times.grace),
    )


def _why_failed(beat: Beat) -> Sayable:
    if beat.status is not None:
        return msg("the job ended with exit status {status}", status=beat.status)
    return msg("the job said that it failed")


def _why_up(beat: Beat) -> Sayable:
    if beat.took is not None:
        return msg("the job ended well after {took}", took=say_duration(_round(beat.took)))
    return msg("the job gave a sign")


def _round(span: timedelta) -> timedelta:
    return span - timedelta(microseconds=span.microseconds) if span >= timedelta(seconds=10) else span
