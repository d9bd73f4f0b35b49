"""Who receives a letter: the targets of the plan at this instant, as people with an address for that way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bosco.channels.model import Receiver
from bosco.channels.section import CHANNELS
from bosco.kit.words import Language
from bosco.notices.matrix import CHATS, address_of, kind_of
from bosco.people.section import TEAM, members_of, shown_name
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.store.tx import Tx

# Who a target stands for at an instant: `on-call`, a rotation, `level 3`, a person, a group.
Who = Callable[[str, datetime], Sequence[str]]
# The same, as it stands in a transaction.
Ask = Callable[[str, datetime, Tx | None], Sequence[str]]
_ANSWERING = ("responder", "admin")


@dataclass(frozen=True)
class Recipient:
    """One person of the plan, or a bare address, with the language that their letter is in."""

    person: str
    address: str
    language: Language

    @property
    def receiver(self) -> Receiver:
        """Return how the letter names them."""
        return Receiver(self.person, self.address)


def asking(tx: Tx | None, ask: Ask) -> Who:
    """Return the question as one transaction asks it, each answer remembered."""
    known: dict[tuple[str, datetime], Sequence[str]] = {}

    def who(target: str, now: datetime) -> Sequence[str]:
        if (target, now) not in known:
            known[target, now] = ask(target, now, tx)
        return known[target, now]

    return who


def people_of(targets: Iterable[str], now: datetime, who: Who) -> list[str]:
    """Return the people whom targets stand for now, each once."""
    return list(dict.fromkeys(person for target in targets for person in who(target, now)))


def usual_people(plan: Plan, kind: str, now: datetime, who: Who) -> list[str]:
    """Return whom a personal way tells when the plan names nobody.

    A text message goes to who is on call; mail also to everybody who answers, and to the whole team if nobody does.
    """
    on_call = list(who("on-call", now))
    if kind == "sms":
        return on_call
    answering = [key for key, one in plan[TEAM].items() if not one.is_group and set(one.roles) & set(_ANSWERING)]
    everybody = [key for key, one in plan[TEAM].items() if not one.is_group]
    return list(dict.fromkeys([*on_call, *answering])) or everybody


def recipients(plan: Plan, channel: str, audience: Sequence[str], now: datetime, who: Who) -> list[Recipient]:
    """Return who gets a letter through a personal way; those without an address for it are left out."""
    kind = kind_of(plan, channel)
    if audience:
        found = reached(plan, kind, people_of(audience, now, who))
    elif (known := plan[CHANNELS].get(channel)) and known.to:
        found = [one for written in known.to for one in _written(plan, kind, written, now, who)]
    else:
        found = reached(plan, kind, usual_people(plan, kind, now, who))
    once = {one.address.casefold(): one for one in reversed(found)}
    return [one for one in found if once.get(one.address.casefold()) is one]


def _written(plan: Plan, kind: str, written: str, now: datetime, who: Who) -> list[Recipient]:
    """Return whom an entry of a channel's `to:` names: a target of the plan, somebody's address, any address."""
    people = list(who(written, now)) or members_of(plan, written)
    if people:
        return reached(plan, kind, people)
    for key, person in plan[TEAM].items():
        if address_of(person, kind).casefold() == written.casefold():
            return reached(plan, kind, [key])
    return [Recipient("", written, plan[LANGUAGE])]


def reached(plan: Plan, kind: str, people: Iterable[str]) -> list[Recipient]:
    """Return those of the people whom such a way reaches."""
    usual, found = plan[LANGUAGE], []
    for key in people:
        person = plan[TEAM].get(key)
        if person is not None and (address := address_of(person, kind)):
            found.append(Recipient(key, address, person.language or usual))
    return found


def mentioned(plan: Plan, channel: str, people: Iterable[str]) -> list[Recipient]:
    """Return the people whom a letter to a channel as such calls upon; without an address they are named only."""
    kind, team = kind_of(plan, channel), plan[TEAM]
    return [Recipient(key, address_of(team[key], kind), plan[LANGUAGE]) for key in people if key in team]


def ways_of(plan: Plan, person: str) -> list[str]:
    """Return the channels by which a person can be reached at all, in the order of the plan."""
    known = plan[TEAM].get(person)
    if known is None:
        return []
    return [key for key, channel in plan[CHANNELS].items() if address_of(known, channel.kind)]


def speaks_to(plan: Plan, channel: str, people: Sequence[str]) -> bool:
    """Say whether a way reaches any of these people: in person, or by a chat that all of them read."""
    kind = kind_of(plan, channel)
    return kind in CHATS or bool(reached(plan, kind, people))


def name_of(plan: Plan, person: str) -> object:
    """Return how a person of the plan, or an actor of the journal (`user:devops`), is called."""
    return shown_name(plan, person.partition(":")[2] or person)
