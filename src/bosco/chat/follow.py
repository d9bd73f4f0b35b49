"""Lets a message of Slack follow an incident: its thread tells what is new, then the message is changed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from bosco.channels.kinds.slack import escape
from bosco.chat.card import Card, blocks_of
from bosco.chat.rooms import Room, rooms_of
from bosco.chat.store import Thread, put_thread, thread_of
from bosco.chat.talk import SlackRefused, Talk
from bosco.journal import write as write_line
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.net import Net
from bosco.kit.packed import pack
from bosco.kit.words import Language, Message, Sayable, msg
from bosco.people.section import TEAM, shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE, URL
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.records.clock import clock
from bosco.records.explain import CALLED, explain
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.services.section import SERVICES, service_name
from bosco.store import outbox
from bosco.store.outbox import Answer, Delivered, Failed, Parcel, Superseded, TryAgain
from bosco.store.store import Store
from bosco.store.tx import Tx

FOLLOW = "chat.follow"
GIVES_UP = timedelta(hours=6)
MOST_AT_ONCE = 40
MOST_LINES = 500
# What the thread tells; who was told, and each turn of a clock, is for the page.
TOLD = (
    *("record.moved", "record.failed", "record.closed", "record.reopened", "record.priority", "record.acknowledged"),
    *("record.given-back", "record.commented", "record.assigned", "record.role", "record.told", "record.merged"),
    *("record.absorbed", "record.task", "incident.", "clock.broke"),
)


@service
class Follower:
    """Keeps a message beside each incident, in each room that follows them."""

    def __init__(  # noqa: PLR0913, PLR0917 - it reads a record, and writes to Slack
        self,
        store: Store,
        clock: Clock,
        net: Net,
        secrets: Secrets,
        current: CurrentPlan,
        records: Records,
        journal: Journal,
    ) -> None:
        self._store = store
        self._clock = clock
        self._net = net
        self._secrets = secrets
        self._current = current
        self._records = records
        self._journal = journal

    def touch(self, tx: Tx, number: str) -> None:
        """Owe a look at an incident to each room that follows; one look tells all that came before it."""
        for room in rooms_of(self._current.plan):
            lane = f"{room.name}:{number}"
            outbox.supersede(tx, FOLLOW, "a later look tells it too", lane=lane)
            outbox.put(tx, FOLLOW, {"number": number, "room": room.name}, lane=lane, key=number)

    async def bring(self, parcel: Parcel) -> Answer:
        """Bring the message and its thread to where the incident is."""
        plan, name = self._current.plan, str(parcel.body["room"])
        room = next((one for one in rooms_of(plan) if one.name == name), None)
        if room is None:
            return Superseded("the plan follows no incidents there any more")
        record = await self._records.get(str(parcel.body["number"]))
        try:
            await self._catch_up(room, record)
        except SlackRefused as refused:
            now = self._clock.read()
            if refused.again is not None and now - parcel.put_at < GIVES_UP:
                return TryAgain(now + refused.again, str(refused.because))
            because = refused.because
            await self._store.write(lambda tx: _tell_failure(tx, room, record, because))
            return Failed(str(because))
        return Delivered()

    async def _catch_up(self, room: Room, record: Record) -> None:
        plan, talk = self._current.plan, Talk(self._net, self._clock, self._secrets, room.slack)
        language = plan[LANGUAGE]
        body = blocks_of(card_of(plan, record, self._clock), language)
        made = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        thread = await self._store.read(lambda tx: thread_of(tx, record.number, room.name))
        if thread is None:
            place, ts = await talk.post(body)
            thread = await self._keep(Thread(record.number, room.name, place, ts, card=made))
        while news := await self._news(record, thread.upto):
            for line in news:
                await talk.post({"text": escape(line.say(language))}, thread.ts)
                thread = await self._keep(replace(thread, upto=line.id))
        if thread.card != made:
            await talk.change(thread.place, thread.ts, body)
            await self._keep(replace(thread, card=made))

    async def _keep(self, thread: Thread) -> Thread:
        await self._store.write(lambda tx: put_thread(tx, thread))
        return thread

    async def _news(self, record: Record, upto: str) -> Sequence[Line]:
        lines = await self._journal.of(record.subject, MOST_LINES)
        fresh = [line for line in lines if line.id > upto and line.what.startswith(TOLD) and not _from_here(line)]
        return sorted(fresh, key=lambda line: line.id)[:MOST_AT_ONCE]


def _from_here(line: Line) -> bool:
    # What was written in the thread stands there already.
    return line.data.get("via") == "slack" and line.what == "record.commented"


def _tell_failure(tx: Tx, room: Room, record: Record, because: Sayable) -> None:
    data = {"record": record.number, "channel": room.name, "because": pack(because)}
    write_line(tx, subject=record.subject, what="chat.failed", actor="bosco", data=data)


def card_of(plan: Plan, record: Record, at: Clock) -> Card:
    """Return what the message says of an incident now."""
    zone, service = plan[TIMEZONE], record.service
    known = priorities_of(plan, record.kind).get(record.priority)
    due = None if record.over else clock(record, "resolve", at.read(), zone)
    told: list[Message] = [msg("{clock}: {why}", clock=CALLED["resolve"], why=explain(due, zone))] if due else []
    return Card(
        number=record.number,
        title=record.title,
        priority=record.priority,
        stage=kind_of(plan, record.kind).stage_name(record.stage),
        since=f"{record.opened_at.astimezone(zone):%Y-%m-%d %H:%M}",
        service=service_name(plan, service) if service and service in plan[SERVICES] else service,
        holder=_called(plan, record.acknowledged_by),
        color=known.color if known else None,
        over=record.over,
        url=f"{(plan[URL] or '').rstrip('/')}/incidents/{record.number}",
        told=told,
    )


def _called(plan: Plan, actor: str | None) -> Any:
    return shown_name(plan, actor.partition(":")[2] or actor) if actor else None


def language_of(plan: Plan, person: str | None) -> Language:
    """Return the language in which a person is answered."""
    known = plan[TEAM].get(person) if person else None
    usual: Language = plan[LANGUAGE]
    return (known.language if known else None) or usual
