"""What happens to records, told to other rooms, and how the journal says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bosco.kit.facts import Fact
from bosco.kit.words import msg

SAYINGS = {
    "record.opened": msg("{record} was opened by {by}: {title}"),
    "record.moved": msg("{record} went from {from} to {to}"),
    "record.moved-for": msg("{record} went from {from} to {to}: {why}"),
    "record.failed": msg("{from} failed, {record} returned to {to}: {why}"),
    "record.closed": msg("{record} is over: {to}"),
    "record.reopened": msg("{record} was opened again in {to}: {why}"),
    "record.priority": msg("{record} is {to} now, it was {from}: {why}"),
    "record.written": msg("{by} wrote {field} of {record}"),
    "record.written-for": msg("{by} wrote {field} of {record}: {why}"),
    "record.assigned": msg("{record} is in the hands of {to}"),
    "record.role": msg("{person} is {role} of {record}"),
    "record.watched": msg("{person} watches {record}"),
    "record.unwatched": msg("{person} no longer watches {record}"),
    "record.commented": msg("{by}: {text}"),
    "record.told": msg("the world was told about {record}: {why}"),
    "record.acknowledged": msg("{by} has {record}"),
    "record.given-back": msg("{record} is in nobody’s hands again: {why}"),
    "record.task": msg("to do for {record}: {text} ({owner})"),
    "record.task-done": msg("done for {record}: {text}"),
    "record.task-again": msg("to do again for {record}: {text}"),
    "record.task-late": msg("late for {record}: {text} ({owner})"),
    "record.attached": msg("{by} attached {name} to {record}"),
    "record.detached": msg("{by} took {name} out of {record}: {why}"),
    "record.linked": msg("{record} has to do with {target}"),
    "record.unlinked": msg("{record} has nothing to do with {target} any more"),
    "record.merged": msg("{record} is now a part of {into}"),
    "record.absorbed": msg("{number} is now a part of {record}"),
    "record.approved": msg("{by} approved {record} as {target}"),
    "record.disapproved": msg("{by} took the approval of {record} as {target} back"),
    "clock.started": msg("{record}, {clock}: {why}"),
    "clock.changed": msg("{record}, {clock}: {why}"),
    "clock.paused": msg("{record}, {clock}: {why}"),
    "clock.resumed": msg("{record}, {clock}: {why}"),
    "clock.reached": msg("{record}, {clock}: {percent} of the time is used up; {why}"),
    "clock.broke": msg("{record}, {clock}: the promise is broken; {why}"),
    "clock.stopped": msg("{record}, {clock}: {why}"),
    "clock.voided": msg("{by} excused a broken promise of {record} ({clock}): {reason}"),
}


class RecordTurned(Fact, frozen=True, kw_only=True):
    """Something happened to a record; `by` is an actor of the journal."""

    number: str
    kind: str
    title: str
    stage: str
    priority: str
    service: str | None
    at: datetime
    by: str
    seq: int
    why: str | None = None

    @property
    def lane(self) -> str:
        """Return what keeps one record's facts in order."""
        return f"record:{self.number}"


class RecordOpened(RecordTurned, frozen=True, kw_only=True):
    """A case begins; it may take over what alerts have told."""

    taking_over: tuple[str, ...] = ()


class RecordMoved(RecordTurned, frozen=True, kw_only=True):
    """A case came into another stage; `failed` when the stage before sent it back by itself."""

    before: str
    failed: bool = False
    over: bool = False


class RecordClosed(RecordTurned, frozen=True, kw_only=True):
    """A case is over, or a part of another one now."""

    merged_into: str | None = None


class RecordReopened(RecordTurned, frozen=True, kw_only=True):
    """A case that was over is not."""


class RecordChanged(RecordTurned, frozen=True, kw_only=True):
    """Something of a case is different: `what` is the word of the event, `data` what the event holds."""

    what: str
    data: Mapping[str, Any] = {}


class RecordCommented(RecordTurned, frozen=True, kw_only=True):
    """Somebody wrote a word; people named with @ are among `mentions`."""

    id: str
    text: str
    public: bool = False
    voice: str = "team"
    mentions: tuple[str, ...] = ()


class RecordAcknowledged(RecordTurned, frozen=True, kw_only=True):
    """Somebody has it in hand."""


class ClockTurned(RecordTurned, frozen=True, kw_only=True):
    """A promise made of a record turned; `says` is its packed sentence."""

    clock: str
    due: datetime | None = None
    says: Any = None


class ClockStarted(ClockTurned, frozen=True, kw_only=True):
    """A promise runs."""


class ClockReached(ClockTurned, frozen=True, kw_only=True):
    """A share of the promised time is used up: 0.5, 0.75, 1."""

    share: float


class ClockBroke(ClockTurned, frozen=True, kw_only=True):
    """What was promised was not done in time; that stays true whatever comes."""


class ClockStopped(ClockTurned, frozen=True, kw_only=True):
    """What was promised is done, or has no object any more; `kept` says whether it was in time."""

    kept: bool


class TaskOverdue(Fact, frozen=True, kw_only=True):
    """Something was to be done by now, and is not."""

    number: str
    task: str
    text: str
    owner: str | None
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one record's facts in order."""
        return f"record:{self.number}"
