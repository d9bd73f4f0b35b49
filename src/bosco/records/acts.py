"""What people and programs may ask of a record: each verb once, from which its form and its API are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.records.record import Record
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.records.targets import read_target
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor


class Nothing(msgspec.Struct, kw_only=True):
    """Nothing more is asked."""


class MoveIn(msgspec.Struct, kw_only=True):
    """Where a record goes, and why."""

    stage: str
    why: str | None = None


class FailIn(msgspec.Struct, kw_only=True):
    """What failed: the record returns as its kind says."""

    why: str


class CommentIn(msgspec.Struct, kw_only=True):
    """A word; `public` when the world, or the customer, reads it."""

    text: str
    public: bool = False


class PriorityIn(msgspec.Struct, kw_only=True):
    """By which priority it is measured from now on, and why."""

    priority: str
    why: str | None = None


class AssignIn(msgspec.Struct, kw_only=True):
    """In whose hands it is; nobody's if nothing is said."""

    to: str | None = None


class WatchIn(msgspec.Struct, kw_only=True):
    """Who is told of it, or no longer."""

    person: str
    on: bool = True


class RoleIn(msgspec.Struct, kw_only=True):
    """Who has a seat: `lead`, `communication`, `scribe`."""

    role: str
    person: str | None = None


class TaskIn(msgspec.Struct, kw_only=True):
    """Something to do; with the `id` of a task, that one is changed."""

    text: str
    owner: str | None = None
    due: datetime | None = None
    sort: str = ""
    id: str = ""


class TaskDoneIn(msgspec.Struct, kw_only=True):
    """Which task is done, or not after all."""

    id: str
    done: bool = True


class DetachIn(msgspec.Struct, kw_only=True):
    """Which file is forgotten, and why."""

    id: str
    why: str


class LinkIn(msgspec.Struct, kw_only=True):
    """What it has to do with: a number, an address, `alert:…`, `deployment:…`, `measure:…`."""

    target: str
    how: str = "related"


class UnlinkIn(msgspec.Struct, kw_only=True):
    """What it has nothing to do with after all."""

    target: str


class ApproveIn(msgspec.Struct, kw_only=True):
    """In whose name; the first that is owed and may be given if nothing is said."""

    target: str | None = None


class DisapproveIn(msgspec.Struct, kw_only=True):
    """Whose word is taken back."""

    target: str


class MergeIn(msgspec.Struct, kw_only=True):
    """Of which record it becomes a part."""

    into: str
    why: str | None = None


class SplitIn(msgspec.Struct, kw_only=True):
    """The case that is made out of a part of this one, and which links it takes along."""

    title: str
    kind: str | None = None
    priority: str | None = None
    taking: list[str] = []
    why: str | None = None


class ToldIn(msgspec.Struct, kw_only=True):
    """What the world was told: the next word is owed from now."""

    why: str


class ExcuseIn(msgspec.Struct, kw_only=True):
    """Which broken promise does not count, and why."""

    clock: str
    why: str


@dataclass(frozen=True)
class Asking:
    """Who asks, with what in hand; an instant without its zone is read in `zone`."""

    tx: Tx
    records: Records
    sight: Sight
    visitor: Visitor
    zone: tzinfo
    site: str | None = None

    @property
    def by(self) -> str:
        """Return how the journal names who asks."""
        return self.visitor.actor

    def other(self, typed: str) -> str:
        """Return the number of another record, which who asks must be able to see."""
        target = read_target(self.tx, typed, self.site)
        return self.sight.of(self.tx, target.removeprefix("record:"), self.visitor).number


@dataclass(frozen=True)
class Act:
    """One verb: how its form and its API are called, what it asks for, and what it does."""

    page: str
    api: str
    asks: type[msgspec.Struct]
    # Returns the number of the record where whoever asked goes on.
    does: Callable[[Asking, str, Any], str]
    about: str
    toast: Message = field(default_factory=lambda: msg("It is stored."))


def _move(ask: Asking, number: str, data: MoveIn) -> str:
    return ask.records.move(ask.tx, number, data.stage, by=ask.by, why=data.why).number


def _fail(ask: Asking, number: str, data: FailIn) -> str:
    return ask.records.fail(ask.tx, number, by=ask.by, why=data.why).number


def _comment(ask: Asking, number: str, data: CommentIn) -> str:
    ask.records.comment(ask.tx, number, data.text, by=ask.by, public=data.public)
    return number


def _acknowledge(ask: Asking, number: str, data: Nothing) -> str:
    return ask.records.acknowledge(ask.tx, number, by=ask.by).number


def _priority(ask: Asking, number: str, data: PriorityIn) -> str:
    return ask.records.change_priority(ask.tx, number, data.priority, by=ask.by, why=data.why).number


def _assign(ask: Asking, number: str, data: AssignIn) -> str:
    return ask.records.assign(ask.tx, number, data.to, by=ask.by).number


def _watch(ask: Asking, number: str, data: WatchIn) -> str:
    return ask.records.watch(ask.tx, number, data.person, by=ask.by, on=data.on).number


def _role(ask: Asking, number: str, data: RoleIn) -> str:
    return ask.records.role(ask.tx, number, data.role, data.person, by=ask.by).number


def _task(ask: Asking, number: str, data: TaskIn) -> str:
    due = data.due if data.due is None or data.due.tzinfo else data.due.replace(tzinfo=ask.zone)
    ask.records.add_task(
        ask.tx, number, data.text, by=ask.by, owner=data.owner, due=due, sort=data.sort, task_id=data.id
    )
    return number


def _task_done(ask: Asking, number: str, data: TaskDoneIn) -> str:
    return ask.records.finish_task(ask.tx, number, data.id, by=ask.by, done=data.done).number


def _detach(ask: Asking, number: str, data: DetachIn) -> str:
    return ask.records.detach(ask.tx, number, data.id, by=ask.by, why=data.why).number


def _link(ask: Asking, number: str, data: LinkIn) -> str:
    target = read_target(ask.tx, data.target, ask.site)
    if target.startswith("record:"):
        target = f"record:{ask.other(target.removeprefix('record:'))}"
    return ask.records.link(ask.tx, number, target, by=ask.by, how=data.how).number


def _unlink(ask: Asking, number: str, data: UnlinkIn) -> str:
    return ask.records.unlink(ask.tx, number, data.target, by=ask.by).number


def _approve(ask: Asking, number: str, data: ApproveIn) -> str:
    return ask.records.approve(ask.tx, number, by=ask.by, target=data.target).number


def _disapprove(ask: Asking, number: str, data: DisapproveIn) -> str:
    return ask.records.disapprove(ask.tx, number, data.target, by=ask.by).number


def _merge(ask: Asking, number: str, data: MergeIn) -> str:
    return ask.records.merge(ask.tx, number, ask.other(data.into), by=ask.by, why=data.why).number


def _split(ask: Asking, number: str, data: SplitIn) -> str:
    taking = tuple(data.taking)
    return ask.records.split(
        ask.tx, number, data.title, by=ask.by, kind=data.kind, priority=data.priority, taking=taking, why=data.why
    )


def _told(ask: Asking, number: str, data: ToldIn) -> str:
    return ask.records.told(ask.tx, number, by=ask.by, why=data.why).number


def _excuse(ask: Asking, number: str, data: ExcuseIn) -> str:
    return ask.records.excuse(ask.tx, number, data.clock, by=ask.by, why=data.why).number


ACTS: tuple[Act, ...] = (
    Act("move", "moves", MoveIn, _move, "Bring a record into a stage"),
    Act("fail", "failures", FailIn, _fail, "Let a failure bring a record back"),
    Act("comment", "comments", CommentIn, _comment, "Add a word to a record"),
    Act("acknowledge", "acknowledge", Nothing, _acknowledge, "Have a record in hand", msg("It is yours.")),
    Act("priority", "priority", PriorityIn, _priority, "Measure a record by another priority"),
    Act("assign", "assign", AssignIn, _assign, "Put a record into somebody's hands"),
    Act("watch", "watchers", WatchIn, _watch, "Let somebody be told of a record, or no longer"),
    Act("role", "roles", RoleIn, _role, "Give somebody a seat in a record"),
    Act("task", "tasks", TaskIn, _task, "Write down something to do, or change it"),
    Act("task-done", "tasks/done", TaskDoneIn, _task_done, "Say that a task is done, or not after all"),
    Act("detach", "files/remove", DetachIn, _detach, "Forget a file of a record"),
    Act("link", "links", LinkIn, _link, "Say what a record has to do with"),
    Act("unlink", "links/remove", UnlinkIn, _unlink, "Say what a record has nothing to do with after all"),
    Act("approve", "approvals", ApproveIn, _approve, "Approve a record", msg("It is approved.")),
    Act("disapprove", "approvals/withdraw", DisapproveIn, _disapprove, "Take an approval back"),
    Act("merge", "merge", MergeIn, _merge, "Make a record a part of another one"),
    Act("split", "split", SplitIn, _split, "Make a case of its own out of a part of a record"),
    Act("told", "told", ToldIn, _told, "Note that the world was told how things stand"),
    Act("excuse", "excuses", ExcuseIn, _excuse, "Let a broken promise not count"),
)


def read_form(asks: type[msgspec.Struct], typed: Mapping[str, list[str]]) -> Any:
    """Return what a form asks for; what was left empty was not said."""
    found: dict[str, Any] = {}
    for one in msgspec.structs.fields(asks):
        several = [text for text in typed.get(one.name, []) if text.strip()]
        if several:
            found[one.name] = several if one.type == list[str] else _typed(one.type, several[-1])
        elif one.required:
            # Said as the verb itself says it, not as a program is told.
            found[one.name] = ""
    try:
        return msgspec.convert(found, asks, strict=False)
    except msgspec.ValidationError as wrong:
        where = str(wrong).rpartition("$.")[2].rstrip("`") if "$." in str(wrong) else None
        raise Refusal(Code.INVALID, msg("This could not be read."), where=where) from wrong


def _typed(kind: Any, text: str) -> Any:
    if kind != datetime | None:
        return text
    try:
        # A browser leaves the seconds out.
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return text


def do(act: Act, ask: Asking, number: str, data: Any) -> Record:
    """Do it in the name of who asks, who must see the record, and return the one where to go on."""
    ask.sight.of(ask.tx, number, ask.visitor)
    return ask.records.of(ask.tx, act.does(ask, number, data))
