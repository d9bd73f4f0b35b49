"""Tells whoever takes over a shift that it is theirs, until when, and what is open at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bosco.channels.model import Action, Letter, Receiver, Section
from bosco.channels.service import Channels
from bosco.kit.marks import hears, service
from bosco.kit.packed import pack, unpack
from bosco.kit.plural import Plural, plural
from bosco.kit.words import Language, Message, Text, msg
from bosco.notices import rows
from bosco.notices.audience import name_of
from bosco.notices.compose import listed, moment
from bosco.notices.matrix import address_of, kind_of
from bosco.notices.writing import gentlest_way, was_written
from bosco.people.model import ShiftBegan
from bosco.people.on_call import told_instead
from bosco.people.section import ON_CALL, TEAM, shown_name
from bosco.people.service import OnCall
from bosco.people.store import load_changes
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE, URL
from bosco.plan.load import Plan
from bosco.store.store import Store
from bosco.store.tx import Tx

# So many open matters are written out; of more, the number is told.
SHOWN = 20


@service
class HandOvers:
    """Hears of every shift that begins."""

    def __init__(self, store: Store, current: CurrentPlan, channels: Channels, on_call: OnCall) -> None:
        self._store = store
        self._current = current
        self._channels = channels
        on_call.tell_open(open_matters)

    @hears(ShiftBegan)
    async def shift_began(self, fact: ShiftBegan) -> None:
        """Write to those who have come; in a hole, to those who are told instead."""
        await self._store.write(lambda tx: self._write(tx, fact))

    def _write(self, tx: Tx, fact: ShiftBegan) -> None:
        plan = self._current.plan
        if fact.rotation not in plan[ON_CALL]:
            return
        thread = f"handover:{fact.rotation}:{fact.at.isoformat()}"
        if was_written(tx, thread):
            return
        people: Sequence[str] = [one for one in fact.people if one not in fact.before]
        if not fact.people:
            people = told_instead(plan, fact.rotation, fact.at, load_changes(tx))
        made = _HandOver(plan, fact, thread, open_rows(tx), tx.at)
        for person in people:
            way = gentlest_way(plan, person)
            if way is not None:
                self._channels.post(tx, made.letter(person, way))


def open_rows(tx: Tx) -> list[rows.Kept]:
    """Return the matters that are open and speak for themselves, the oldest first."""
    keys = rows.open_keys(tx)
    found = rows.find_all(tx, keys)
    return [found[key] for key in keys if key in found and found[key].into is None]


def open_matters(tx: Tx) -> list[Any]:
    """Return what is open, as packed sentences."""
    return [one.matter.title for one in open_rows(tx)]


@dataclass(frozen=True)
class _HandOver:
    """What is written at one hand-over."""

    plan: Plan
    fact: ShiftBegan
    thread: str
    opened: Sequence[rows.Kept]
    at: datetime

    def letter(self, person: str, way: str) -> Letter:
        """Return the letter to one of those who have come."""
        plan, rotation = self.plan, self.fact.rotation
        title = self._title(shown_name(plan, rotation))
        count = plural(len(self.opened), "{n} matter is open", "{n} matters are open")
        base = (plan[URL] or "").rstrip("/")
        actions = (Action("open", pack(msg("Open")), f"{base}/on-call?rotation={rotation}"),) if base else ()
        usual: Language = plan[LANGUAGE]
        return Letter(
            channel=way,
            event="handover",
            thread=self.thread,
            title=pack(title),
            brief=pack(msg("{title}; {open}", title=title, open=count)),
            sections=(self._turn(), self._open(count)),
            actions=actions,
            to=(Receiver(person, address_of(plan[TEAM][person], kind_of(plan, way))),),
            subject=f"rotation:{rotation}",
            why=pack(msg("your turn begins") if self.fact.people else msg("nobody is on call")),
            language=plan[TEAM][person].language or usual,
            ends=True,
        )

    def _when(self, at: datetime) -> Text:
        return moment(at, self.at, self.plan[TIMEZONE])

    def _named(self, people: Sequence[str]) -> Text:
        return listed(shown_name(self.plan, one) for one in people)

    def _title(self, name: Any) -> Message:
        until = self._when(self.fact.until) if self.fact.until else None
        if self.fact.people:
            if until is None:
                return msg("{rotation}: you are on call", rotation=name)
            return msg("{rotation}: you are on call until {until}", rotation=name, until=until)
        if until is None:
            return msg("{rotation}: nobody is on call, you are told instead", rotation=name)
        return msg("{rotation}: nobody is on call until {until}, you are told instead", rotation=name, until=until)

    def _turn(self) -> Section:
        fact = self.fact
        facts: list[tuple[Any, Any]] = []
        if left := [one for one in fact.before if one not in fact.people]:
            facts.append((msg("Before you"), self._named(left)))
        if together := [one for one in fact.people if one in fact.before]:
            facts.append((msg("With you"), self._named(together)))
        if fact.until and fact.next_people:
            names, at = self._named(fact.next_people), self._when(fact.until)
            facts.append((msg("After you"), msg("{names}, from {at}", names=names, at=at)))
        return Section(facts=tuple((pack(label), pack(value)) for label, value in facts))

    def _open(self, count: Plural) -> Section:
        lines = [pack(self._line(one)) for one in self.opened[:SHOWN]]
        if len(self.opened) > SHOWN:
            lines.append(pack(msg("and {n} more", n=len(self.opened) - SHOWN)))
        return Section(heading=pack(count if self.opened else msg("Nothing is open.")), lines=tuple(lines))

    def _line(self, one: rows.Kept) -> Message:
        return msg(
            "{priority} {title} - since {since}, {who}",
            priority=one.matter.priority,
            title=unpack(one.matter.title),
            since=self._when(one.matter.since),
            who=name_of(self.plan, one.acked_by) if one.acked_by else msg("nobody has it"),
        )
