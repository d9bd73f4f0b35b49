"""Writes to the other one when turns are to be exchanged, and back when it is answered."""

from typing import Any

from bosco.channels.model import Action, Letter, Receiver, Section
from bosco.channels.service import Channels
from bosco.kit.marks import hears, service
from bosco.kit.packed import pack
from bosco.kit.words import Language, Message, msg
from bosco.notices.compose import moment
from bosco.notices.matrix import address_of, kind_of
from bosco.notices.writing import gentlest_way, was_written
from bosco.people.model import ExchangeMoved
from bosco.people.section import TEAM, shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE, URL
from bosco.plan.load import Plan
from bosco.store.store import Store
from bosco.store.tx import Tx

_TITLES = {
    "asked": msg("{rotation}: {other} asks you to exchange turns"),
    "agreed": msg("{rotation}: {other} agrees to exchange turns"),
    "refused": msg("{rotation}: {other} does not exchange turns"),
    "cancelled": msg("{rotation}: {other} no longer asks to exchange turns"),
}


@service
class ExchangeLetters:
    """Hears of exchanges."""

    def __init__(self, store: Store, current: CurrentPlan, channels: Channels) -> None:
        self._store = store
        self._current = current
        self._channels = channels

    @hears(ExchangeMoved)
    async def moved(self, fact: ExchangeMoved) -> None:
        """Write to whom it is news: who is asked, or who has asked."""
        await self._store.write(lambda tx: self._write(tx, fact))

    def _write(self, tx: Tx, fact: ExchangeMoved) -> None:
        plan, thread = self._current.plan, f"exchange:{fact.exchange}:{fact.state}"
        reader = fact.second if fact.state in ("asked", "cancelled") else fact.first
        way = gentlest_way(plan, reader)
        if way is not None and not was_written(tx, thread):
            self._channels.post(tx, _letter(tx, plan, fact, reader, way))


def _letter(tx: Tx, plan: Plan, fact: ExchangeMoved, reader: str, way: str) -> Letter:
    other = fact.first if reader == fact.second else fact.second
    names = {"rotation": shown_name(plan, fact.rotation), "other": shown_name(plan, other)}
    title = Message(_TITLES[fact.state].text, names)
    base = (plan[URL] or "").rstrip("/")
    actions = (Action("open", pack(msg("Open")), f"{base}/on-call?rotation={fact.rotation}"),) if base else ()
    usual: Language = plan[LANGUAGE]
    return Letter(
        channel=way,
        event="changed",
        thread=f"exchange:{fact.exchange}:{fact.state}",
        title=pack(title),
        brief=pack(title),
        sections=(_turns(tx, plan, fact, reader),),
        actions=actions,
        to=(Receiver(reader, address_of(plan[TEAM][reader], kind_of(plan, way))),),
        subject=f"rotation:{fact.rotation}",
        why=pack(msg("it is about your turns on call")),
        language=plan[TEAM][reader].language or usual,
        ends=True,
    )


def _turns(tx: Tx, plan: Plan, fact: ExchangeMoved, reader: str) -> Section:
    spans = [(fact.first_start, fact.first_end), (fact.second_start, fact.second_end)]
    theirs, own = spans if reader == fact.second else spans[::-1]
    facts: list[tuple[Any, Any]] = []
    for label, (start, end) in ((msg("Turn to take"), theirs), (msg("Turn to give away"), own)):
        since, until = (moment(at, tx.at, plan[TIMEZONE]) for at in (start, end))
        facts.append((pack(label), pack(msg("{since} to {until}", since=since, until=until))))
    if fact.reason:
        facts.append((pack(msg("Why")), pack(fact.reason)))
    return Section(facts=tuple(facts))
