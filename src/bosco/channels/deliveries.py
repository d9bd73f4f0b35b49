"""The account of the channels: every letter, when it was posted, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, select, update

from bosco.channels.model import Letter
from bosco.channels.store import IS_WAITING, letters
from bosco.store.parcel import outbox
from bosco.store.tx import Tx
from bosco.store.types import clean

LetterState = Literal["waiting", "delivered", "superseded", "failed"]
STATES: tuple[LetterState, ...] = ("waiting", "delivered", "failed", "superseded")
# Over which time the figures of a channel are counted.
LATELY = timedelta(hours=24)
PAGE = 50


@dataclass(frozen=True)
class Delivery:
    """One letter: what it was about, to whom, and what became of it."""

    id: str
    channel: str
    thread: str
    event: str
    subject: str
    priority: str | None
    title: Any
    why: Any
    receivers: tuple[tuple[str, str], ...]
    state: LetterState
    because: Any
    answer: Any
    took: timedelta | None
    at: datetime
    ended_at: datetime | None
    # Of one that waits: how often it was tried, and when it is tried next.
    attempts: int = 0
    next_try: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """Which letters a reader wants to see; `before` is the id of the last one of the page before."""

    channel: str = ""
    state: str = ""
    before: str = ""
    limit: int = PAGE


@dataclass
class Counted:
    """How many letters of a channel ended how within a day, how many wait, and how its last one ended."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    last: Delivery | None = None
    # Whether the letters that wait have been tried in vain.
    troubled: int = field(default=0)


SUBJECT = letters.c.subject


def note_posted(tx: Tx, letter_id: str, letter: Letter) -> None:
    """Write that a letter is owed."""
    row = {
        "id": letter_id,
        "channel": letter.channel,
        "thread": letter.thread,
        "event": letter.event,
        "subject": letter.subject,
        "priority": letter.priority,
        "title": letter.title,
        "why": letter.why,
        "receivers": [[one.person, one.address] for one in letter.to],
        "state": "waiting",
        "at": tx.at,
    }
    tx.run(_POSTED, {**row, **dict.fromkeys(("because", "answer", "took", "ended_at"))})


def note_ended(
    tx: Tx,
    letter_id: str,
    state: LetterState,
    *,
    because: Any = None,
    answer: Any = None,
    took: timedelta | None = None,
) -> None:
    """Write how a letter ended."""
    values = {"state": state, "because": because, "answer": answer, "ended_at": tx.at}
    tx.run(_ENDED, {"its_id": letter_id, **values, "took": None if took is None else took.total_seconds()})


def note_superseded(tx: Tx, thread: str, because: str, channel: str | None) -> None:
    """Write that the letters of a thread which wait need not arrive any more."""
    which = update(letters).where(IS_WAITING, letters.c.thread == clean(thread))
    if channel is not None:
        which = which.where(letters.c.channel == clean(channel))
    tx.run(which.values(state="superseded", because=because, ended_at=tx.at))


def note_waiting(tx: Tx, letter_id: str) -> None:
    """Write that a letter which had ended is on its way again."""
    nothing = dict.fromkeys(("because", "answer", "took", "ended_at"))
    tx.run(update(letters).where(letters.c.id == letter_id).values(state="waiting", **nothing))


def find(tx: Tx, letter_id: str) -> Delivery | None:
    """Return the letter of that id."""
    row = tx.run(_SHOWN.where(letters.c.id == clean(letter_id))).first()
    return None if row is None else _delivery(row)


def page(tx: Tx, asked: Asked, keeps: Sequence[ColumnElement[Any]] = ()) -> list[Delivery]:
    """Return one page of letters of which that holds, the latest first, and one more if there are older ones."""
    query = _SHOWN.where(*keeps)
    if asked.channel:
        query = query.where(letters.c.channel == clean(asked.channel))
    if asked.state in STATES:
        query = query.where(letters.c.state == asked.state)
    if asked.before:
        query = query.where(letters.c.id < clean(asked.before))
    return [_delivery(row) for row in tx.run(query.order_by(letters.c.id.desc()).limit(asked.limit + 1))]


def counted(tx: Tx, channels: Sequence[str]) -> dict[str, Counted]:
    """Return the figures of each channel."""
    found = {channel: Counted() for channel in channels}
    ended = (
        select(letters.c.channel, letters.c.state, func.count().label("many"))
        .where(letters.c.at > tx.at - LATELY, letters.c.state.in_(("delivered", "failed")))
        .group_by(letters.c.channel, letters.c.state)
    )
    for row in tx.run(ended):
        if row.channel in found:
            setattr(found[row.channel], row.state, row.many)
    waits = (
        select(letters.c.channel, func.count().label("many"), func.count(outbox.c.because).label("troubled"))
        .join(outbox, outbox.c.id == letters.c.id)
        .where(letters.c.state == "waiting")
        .group_by(letters.c.channel)
    )
    for row in tx.run(waits):
        if row.channel in found:
            found[row.channel].waiting, found[row.channel].troubled = row.many, row.troubled
    for channel, figures in found.items():
        last = tx.run(_LAST, {"its_channel": channel}).first()
        figures.last = None if last is None else _delivery(last)
    return found


def waiting(tx: Tx) -> int:
    """Return how many letters wait."""
    return int(tx.run(select(func.count()).select_from(letters).where(IS_WAITING)).scalar_one())


def _delivery(row: Row[Any]) -> Delivery:
    pending = row.state == "waiting"
    return Delivery(
        id=row.id,
        channel=row.channel,
        thread=row.thread,
        event=row.event,
        subject=row.subject,
        priority=row.priority,
        title=row.title,
        why=row.why,
        receivers=tuple((person, address) for person, address in row.receivers),
        state=row.state,
        because=row.tried_in_vain if pending else row.because,
        answer=row.answer,
        took=None if row.took is None else timedelta(seconds=row.took),
        at=row.at,
        ended_at=row.ended_at,
        attempts=(row.attempts or 0) if pending else 0,
        next_try=row.next_try if pending else None,
    )


_SHOWN = select(letters, outbox.c.because.label("tried_in_vain"), outbox.c.attempts, outbox.c.next_try).join(
    outbox, and_(outbox.c.id == letters.c.id, letters.c.state == "waiting"), isouter=True
)
_LAST = (
    _SHOWN.where(letters.c.channel == bindparam("its_channel"), letters.c.state.in_(("delivered", "failed")))
    .order_by(letters.c.ended_at.desc())
    .limit(1)
)
_POSTED = insert(letters)
_ENDED = update(letters).where(letters.c.id == bindparam("its_id"))
