"""The steps of a case: opened, moved, failed, urgent or less so, over, opened again, joined with another, divided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.records.actors import is_person, speaks_for
from bosco.records.manners import QUIET, Manners
from bosco.records.model import (
    RecordAcknowledged,
    RecordChanged,
    RecordClosed,
    RecordMoved,
    RecordOpened,
    RecordReopened,
)
from bosco.records.moves import Lacking, kind_of, refuse_move
from bosco.records.pledge import pledge
from bosco.records.section import priorities_of
from bosco.records.writing import BOSCO, Writing
from bosco.store import timers

CLOSE_TIMER = "records.close"


def begin(writing: Writing, data: dict[str, Any], by: str, why: str | None, taking_over: tuple[str, ...]) -> None:
    """Note that a case begins."""
    writing.taking_over = taking_over
    kind = kind_of(writing.plan, data["kind"])
    shown = {"stage": pack(kind.stage_name(data["stage"])), "kind": data["kind"]}
    kept = {name: value for name, value in data.items() if value not in (None, {}, (), [])}
    writing.note("opened", by, why, kept, shown=shown)
    writing.say(RecordOpened, taking_over=taking_over)


def move(writing: Writing, manners: Mapping[str, Manners], stage: str, by: str, why: str | None) -> None:
    """Bring it into a stage, or refuse with everything that is missing."""
    plan, record = writing.plan, writing.record
    found = refuse_move(plan, record, stage, why)
    if found.who and by != BOSCO and not any(speaks_for(writing.tx, plan, by, one) for one in found.who):
        names = ", ".join(found.who)
        raise Refusal(Code.FORBIDDEN, msg("Only {names} may bring it to {stage}.", names=names, stage=found.name))
    manners.get(record.kind, QUIET).refuse(writing.tx, record, stage)
    if is_person(by) and not record.acknowledged_at and found.sort in ("next", "on", "end"):
        acknowledge(writing, by)
    _go(writing, stage, by, why)


def fail(writing: Writing, by: str, why: str) -> None:
    """Let a failure bring it back to where its kind says."""
    record = writing.record
    kind = kind_of(writing.plan, record.kind)
    back = kind.back.get(record.stage)
    if back is None or record.merged_into:
        here = kind.stage_name(record.stage)
        raise Refusal(Code.CONFLICT, msg("Nothing returns from {stage} by itself.", stage=here), where="stage")
    if not why.strip():
        raise Lacking(Code.CONFLICT, msg("Say what failed."), where="why", needs_reason=True)
    _go(writing, back, by, why, failed=True)


def _go(writing: Writing, stage: str, by: str, why: str | None, *, failed: bool = False) -> None:
    record, tx = writing.record, writing.tx
    kind = kind_of(writing.plan, record.kind)
    over, reopened = stage in kind.last, record.over and stage not in kind.last
    data: dict[str, Any] = {"from": record.stage, "to": stage}
    for word, so in (("over", over), ("pauses", stage in kind.pauses), ("failed", failed), ("reopened", reopened)):
        if so:
            data[word] = True
    shown = {
        "from": pack(kind.stage_name(record.stage)),
        "to": pack(kind.stage_name(stage)),
        "stage": stage,
        "before": record.stage,
    }
    line = "failed" if failed else "reopened" if reopened else "closed" if over else "moved-for" if why else "moved"
    writing.note("moved", by, why, data, line=f"record.{line}", shown=shown)
    writing.say(RecordMoved, before=record.stage, failed=failed, over=over)
    if over and not record.over:
        writing.say(RecordClosed)
    elif reopened:
        writing.say(RecordReopened)
    timers.cancel(tx, CLOSE_TIMER, record.number)
    if over and kind.close_after and stage != kind.flow[-1]:
        timers.set(tx, CLOSE_TIMER, record.number, tx.at + kind.close_after, {"stage": stage})


def acknowledge(writing: Writing, by: str, via: str = "page") -> bool:
    """Let somebody have it, and say whether that is new."""
    record = writing.record
    if record.over or record.acknowledged_by == by:
        return False
    if record.acknowledged_at and record.acknowledged_by:
        return False
    writing.note("acknowledged", by, data={"via": via})
    writing.say(RecordAcknowledged)
    return True


def give_back(writing: Writing, by: str, why: str) -> bool:
    """Let nobody have it any more, and say whether that is new."""
    if writing.record.acknowledged_by is None:
        return False
    writing.changed(writing.note("given-back", by, why))
    return True


def change_priority(writing: Writing, priority: str, by: str, why: str | None) -> None:
    """Measure it by another priority from now on; what has run of its clocks stays."""
    plan, record = writing.plan, writing.record
    known = priorities_of(plan, record.kind)
    if priority not in known:
        listed = msg("It can be: {names}.", names=", ".join(known))
        raise Refusal(Code.INVALID, msg("There is no priority {name}.", name=priority[:30]), listed, "priority")
    if priority == record.priority:
        return
    if record.over:
        raise Refusal(Code.CONFLICT, msg("{number} is over.", number=record.number), where="priority")
    data = {"from": record.priority, "to": priority, "pledge": pledge(plan, record.kind, priority)}
    writing.changed(writing.note("priority", by, why, data))


def absorb(writing: Writing, other: Writing, by: str, why: str | None) -> None:
    """Make another record a part of this one: what it has to do with, and who watches it, come along."""
    into, gone = writing.record, other.record
    if into.number == gone.number:
        raise Refusal(Code.INVALID, msg("A record cannot be joined with itself."), where="into")
    for one in (into, gone):
        if one.merged_into:
            raise Refusal(
                Code.CONFLICT, msg("{number} is now a part of {into}.", number=one.number, into=one.merged_into)
            )
    kind = kind_of(other.plan, gone.kind)
    other.note("merged", by, why, {"into": into.number})
    if not gone.over:
        # Its own end is no work of anybody's: nothing is demanded of it, and its clocks are not counted.
        other.note("moved", by, data={"from": gone.stage, "to": kind.last[-1], "over": True}, quiet=True)
        timers.cancel(other.tx, CLOSE_TIMER, gone.number)
    other.say(RecordClosed, merged_into=into.number)
    data = {"number": gone.number, "since": gone.opened_at.isoformat()}
    writing.changed(writing.note("absorbed", by, why, data))
    writing.note("linked", by, data={"target": gone.subject, "how": "merged"}, quiet=True)
    for link in gone.links:
        if link.target != into.subject and link not in into.links:
            writing.note("linked", by, data={"target": link.target, "how": link.how}, quiet=True)
    for person in gone.watchers:
        if person not in into.watchers:
            writing.note("watched", by, data={"person": person}, quiet=True)
    writing.taking_over = (f"record:{gone.number}",)


def close_by_itself(writing: Writing, stage: str) -> None:
    """Let what was solved some time ago rest for good."""
    record = writing.record
    kind = kind_of(writing.plan, record.kind)
    if record.stage == stage and record.over and not record.merged_into and stage != kind.flow[-1]:
        _go(writing, kind.flow[-1], BOSCO, "nobody came back to it")


def tell_world(writing: Writing, by: str, why: str) -> None:
    """Note that the world was told how things stand: the next word is owed from now."""
    writing.changed(writing.note("told", by, why))


def excuse(writing: Writing, clock: str, by: str, why: str) -> None:
    """Let a broken promise not count, by the word of somebody who may say so."""
    record = writing.record
    if clock not in record.broke:
        raise Refusal(Code.CONFLICT, msg("This promise is not broken."), where="clock")
    if not why.strip():
        raise Refusal(Code.INVALID, msg("A broken promise is excused for a reason only."), where="why")
    if not speaks_for(writing.tx, writing.plan, by, "manager"):
        raise Refusal(Code.FORBIDDEN, msg("Only a manager may excuse a broken promise."))
    shown = {"reason": why, "word": clock}
    event = writing.note("clock-voided", by, why, {"clock": clock}, line="clock.voided", shown=shown)
    writing.say(RecordChanged, what=event.what, data=event.data)


def since_of(at: datetime | None) -> str | None:
    """Return when it began, as an event keeps it."""
    return at.isoformat() if at else None
