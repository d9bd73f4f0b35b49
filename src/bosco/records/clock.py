"""The clocks of a record: how much of a promise has run, when it is due, whether it was kept, and why.

Every answer follows from the record's own events, which hold what was promised and in which hours, and from `now`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bosco.plan.hours import add_working_time, working_time
from bosco.records.pledge import calendar_of
from bosco.records.record import Pledge, Record, Spell

Word = Literal["acknowledge", "respond", "update", "resolve"]
WORDS: tuple[Word, ...] = ("acknowledge", "respond", "update", "resolve")
# What somebody must do within some time, whatever they wait for: these never stand still.
STUBBORN: frozenset[Word] = frozenset({"acknowledge", "respond"})
State = Literal["running", "paused", "stopped"]
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Stretch:
    """A time in which one promise was in force and the clock either ran or stood still; the last has no end."""

    start: datetime
    end: datetime | None
    pledge: Pledge
    runs: bool
    spell: Spell

    def target(self, word: Word) -> timedelta | None:
        """Return how long was promised then."""
        seconds = self.pledge.seconds.get(word)
        return None if seconds is None else timedelta(seconds=seconds)

    def worked(self, zone: ZoneInfo, until: datetime) -> timedelta:
        """Return how much working time of it has passed by an instant."""
        end = until if self.end is None else min(self.end, until)
        return working_time(calendar_of(self.pledge), zone, self.start, end)


@dataclass(frozen=True)
class Clock:
    """One clock as it stands at an instant."""

    word: Word
    state: State
    started_at: datetime
    target: timedelta
    pledge: Pledge
    elapsed: timedelta
    # How much working time it stood still.
    paused: timedelta
    # None while it stands still or once it has stopped.
    due: datetime | None
    stopped_at: datetime | None = None
    broke_at: datetime | None = None
    # The reason for which somebody excused a broken promise.
    voided: str | None = None
    # Since when and why it stands still.
    still: Spell | None = None
    # When the priority that it runs by came into force, unless it was so from the beginning.
    changed_at: datetime | None = None

    @property
    def broken(self) -> bool:
        """Say whether the promise was not kept, and nobody excused it."""
        return self.broke_at is not None and self.voided is None

    @property
    def left(self) -> timedelta:
        """Return the working time that is left; less than nothing once it is broken."""
        return self.target - self.elapsed

    @property
    def share(self) -> float:
        """Return how much of the promised time has run."""
        return self.elapsed / self.target if self.target else 1.0


def clocks(record: Record, now: datetime, zone: ZoneInfo) -> list[Clock]:
    """Return every clock of a record; one that is now a part of another has none."""
    found = [] if record.merged_into else [clock(record, word, now, zone) for word in WORDS]
    return [one for one in found if one is not None]


def clock(record: Record, word: Word, now: datetime, zone: ZoneInfo) -> Clock | None:
    """Return one clock as it stands, or None if nothing is promised of it."""
    stop = stopped_at(record, word)
    path = list(stretches(record, word, stop))
    last = path[-1]
    target = last.target(word)
    if target is None:
        return None
    until = max(path[0].start, min(now, stop) if stop else now)
    ran = sum((one.worked(zone, until) for one in path if one.runs), NOTHING)
    stood = sum((one.worked(zone, until) for one in path if not one.runs and not one.spell.over), NOTHING)
    crossed = crossing(path, word, 1.0, zone)
    state: State = "stopped" if stop else "running" if last.runs else "paused"
    broke = record.broke.get(word) or (crossed if crossed and crossed <= until else None)
    return Clock(
        word=word,
        state=state,
        started_at=path[0].start,
        target=target,
        pledge=last.pledge,
        elapsed=ran,
        paused=stood,
        due=crossed if state == "running" else None,
        stopped_at=stop,
        broke_at=broke,
        voided=record.voided.get(word),
        still=last.spell if state == "paused" else None,
        changed_at=last.pledge.at if last.pledge.at > record.pledges[0].at else None,
    )


def reaches(record: Record, word: Word, share: float, zone: ZoneInfo) -> datetime | None:
    """Return when a share of the time is used up, if nothing changes; None while it stands still."""
    return crossing(list(stretches(record, word, stopped_at(record, word))), word, share, zone)


def crossing(path: list[Stretch], word: Word, share: float, zone: ZoneInfo) -> datetime | None:
    """Return the first instant at which the share in force had run; what ends exactly then was in time."""
    ran = NOTHING
    for one in path:
        if not one.runs:
            continue
        if (target := one.target(word)) is not None:
            left = target * share - ran
            at = one.start if left <= NOTHING else add_working_time(calendar_of(one.pledge), zone, one.start, left)
            if one.end is None or at < one.end:
                return at
        if one.end is not None:
            ran += one.worked(zone, one.end)
    return None


def stopped_at(record: Record, word: Word) -> datetime | None:
    """Return when a clock had done its work; the end of the case ends every clock."""
    done = {"acknowledge": record.acknowledged_at, "respond": record.responded_at}.get(word)
    ends = [at for at in (done, record.over_at) if at is not None]
    return min(ends, default=None)


def stretches(record: Record, word: Word, stop: datetime | None) -> Iterator[Stretch]:
    """Yield what a clock goes through, without holes, from its start to its stop, or for ever."""
    start = _start(record, word)
    changes = {one.at for one in record.pledges} | {one.at for one in record.stages} | set(record.replies)
    if record.responded_at:
        changes.add(record.responded_at)
    inner = sorted(at for at in changes if at > start and (stop is None or at < stop))
    points = [start, *inner]
    ends = [*inner, stop]
    for at, end in zip(points, ends, strict=True):
        pledge = next((one for one in reversed(record.pledges) if one.at <= at), record.pledges[0])
        spell = next((one for one in reversed(record.stages) if one.at <= at), record.stages[0])
        yield Stretch(at, end, pledge, _runs(record, word, spell, at), spell)


def _start(record: Record, word: Word) -> datetime:
    if word == "update" and record.told:
        return max(record.told[-1], record.opened_at)
    return record.opened_at


def _runs(record: Record, word: Word, spell: Spell, at: datetime) -> bool:
    """Say whether a clock runs: a pause counts only for a reason, after a first answer, and until the customer's."""
    if spell.over:
        return False
    if word in STUBBORN or not spell.pauses or not spell.why:
        return True
    owes_an_answer = any("respond" in one.seconds for one in record.pledges)
    if owes_an_answer and (record.responded_at is None or record.responded_at > at):
        return True
    return any(spell.at < reply <= at for reply in record.replies)
