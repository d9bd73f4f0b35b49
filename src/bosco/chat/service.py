"""Incidents in Slack: what moves is followed there, what is said and pressed there is done here."""

from dataclasses import dataclass
from typing import Any

from bosco.chat import store as chats
from bosco.chat.answers import HELP, listed, opened, said_over
from bosco.chat.ask import Asked, priority_in, read_command, unmarked
from bosco.chat.card import RESOLVE, TAKE
from bosco.chat.faces import Faces, acting
from bosco.chat.follow import FOLLOW, Follower, language_of
from bosco.chat.rooms import Room
from bosco.chat.talk import Talk
from bosco.incidents.model import IncidentRecovered, PostmortemPublished
from bosco.kit.clock import Clock
from bosco.kit.marks import delivers, hears, service
from bosco.kit.net import Net
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, Sayable, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.records.model import (
    ClockBroke,
    RecordAcknowledged,
    RecordChanged,
    RecordClosed,
    RecordCommented,
    RecordMoved,
    RecordOpened,
    RecordReopened,
)
from bosco.records.moves import kind_of
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.store.outbox import Answer, Parcel
from bosco.store.store import Store
from bosco.store.tx import Tx

INCIDENT = "incident"


@dataclass(frozen=True)
class Pressed:
    """A button that somebody pressed, and where they read what came of it."""

    user: str
    name: str
    action: str
    number: str
    answers_to: str


@service
class Chat:
    """Incidents in Slack, both ways."""

    def __init__(  # noqa: PLR0913, PLR0917 - it stands between Slack and the records
        self,
        store: Store,
        clock: Clock,
        net: Net,
        secrets: Secrets,
        current: CurrentPlan,
        records: Records,
        follower: Follower,
    ) -> None:
        self._store = store
        self._clock = clock
        self._net = net
        self._secrets = secrets
        self._current = current
        self._records = records
        self._follower = follower
        self._faces = Faces()

    @hears(RecordOpened)
    async def hear_opened(self, fact: RecordOpened) -> None:
        """Begin to follow an incident."""
        await self._touch(fact)

    @hears(RecordMoved)
    async def hear_moved(self, fact: RecordMoved) -> None:
        """Follow it."""
        await self._touch(fact)

    @hears(RecordChanged)
    async def hear_changed(self, fact: RecordChanged) -> None:
        """Follow it."""
        await self._touch(fact)

    @hears(RecordCommented)
    async def hear_commented(self, fact: RecordCommented) -> None:
        """Follow it."""
        await self._touch(fact)

    @hears(RecordAcknowledged)
    async def hear_taken(self, fact: RecordAcknowledged) -> None:
        """Follow it."""
        await self._touch(fact)

    @hears(RecordClosed)
    async def hear_closed(self, fact: RecordClosed) -> None:
        """Follow it to its end."""
        await self._touch(fact)

    @hears(RecordReopened)
    async def hear_reopened(self, fact: RecordReopened) -> None:
        """Follow it again."""
        await self._touch(fact)

    @hears(ClockBroke)
    async def hear_broken(self, fact: ClockBroke) -> None:
        """Tell that a promise is broken."""
        await self._touch(fact)

    @hears(IncidentRecovered)
    async def hear_recovered(self, fact: IncidentRecovered) -> None:
        """Tell that all its alerts are over."""
        await self._touch(fact)

    @hears(PostmortemPublished)
    async def hear_published(self, fact: PostmortemPublished) -> None:
        """Tell that what was learnt can be read."""
        await self._store.write(lambda tx: self._follower.touch(tx, fact.number))

    async def _touch(self, fact: Any) -> None:
        if fact.kind == INCIDENT:
            await self._store.write(lambda tx: self._follower.touch(tx, fact.number))

    @delivers(FOLLOW)
    async def bring(self, parcel: Parcel) -> Answer:
        """Bring a message to where its incident is."""
        return await self._follower.bring(parcel)

    async def hear_event(self, room: Room, event_id: str, event: dict[str, Any]) -> None:
        """Take what was written below a message of ours as a comment; anything else is not for us."""
        if event.get("type") != "message" or event.get("subtype") or event.get("bot_id"):
            return
        place, ts, user = str(event.get("channel", "")), str(event.get("thread_ts", "")), str(event.get("user", ""))
        text = unmarked(str(event.get("text", "")))
        thread = await self._store.read(lambda tx: chats.thread_at(tx, place, ts)) if ts and text else None
        if thread is None:
            return
        actor = await self._actor(room, user)
        if actor is None:
            # Words of somebody unknown are kept with the name that they have there: they may matter at three o’clock.
            actor = f"slack:{user[:40]}"

        def work(tx: Tx) -> None:
            if chats.is_new(tx, event_id or f"{place}/{event.get('ts')}"):
                self._records.comment(tx, thread.number, text, by=actor, via="slack")

        await self._store.write(work)

    async def press(self, room: Room, pressed: Pressed) -> tuple[Sayable, Language]:
        """Do what a button says, tell whoever pressed it what came of it, and return that."""
        plan = self._current.plan
        person = await self._person(room, pressed.user, pressed.name)
        language = language_of(plan, person)
        try:
            answer = await self._pressed(pressed, acting(plan, person))
        except Refusal as refusal:
            answer = said_over(refusal)
        talk = Talk(self._net, self._clock, self._secrets, room.slack)
        await talk.whisper(pressed.answers_to, told(answer, language))
        return answer, language

    async def _pressed(self, pressed: Pressed, by: str) -> Sayable:
        if pressed.action == TAKE:
            return await self._take(pressed.number, by)
        if pressed.action == RESOLVE:
            return await self._resolve(pressed.number, by, "")
        raise Refusal(Code.INVALID, msg("Bosco has no such button."))

    async def command(self, room: Room, user: str, name: str, text: str) -> tuple[Sayable, Language]:
        """Do what somebody typed after `/incident`, and return the answer with its language."""
        plan = self._current.plan
        person = await self._person(room, user, name)
        language = language_of(plan, person)
        asked = read_command(text)
        if asked is None:
            return msg("Bosco does not understand “{text}”. {help}", text=text[:60], help=HELP), language
        try:
            return await self._do(asked, person), language
        except Refusal as refusal:
            return said_over(refusal), language

    async def _do(self, asked: Asked, person: str | None) -> Sayable:
        if asked.verb == "help":
            return HELP
        by = acting(self._current.plan, person)
        if asked.verb == "list":
            return await self._list()
        if asked.verb == "new":
            return await self._open(asked.text, by)
        if not asked.number:
            raise Refusal(Code.INVALID, msg("Say which incident."), HELP)
        if asked.verb == "take":
            return await self._take(asked.number, by)
        if asked.verb == "resolve":
            return await self._resolve(asked.number, by, asked.text)
        await self._store.write(
            lambda tx: self._records.comment(tx, self._incident(tx, asked.number), asked.text, by=by)
        )
        return msg("It stands in {number} now.", number=asked.number.upper())

    async def _list(self) -> Sayable:
        def read(tx: Tx) -> Sayable:
            numbers = self._records.open_ones(tx, (INCIDENT,))
            return listed(self._current.plan, [self._records.of(tx, number) for number in numbers[:20]], len(numbers))

        return await self._store.read(read)

    async def _open(self, text: str, by: str) -> Sayable:
        plan = self._current.plan
        known = list(priorities_of(plan, INCIDENT))
        priority, title = priority_in(text, known)
        # Somebody who calls out in a chat means it: as urgent as can be, until a person says otherwise.
        number = await self._store.write(
            lambda tx: self._records.open(tx, INCIDENT, title, by=by, priority=priority or next(iter(known), None))
        )
        return opened(plan, number)

    async def _take(self, number: str, by: str) -> Sayable:
        record = await self._store.write(
            lambda tx: self._records.acknowledge(tx, self._incident(tx, number), by=by, via="slack")
        )
        if record.acknowledged_by == by:
            return msg("{number} is yours.", number=record.number)
        holder = (record.acknowledged_by or "").partition(":")[2]
        return msg("{name} has {number} already.", name=holder, number=record.number)

    async def _resolve(self, number: str, by: str, why: str) -> Sayable:
        def work(tx: Tx) -> str:
            found = self._incident(tx, number)
            kind = kind_of(self._current.plan, INCIDENT)
            return self._records.move(tx, found, kind.last[0], by=by, why=why or None).number

        return msg("{number} is over.", number=await self._store.write(work))

    def _incident(self, tx: Tx, number: str) -> str:
        """Return the number of an incident as it is written, or refuse what is none: chat is for incidents alone."""
        record = self._records.of(tx, number if number.isupper() else number.upper())
        if record.kind != INCIDENT:
            raise Refusal(Code.NOT_FOUND, msg("There is no incident {number}.", number=number[:60]))
        return record.number

    async def _actor(self, room: Room, user: str) -> str | None:
        person = await self._person(room, user, "")
        return f"person:{person}" if person else None

    async def _person(self, room: Room, user: str, name: str) -> str | None:
        talk = Talk(self._net, self._clock, self._secrets, room.slack)
        return await self._faces.person(self._current.plan, talk, user, name)


def told(answer: Sayable, language: Language) -> str:
    """Return the words of an answer."""
    return str(say(answer, language))
