"""Who has a case, who watches it, who speaks in it, what they are to do, and whose word lets it go out."""

import re
from datetime import datetime
from typing import Any

from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.people.section import ON_CALL, TEAM
from bosco.people.targets import level_of
from bosco.plan.load import Plan
from bosco.records.actors import is_person, person_of, speaks_for
from bosco.records.model import RecordCommented
from bosco.records.moves import asked_to_approve, kind_of
from bosco.records.record import ROLES, Attached, Task, Voice
from bosco.records.steps import acknowledge
from bosco.records.writing import Writing
from bosco.store import timers

LONGEST_COMMENT = 20_000
LONGEST_TASK = 500
MOST_TASKS = 200
MOST_LINKS = 500
TASK_TIMER = "records.task"
_MENTION = re.compile(r"(?<![\w@./])@([\w][\w.-]{0,60}[\w]|[\w])", re.UNICODE)


def assign(writing: Writing, to: str | None, by: str) -> None:
    """Put it into somebody's hands, or into nobody's; who takes it for themselves has it."""
    plan, record = writing.plan, writing.record
    if to is not None:
        _known(plan, to, "assignee")
    if to == record.assignee:
        return
    if to is not None and is_person(by):
        acknowledge(writing, by)
    writing.changed(writing.note("assigned", by, data={"to": to, "from": record.assignee}))


def give_role(writing: Writing, role: str, person: str | None, by: str) -> None:
    """Give somebody a seat in the case: lead, communication, scribe."""
    if role not in ROLES:
        raise Refusal(Code.INVALID, msg("There is no seat “{name}” in a record.", name=role[:40]), where="role")
    if person is not None:
        _known(writing.plan, person, "person")
    if writing.record.roles.get(role) == person:
        return
    writing.changed(writing.note("role", by, data={"role": role, "person": person}))


def watch(writing: Writing, person: str, by: str, *, on: bool = True) -> None:
    """Let somebody be told of it, or no longer."""
    if on:
        _known(writing.plan, person, "person")
    if (person in writing.record.watchers) == on:
        return
    writing.changed(writing.note("watched" if on else "unwatched", by, data={"person": person}))


def _known(plan: Plan, name: str, where: str) -> None:
    if name not in plan[TEAM] and name not in plan[ON_CALL] and level_of(name) is None:
        raise Refusal(Code.INVALID, msg("The plan knows nobody called {name}.", name=name[:60]), where=where)


def comment(writing: Writing, text: str, by: str, *, public: bool = False, voice: Voice = "team", **more: Any) -> str:
    """Add a word; whoever is named with @ watches from now on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise Refusal(Code.INVALID, msg("There is nothing written yet."), where="text")
    if len(text) > LONGEST_COMMENT:
        raise Refusal(Code.TOO_LARGE, msg("A comment has at most {n} characters.", n=LONGEST_COMMENT), where="text")
    mentions = mentioned(writing.plan, text)
    for person in mentions:
        if person not in writing.record.watchers:
            writing.note("watched", by, data={"person": person}, quiet=True)
    comment_id = writing.tx.new_id()
    data = {"id": comment_id, "text": text, "mentions": mentions, "voice": voice, "public": public, **more}
    writing.note("commented", by, data={name: value for name, value in data.items() if value})
    writing.hear(text)
    writing.say(RecordCommented, id=comment_id, text=text, public=public, voice=voice, mentions=tuple(mentions))
    return comment_id


def mentioned(plan: Plan, text: str) -> list[str]:
    """Return the people whom a text names with @, each once."""
    return list(dict.fromkeys(name for name in _MENTION.findall(text) if name in plan[TEAM]))


def add_task(  # noqa: PLR0913, PLR0917 - what is known of a task
    writing: Writing, text: str, owner: str | None, due: datetime | None, sort: str, by: str, task_id: str = ""
) -> str:
    """Write down something to do, or change it; one that is late is told."""
    text = " ".join(text.split())
    if not text:
        raise Refusal(Code.INVALID, msg("Say what is to be done."), where="text")
    if len(text) > LONGEST_TASK:
        raise Refusal(Code.INVALID, msg("A task has at most {n} characters.", n=LONGEST_TASK), where="text")
    if len(writing.record.tasks) >= MOST_TASKS and not task_id:
        raise Refusal(Code.TOO_MANY, msg("A record has at most {n} tasks.", n=MOST_TASKS))
    if owner is not None:
        _known(writing.plan, owner, "owner")
    if task_id:
        _task(writing, task_id)
    task_id = task_id or writing.tx.new_id()
    data = {"id": task_id, "text": text, "owner": owner, "due": due.isoformat() if due else None, "sort": sort}
    writing.changed(writing.note("task", by, data={name: value for name, value in data.items() if value}))
    key = f"{writing.record.number}/{task_id}"
    if due:
        timers.set(writing.tx, TASK_TIMER, key, due)
    else:
        timers.cancel(writing.tx, TASK_TIMER, key)
    return task_id


def finish_task(writing: Writing, task_id: str, by: str, *, done: bool = True) -> None:
    """Take note that it is done, or that it is to be done after all."""
    task = _task(writing, task_id)
    if (task.done_at is not None) == done:
        return
    writing.changed(writing.note("task-done" if done else "task-again", by, data={"id": task_id, "text": task.text}))
    key = f"{writing.record.number}/{task_id}"
    if done:
        timers.cancel(writing.tx, TASK_TIMER, key)
    elif task.due and task.due > writing.tx.at:
        timers.set(writing.tx, TASK_TIMER, key, task.due)


def _task(writing: Writing, task_id: str) -> Task:
    found = writing.record.task(task_id)
    if found is None:
        raise not_found(msg("There is no such task."))
    return found


def approve(writing: Writing, by: str, target: str | None) -> None:
    """Give a word that the plan asks for, in the name of whom it asks; the one that is owed first."""
    plan, record = writing.plan, writing.record
    asked = [one for one in asked_to_approve(plan, record) if target is None or one.target == target]
    if record.over or not asked:
        raise Refusal(Code.CONFLICT, msg("Nobody’s approval is asked for here."), where="target")
    mine = [one for one in asked if speaks_for(writing.tx, plan, by, one.target)]
    if not mine:
        names = ", ".join(dict.fromkeys(one.target for one in asked))
        raise Refusal(Code.FORBIDDEN, msg("The approval of {names} is asked for.", names=names))
    owed = next((one for one in mine if one.given is None), None)
    if owed:
        writing.changed(writing.note("approved", by, data={"target": owed.target, "before": owed.before}))


def disapprove(writing: Writing, by: str, target: str) -> None:
    """Take a word back; only who may give it may take it."""
    if all(one.target != target for one in writing.record.approvals):
        return
    if not speaks_for(writing.tx, writing.plan, by, target):
        raise Refusal(Code.FORBIDDEN, msg("The approval of {names} is asked for.", names=target))
    writing.changed(writing.note("disapproved", by, data={"target": target}))


def attach(writing: Writing, file: Attached, by: str) -> None:
    """Note a file that is kept already."""
    data = {"id": file.id, "name": file.name, "size": file.size, "type": file.type, "digest": file.digest}
    writing.changed(writing.note("attached", by, data=data))


def detach(writing: Writing, file_id: str, by: str, why: str) -> Attached:
    """Note that a file is no longer there, and return it."""
    found = writing.record.file(file_id)
    if found is None:
        raise not_found(msg("There is no such file."))
    if not why.strip():
        raise Refusal(Code.INVALID, msg("Say why."), where="why")
    writing.changed(writing.note("detached", by, why, {"id": found.id, "name": found.name}))
    return found


def link(writing: Writing, target: str, by: str, how: str = "related") -> None:
    """Note what it has to do with: `record:…`, `alert:…`, `deployment:…`, `measure:…`."""
    if not re.fullmatch(r"[a-z][a-z-]{1,20}:[^\s]{1,200}", target):
        raise Refusal(Code.INVALID, msg("“{text}” names nothing to link to.", text=target[:60]), where="target")
    record = writing.record
    if target == record.subject:
        raise Refusal(Code.INVALID, msg("A record has nothing to do with itself."), where="target")
    if any(one.target == target and one.how == how for one in record.links):
        return
    if len(record.links) >= MOST_LINKS:
        raise Refusal(Code.TOO_MANY, msg("A record has at most {n} links.", n=MOST_LINKS))
    writing.changed(writing.note("linked", by, data={"target": target, "how": how}))


def unlink(writing: Writing, target: str, by: str) -> None:
    """Note that it has nothing to do with it after all."""
    if any(one.target == target for one in writing.record.links):
        writing.changed(writing.note("unlinked", by, data={"target": target}))


def command_in(plan: Plan, kind: str, text: str) -> tuple[str, str] | None:
    """Return the stage and the reason of a comment that begins with a command of its kind: `/deployed to all`."""
    found = re.match(r"/([\w-]+)(?:\s+(.*))?$", text.strip(), re.DOTALL)
    stage = kind_of(plan, kind).commands.get(found[1]) if found else None
    return (stage, (found[2] or "").strip()) if found and stage else None


def me(writing: Writing, by: str) -> str | None:
    """Return which person of the plan an actor is."""
    return person_of(writing.tx, writing.plan, by)
