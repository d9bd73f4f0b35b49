"""Reminds one person, or whoever reads the chat, of what somebody is to do: by the first of their ways."""

from collections.abc import Sequence
from typing import Any

from bosco.channels.model import Action, Letter, Receiver
from bosco.channels.service import Channels
from bosco.kit.packed import pack
from bosco.kit.words import Sayable, msg
from bosco.notices.audience import reached, ways_of
from bosco.notices.matrix import CHATS, kind_of, rank_of, routes_of
from bosco.people.section import TEAM
from bosco.people.targets import everybody_on
from bosco.plan.header import URL
from bosco.plan.load import Plan
from bosco.records.actors import person_of
from bosco.records.record import Record
from bosco.store.tx import Tx


def remind(tx: Tx, channels: Channels, plan: Plan, record: Record, names: Sequence[str], what: Sayable) -> int:
    """Post a reminder to each of these people, or to the chats of the record's priority; return how many letters."""
    posted = 0
    for person in _people(tx, plan, names):
        for channel in ways_of(plan, person):
            found = reached(plan, kind_of(plan, channel), [person])
            if found:
                channels.post(tx, _letter(plan, record, channel, (found[0].receiver,), what))
                posted += 1
                break
    if posted:
        return posted
    for channel in _chats(plan, record.priority):
        channels.post(tx, _letter(plan, record, channel, (), what))
        posted += 1
    return posted


def who_communicates(record: Record) -> tuple[str, ...]:
    """Return who is to tell how it goes: whose seat it is, else whoever has it."""
    seats = (record.roles.get("communication"), record.roles.get("lead"), record.acknowledged_by, record.assignee)
    return tuple(one for one in seats if one)[:1]


def who_leads(record: Record) -> tuple[str, ...]:
    """Return who answers for it: who leads, else to whom it is assigned, else whoever has it."""
    seats = (record.roles.get("lead"), record.assignee, record.acknowledged_by)
    return tuple(one for one in seats if one)[:1]


def _people(tx: Tx, plan: Plan, names: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        person = name if name in plan[TEAM] else person_of(tx, plan, name)
        if person is not None:
            members = everybody_on(plan, person) if plan[TEAM][person].is_group else [person]
            found.update(dict.fromkeys(members))
        else:
            found.update(dict.fromkeys(one for one in everybody_on(plan, name) if one in plan[TEAM]))
    return list(found)


def _chats(plan: Plan, priority: str) -> list[str]:
    return [route.channel for route in routes_of(plan, priority) if kind_of(plan, route.channel) in CHATS][:1]


def _letter(plan: Plan, record: Record, channel: str, to: tuple[Receiver, ...], what: Sayable) -> Letter:
    title: Any = pack(msg("{number} {title}", number=record.number, title=record.title))
    url = f"{(plan[URL] or '').rstrip('/')}/incidents/{record.number}"
    return Letter(
        channel=channel,
        event="reminder",
        thread=f"reminder:{record.number}",
        title=title,
        brief=pack(what),
        actions=(Action("open", pack(msg("Open it")), url),) if plan[URL] else (),
        to=to,
        priority=record.priority,
        rank=rank_of(plan, record.priority),
        subject=record.subject,
        why=pack(what),
    )
