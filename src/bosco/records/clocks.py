"""What has become of a record's clocks in a transaction: lines, facts, and when to look again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bosco.kit.packed import pack
from bosco.kit.units import say_percentage
from bosco.kit.words import say
from bosco.records.clock import WORDS, Clock, Word, clock, clocks, reaches
from bosco.records.explain import CALLED, explain
from bosco.records.record import Record

SHARES = (0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Crossed:
    """Shares that a clock has passed and nobody has noted yet: only the last of them is told."""

    word: Word
    shares: tuple[float, ...]
    at: datetime

    @property
    def share(self) -> float:
        """Return the last one."""
        return self.shares[-1]


@dataclass(frozen=True)
class Turn:
    """A clock that began, stood still, went on, changed or stopped."""

    what: str
    clock: Clock


def crossed(record: Record, now: datetime, zone: ZoneInfo) -> list[Crossed]:
    """Return what each clock has passed by now, also one that somebody stopped before Bosco could look."""
    found = []
    for word in WORDS:
        if record.merged_into or clock(record, word, now, zone) is None:
            continue
        known = record.reached.get(word, ())
        passed = {share: reaches(record, word, share, zone) for share in SHARES if share not in known}
        due = {share: at for share, at in passed.items() if at is not None and at <= now}
        if due:
            shares = tuple(sorted(due))
            found.append(Crossed(word, shares, due[shares[-1]]))
    return found


def next_look(record: Record, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a clock passes the next share, if nothing changes."""
    if record.over or record.merged_into:
        return None
    ahead = [
        at
        for word in WORDS
        for share in SHARES
        if share not in record.reached.get(word, ()) and (at := reaches(record, word, share, zone)) is not None
    ]
    return min((max(at, now) for at in ahead), default=None)


def turns(before: Record | None, after: Record, now: datetime, zone: ZoneInfo) -> list[Turn]:
    """Return what a change of the record did to its clocks."""
    was = {one.word: one for one in (clocks(before, now, zone) if before else [])}
    found = []
    for one in clocks(after, now, zone):
        what = _what(was.pop(one.word, None), one)
        if what:
            found.append(Turn(what, one))
    # A clock without a promise any more, or of a record that is a part of another now.
    found += [Turn("stopped", one) for one in was.values() if one.state != "stopped"]
    return found


def _what(was: Clock | None, now: Clock) -> str | None:
    if was is None or was.started_at != now.started_at:
        return "started" if now.state != "stopped" else None
    if was.state != now.state:
        if now.state == "stopped":
            return "stopped"
        return "paused" if now.state == "paused" else "resumed" if was.state == "paused" else "started"
    if now.state == "stopped":
        return None
    return "changed" if was.due != now.due or was.target != now.target else None


def data_of(one: Clock, zone: ZoneInfo, share: float | None = None) -> dict[str, Any]:
    """Return what a line of the journal holds of a clock."""
    found: dict[str, Any] = {
        "clock": pack(CALLED[one.word]),
        "word": one.word,
        "due": one.due.isoformat() if one.due else None,
        "share": share,
        "because": pack(explain(one, zone)),
        "priority": one.pledge.priority,
    }
    if share is not None:
        found["percent"] = pack(say_percentage(share * 100, places=0))
    return {name: value for name, value in found.items() if value is not None}


def why_of(one: Clock, zone: ZoneInfo) -> str:
    """Return the sentence of a clock for programs."""
    return str(say(explain(one, zone), "en"))


def first_due(record: Record, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the next promise is due."""
    return min((one.due for one in clocks(record, now, zone) if one.due is not None), default=None)


def is_broken(record: Record) -> bool:
    """Say whether a promise was broken and nobody excused it."""
    return any(word not in record.voided for word in record.broke)
