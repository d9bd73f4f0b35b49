"""The account of what was told: every telling, the matters in it, its letters and how each ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, not_, select, update

from bosco.channels.model import Event
from bosco.notices.store import letters, mentions, tellings
from bosco.store.tx import Tx
from bosco.store.types import clean

# Within this time nobody is told the same again through the same way, whatever rule says so.
SAME = timedelta(minutes=1)
SAME_REMINDER = timedelta(hours=1)
MATTER = mentions.c.matter
_CALLS = ("opened", "escalated")
# What needs no reminder so soon.
_HEARD = (*_CALLS, "unacknowledged", "reminder", "digest")


@dataclass(frozen=True)
class Telling:
    """One letter, or the same one to several people."""

    id: str
    bundle: str
    channel: str
    event: Event
    at: datetime
    why: Any
    title: Any
    count: int
    # When the same was first told, by a way that could not bring it.
    begun: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """A letter of a telling: to whom, and what became of it."""

    id: str
    telling: str
    channel: str
    person: str
    address: str
    at: datetime
    state: str
    because: Any
    ended_at: datetime | None


def write_telling(tx: Tx, telling: Telling, matter_keys: Sequence[str]) -> None:
    """Write that these matters are told."""
    tx.run(insert(tellings), {name: getattr(telling, name) for name in tellings.c.keys()})  # noqa: SIM118 - columns
    if matter_keys:
        tx.run(_MENTION, [{"telling": telling.id, "matter": key} for key in matter_keys])


def write_letter(tx: Tx, letter: str, telling: Telling, person: str, address: str) -> None:
    """Write one letter of a telling."""
    row = {"id": letter, "telling": telling.id, "channel": telling.channel, "person": person, "address": address}
    tx.run(_LETTER, {**row, "at": telling.at, "state": "on-its-way", "because": None, "ended_at": None})


def end_letter(tx: Tx, letter: str, state: str, at: datetime, because: Any = None) -> bool:
    """Write what became of a letter; say whether it is one of ours, and had not ended; a failed one may yet arrive."""
    before = ("on-its-way", "failed") if state == "delivered" else ("on-its-way",)
    ended = update(letters).where(letters.c.id == letter, letters.c.state.in_(before))
    return bool(tx.run(ended.values(state=state, ended_at=at, because=because)).rowcount)


def told_just_now(tx: Tx, channel: str, event: Event, at: datetime) -> dict[str, set[str]]:
    """Return who was told of which matters through a way within the last moments: person → matters."""
    reminds = event == "reminder"
    window = SAME_REMINDER if reminds else SAME
    events = _HEARD if reminds else (*_CALLS, "unacknowledged") if event in _CALLS else (event,)
    wanted = (
        select(letters.c.person, mentions.c.matter)
        .join(tellings, tellings.c.id == letters.c.telling)
        .join(mentions, mentions.c.telling == tellings.c.id)
        .where(
            tellings.c.channel == channel,
            tellings.c.at > at - window,
            tellings.c.event.in_(events),
        )
        .where(letters.c.person != "", letters.c.state != "failed")
    )
    found: dict[str, set[str]] = {}
    for row in tx.run(wanted):
        found.setdefault(row.person, set()).add(row.matter)
    return found


def told_since(tx: Tx, bundle: str, begun: datetime) -> list[tuple[str, str]]:
    """Return to whom letters of a bundle went in its present run: person and address, each once."""
    wanted = (
        select(letters.c.person, letters.c.address)
        .join(tellings, tellings.c.id == letters.c.telling)
        .where(tellings.c.bundle == bundle, tellings.c.at >= begun)
        .order_by(letters.c.id)
    )
    return list(dict.fromkeys((row.person, row.address) for row in tx.run(wanted)))


def telling_of(tx: Tx, letter: str) -> Telling | None:
    """Return the telling that a letter belongs to."""
    row = tx.run(
        select(tellings).join(letters, letters.c.telling == tellings.c.id).where(letters.c.id == letter)
    ).first()
    return None if row is None else _telling(row)


def find_telling(tx: Tx, telling: str) -> Telling | None:
    """Return the telling of that id."""
    row = tx.run(select(tellings).where(tellings.c.id == telling)).first()
    return None if row is None else _telling(row)


def _telling(row: Row[Any]) -> Telling:
    return Telling(
        row.id, row.bundle, row.channel, row.event, row.at, row.why, row.title, row._mapping["count"], row.begun
    )


def carry_on(tx: Tx, bundle_keys: Sequence[str], begun: datetime) -> None:
    """Write that what is told at this instant in those bundles has been tried since then, by other ways."""
    now = (tellings.c.bundle.in_(bundle_keys), tellings.c.at == tx.at)
    tx.run(update(tellings).where(*now).values(begun=begun))


def matters_of(tx: Tx, telling: str) -> list[str]:
    """Return the matters that were told."""
    return list(tx.run(select(mentions.c.matter).where(mentions.c.telling == telling)).scalars())


def letters_about(tx: Tx, matter: str, limit: int = 200) -> list[tuple[Telling, Sent]]:
    """Return the letters about a matter, the latest first."""
    wanted = (
        select(tellings, letters)
        .join(letters, letters.c.telling == tellings.c.id)
        .join(mentions, mentions.c.telling == tellings.c.id)
        .where(mentions.c.matter == matter)
        .order_by(letters.c.at.desc(), letters.c.id.desc())
        .limit(limit)
    )
    split = len(tellings.c)
    return [(Telling(*row[:split]), Sent(*row[split:])) for row in tx.run(wanted)]


def page(tx: Tx, before: str, most: int, keeps: Sequence[ColumnElement[Any]] = ()) -> list[tuple[Telling, list[Sent]]]:
    """Return tellings with their letters, the latest first, and one more if there are older ones.

    What tells of a matter of which that does not hold is left out.
    """
    query = select(tellings).order_by(tellings.c.id.desc()).limit(most + 1)
    if keeps:
        of_it = select(mentions.c.matter).where(mentions.c.telling == tellings.c.id, not_(and_(*keeps)))
        query = query.where(not_(of_it.exists()))
    if before:
        query = query.where(tellings.c.id < clean(before))
    found = [_telling(row) for row in tx.run(query)]
    sent: dict[str, list[Sent]] = {one.id: [] for one in found}
    for row in tx.run(select(letters).where(letters.c.telling.in_([*sent])).order_by(letters.c.id)):
        sent[row.telling].append(Sent(*list(row)))
    return [(one, sent[one.id]) for one in found]


def heard_through(tx: Tx, matter: str) -> int:
    """Return how many letters about a matter have arrived or are on their way."""
    wanted = (
        select(func.count())
        .select_from(letters)
        .join(mentions, mentions.c.telling == letters.c.telling)
        .where(mentions.c.matter == matter, letters.c.state != "failed")
    )
    return int(tx.run(wanted).scalar_one())


def tried_for(tx: Tx, matter: str, person: str, since: datetime) -> set[str]:
    """Return the ways by which a person was, or is being, told of a matter since then."""
    wanted = (
        select(letters.c.channel)
        .join(mentions, mentions.c.telling == letters.c.telling)
        .where(mentions.c.matter == matter, letters.c.person == person, letters.c.at >= since)
    )
    return set(tx.run(wanted).scalars())


def ways_tried(tx: Tx, matter: str, since: datetime) -> set[str]:
    """Return the ways by which anybody was, or is being, told of a matter since then."""
    wanted = (
        select(letters.c.channel)
        .join(mentions, mentions.c.telling == letters.c.telling)
        .where(mentions.c.matter == matter, letters.c.at >= since)
    )
    return set(tx.run(wanted).scalars())


_MENTION = insert(mentions).values(telling=bindparam("telling"), matter=bindparam("matter"))
_LETTER = insert(letters)
