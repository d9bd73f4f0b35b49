"""What a record is: its events, one after the other. Nothing else is true of it, and nothing is read beside them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from bosco.records.record import Approval, Attached, Event, Link, Pledge, Record, Spell, Task, Voice

Apply = Callable[[Record, Event], Record]


def replay(events: Iterable[Event]) -> Record:
    """Return the record that these events make, in the order of their numbers."""
    first, *more = sorted(events, key=lambda event: event.seq)
    record = opened(first)
    for event in more:
        record = apply(record, event)
    return record


def opened(event: Event) -> Record:
    """Return the record that its first event opens."""
    data = event.data
    return Record(
        number=data["number"],
        kind=data["kind"],
        title=data["title"],
        stage=data["stage"],
        priority=data["priority"],
        service=data.get("service"),
        fields=dict(data.get("fields", {})),
        seen=dict.fromkeys(("title", "service", *data.get("fields", {})), event.seq),
        assignee=data.get("assignee"),
        watchers=tuple(data.get("watchers", ())),
        links=tuple(Link(target=one) for one in data.get("taking_over", ())),
        opened_at=_instant(data["since"]) if data.get("since") else event.at,
        opened_by=event.by,
        changed_at=event.at,
        seq=event.seq,
        stages=(Spell(stage=data["stage"], at=event.at, by=event.by),),
        pledges=(_pledge(event),),
    )


def apply(record: Record, event: Event) -> Record:
    """Return the record after one more event; one of an unknown word, written by a later Bosco, changes nothing."""
    change = _CHANGES.get(event.what)
    after = change(record, event) if change else record
    return replace(after, seq=event.seq, changed_at=event.at)


def _moved(record: Record, event: Event) -> Record:
    data = event.data
    spell = Spell(
        stage=data["to"],
        at=event.at,
        by=event.by,
        over=data.get("over", False),
        pauses=data.get("pauses", False),
        why=event.why,
        failed=data.get("failed", False),
    )
    # A word to let something out is given for one attempt: what failed or begins anew needs another.
    kept = () if data.get("failed") or data.get("reopened") else record.approvals
    over_at = (record.over_at or event.at) if spell.over else None
    return replace(record, stage=spell.stage, stages=(*record.stages, spell), over_at=over_at, approvals=kept)


def _priority(record: Record, event: Event) -> Record:
    return replace(record, priority=event.data["to"], pledges=(*record.pledges, _pledge(event)))


def _pledge(event: Event) -> Pledge:
    priority = event.data["to" if event.what == "priority" else "priority"]
    return Pledge(at=event.at, priority=priority, **event.data.get("pledge", {}))


def _written(record: Record, event: Event) -> Record:
    name, value = event.data["field"], event.data.get("value")
    seen = record.seen | {name: event.seq}
    if name in ("title", "service"):
        return replace(record, seen=seen, **{name: value})
    return replace(record, seen=seen, fields=record.fields | {name: value})


def _assigned(record: Record, event: Event) -> Record:
    return replace(record, assignee=event.data.get("to"))


def _role(record: Record, event: Event) -> Record:
    role, person = event.data["role"], event.data.get("person")
    others = {name: one for name, one in record.roles.items() if name != role}
    return replace(record, roles=others | ({role: person} if person else {}))


def _watched(record: Record, event: Event) -> Record:
    return replace(record, watchers=_with(record.watchers, event.data["person"]))


def _unwatched(record: Record, event: Event) -> Record:
    return replace(record, watchers=tuple(one for one in record.watchers if one != event.data["person"]))


def _commented(record: Record, event: Event) -> Record:
    voice: Voice = event.data.get("voice", "team")
    after = replace(record, comments=record.comments + 1)
    if voice == "customer":
        return replace(after, replies=(*after.replies, event.at))
    if voice == "team" and event.data.get("public"):
        return replace(after, responded_at=after.responded_at or event.at, told=(*after.told, event.at))
    return after


def _told(record: Record, event: Event) -> Record:
    return replace(record, told=(*record.told, event.at))


def _acknowledged(record: Record, event: Event) -> Record:
    # Taken again after it was given back, it is in these hands; the promise looks at the first time.
    return replace(record, acknowledged_at=record.acknowledged_at or event.at, acknowledged_by=event.by)


def _given_back(record: Record, event: Event) -> Record:
    # When it was first taken stays true: the promise was to take it by then.
    return replace(record, acknowledged_by=None)


def _task(record: Record, event: Event) -> Record:
    data = event.data
    due = _instant(data["due"]) if data.get("due") else None
    task = Task(id=data["id"], text=data["text"], owner=data.get("owner"), due=due, sort=data.get("sort", ""))
    known = record.task(task.id)
    if known is None:
        return replace(record, tasks=(*record.tasks, task))
    return _with_task(record, replace(task, done_at=known.done_at, done_by=known.done_by))


def _task_done(record: Record, event: Event) -> Record:
    known = record.task(event.data["id"])
    return record if known is None else _with_task(record, replace(known, done_at=event.at, done_by=event.by))


def _task_again(record: Record, event: Event) -> Record:
    known = record.task(event.data["id"])
    return record if known is None else _with_task(record, replace(known, done_at=None, done_by=None))


def _with_task(record: Record, task: Task) -> Record:
    return replace(record, tasks=tuple(task if one.id == task.id else one for one in record.tasks))


def _attached(record: Record, event: Event) -> Record:
    data = {name: event.data[name] for name in ("id", "name", "size", "type", "digest")}
    return replace(record, files=(*record.files, Attached(at=event.at, by=event.by, **data)))


def _detached(record: Record, event: Event) -> Record:
    return replace(record, files=tuple(one for one in record.files if one.id != event.data["id"]))


def _linked(record: Record, event: Event) -> Record:
    link = Link(target=event.data["target"], how=event.data.get("how", "related"))
    others = tuple(one for one in record.links if one.target != link.target)
    return replace(record, links=(*others, link))


def _unlinked(record: Record, event: Event) -> Record:
    return replace(record, links=tuple(one for one in record.links if one.target != event.data["target"]))


def _merged(record: Record, event: Event) -> Record:
    return replace(record, merged_into=event.data["into"])


def _absorbed(record: Record, event: Event) -> Record:
    # What is one case now began when the first of them did.
    return replace(record, opened_at=min(record.opened_at, _instant(event.data["since"])))


def _approved(record: Record, event: Event) -> Record:
    target, before = event.data["target"], event.data.get("before", "")
    others = tuple(one for one in record.approvals if (one.target, one.before) != (target, before))
    return replace(record, approvals=(*others, Approval(target=target, by=event.by, at=event.at, before=before)))


def _disapproved(record: Record, event: Event) -> Record:
    return replace(record, approvals=tuple(one for one in record.approvals if one.target != event.data["target"]))


def _reached(record: Record, event: Event) -> Record:
    clock = event.data["clock"]
    shares = tuple(sorted({*record.reached.get(clock, ()), *map(float, event.data["shares"])}))
    return replace(record, reached=record.reached | {clock: shares})


def _broke(record: Record, event: Event) -> Record:
    clock = event.data["clock"]
    broke = record.broke if clock in record.broke else record.broke | {clock: _instant(event.data["due"])}
    return _reached(replace(record, broke=broke), event)


def _rearmed(record: Record, event: Event) -> Record:
    # A promise that begins anew each time it is kept has its shares before it again.
    left = {clock: shares for clock, shares in record.reached.items() if clock != event.data["clock"]}
    return replace(record, reached=left)


def _voided(record: Record, event: Event) -> Record:
    return replace(record, voided=record.voided | {event.data["clock"]: event.why or ""})


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _instant(written: Any) -> datetime:
    return msgspec.convert(written, datetime)


_CHANGES: dict[str, Apply] = {
    "moved": _moved,
    "priority": _priority,
    "written": _written,
    "assigned": _assigned,
    "role": _role,
    "watched": _watched,
    "unwatched": _unwatched,
    "commented": _commented,
    "told": _told,
    "acknowledged": _acknowledged,
    "given-back": _given_back,
    "task": _task,
    "task-done": _task_done,
    "task-again": _task_again,
    "attached": _attached,
    "detached": _detached,
    "linked": _linked,
    "unlinked": _unlinked,
    "merged": _merged,
    "absorbed": _absorbed,
    "approved": _approved,
    "disapproved": _disapproved,
    "clock-reached": _reached,
    "clock-broke": _broke,
    "clock-rearmed": _rearmed,
    "clock-voided": _voided,
}
