"""A case as its events make it: what it says, where it stands, who has it, what was promised of it."""

from datetime import datetime
from typing import Any, Literal

import msgspec

Voice = Literal["team", "customer", "bosco"]
# The seat of a person in a case beside whom it is assigned to.
ROLES = ("lead", "communication", "scribe")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a record; `seq` counts from one without a hole."""

    seq: int
    at: datetime
    by: str
    what: str
    why: str | None = None
    data: dict[str, Any] = {}


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """A stage that a record came into: whether it is over there, and whether its clocks may stand still."""

    stage: str
    at: datetime
    by: str
    over: bool = False
    pauses: bool = False
    # A pause counts only for a reason that was given.
    why: str | None = None
    failed: bool = False


class Pledge(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised from an instant on, as the plan said then: seconds by clock, and the calendar they run in."""

    at: datetime
    priority: str
    seconds: dict[str, float] = {}
    hours: str = "always"
    # The calendar as the plan wrote it then.
    calendar: Any = "always"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody is to do, and until when."""

    id: str
    text: str
    owner: str | None = None
    due: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    # What it is for: corrective, preventive, or a word of the kind's own.
    sort: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a record has to do with: `record:ZB-2025-001`, `alert:01J…`, `deployment:…`, `measure:…`; and how."""

    target: str
    how: str = "related"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a record, known by what is in it."""

    id: str
    name: str
    size: int
    type: str
    digest: str
    at: datetime
    by: str


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a correction may go out, in the name of whom the plan asks for."""

    target: str
    by: str
    at: datetime
    # The stage that it opens; one of an older Bosco opens every stage.
    before: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a case; `seen` tells at which event each of its texts was last written."""

    number: str
    kind: str
    title: str
    stage: str
    priority: str
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    seq: int
    service: str | None = None
    fields: dict[str, Any] = {}
    seen: dict[str, int] = {}
    assignee: str | None = None
    roles: dict[str, str] = {}
    watchers: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    links: tuple[Link, ...] = ()
    files: tuple[Attached, ...] = ()
    approvals: tuple[Approval, ...] = ()
    comments: int = 0
    over_at: datetime | None = None
    merged_into: str | None = None
    stages: tuple[Spell, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    responded_at: datetime | None = None
    # When the world was told how things stand, and when the customer answered.
    told: tuple[datetime, ...] = ()
    replies: tuple[datetime, ...] = ()
    # What its clocks have passed: shares of their time, the ends of their promises, and those that were excused.
    reached: dict[str, tuple[float, ...]] = {}
    broke: dict[str, datetime] = {}
    voided: dict[str, str] = {}

    @property
    def over(self) -> bool:
        """Say whether it is over."""
        return self.over_at is not None

    @property
    def subject(self) -> str:
        """Return how the journal names it."""
        return f"record:{self.number}"

    def task(self, task_id: str) -> Task | None:
        """Return one of its tasks."""
        return next((one for one in self.tasks if one.id == task_id), None)

    def file(self, file_id: str) -> Attached | None:
        """Return one of its files."""
        return next((one for one in self.files if one.id == file_id), None)


def text_of(record: Record, name: str) -> Any:
    """Return one of the texts that people edit: `title`, `service`, or a field of its kind."""
    if name in ("title", "service"):
        return getattr(record, name)
    return record.fields.get(name)
