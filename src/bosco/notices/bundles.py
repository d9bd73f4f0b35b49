"""Rows of what is told together, and of each matter that is owed or was told in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, or_, select, update

from bosco.notices.store import HAS_NEWS, bundles, matters, owed
from bosco.store.tx import Tx

# A way that tells of so many groups at once tells of further ones together.
MANY = 10
LATELY = timedelta(minutes=1)
STORM = "*"
STORM_LATER = "* later"
AT_ONCE = 500


@dataclass(frozen=True)
class Bundle:
    """What is told together through one way, and how far that has come."""

    key: str
    channel: str
    audience: tuple[str, ...]
    cause: str
    rhythm: str | None
    thread: str | None
    begun_at: datetime | None
    standing: int
    last_at: datetime | None
    due: datetime | None
    again: datetime | None


@dataclass(frozen=True)
class Owed:
    """One matter in one bundle: what is still to be told of it, and what was."""

    bundle: str
    matter: str
    how: str
    news: str | None
    due: datetime | None
    why: Any
    mention: tuple[str, ...]
    told_at: datetime | None
    state: str
    held: bool = False


def bundle_of(tx: Tx, key: str) -> Bundle | None:
    """Return the bundle of that name."""
    row = tx.run(_FIND, {"its_key": key}).first()
    return None if row is None else _bundle(row)


def ensure_bundle(
    tx: Tx, key: str, channel: str, audience: tuple[str, ...], cause: str, rhythm: str | None = None
) -> Bundle:
    """Return the bundle of that name, made if need be."""
    found = bundle_of(tx, key)
    if found is not None:
        return found
    made = {"key": key, "channel": channel, "audience": list(audience), "cause": cause, "rhythm": rhythm}
    tx.run(_MAKE, {**made, "standing": 0, **dict.fromkeys(("thread", "begun_at", "last_at", "due", "again"))})
    return Bundle(key, channel, audience, cause, rhythm, None, None, 0, None, None, None)


def _bundle(row: Row[Any]) -> Bundle:
    return Bundle(
        row.key,
        row.channel,
        tuple(row.audience),
        row.cause,
        row.rhythm,
        row.thread,
        row.begun_at,
        row.standing,
        row.last_at,
        row.due,
        row.again,
    )


def change_bundle(tx: Tx, key: str, **values: Any) -> None:
    """Write some of a bundle's columns."""
    tx.run(update(bundles).where(bundles.c.key == key).values(**values))


def add_standing(tx: Tx, key: str, more: int) -> int:
    """Count matters that were told and are not over; return how many there are now."""
    statement = update(bundles).where(bundles.c.key == key).values(standing=bundles.c.standing + more)
    return int(tx.run(statement.returning(bundles.c.standing)).scalar_one())


def is_busy(tx: Tx, channel: str, soon: datetime) -> bool:
    """Say whether a way tells, or is to tell by then, of so many groups that further ones share a letter."""
    asked = {"its_channel": channel, "lately": tx.at - LATELY, "soon": soon}
    return int(tx.run(_BUSY, asked).scalar_one()) >= MANY


def thread_of(tx: Tx, channel: str, cause: str) -> str | None:
    """Return what the letters about a cause share on a channel, if some were sent and it is not over."""
    wanted = select(bundles.c.thread).where(
        bundles.c.channel == channel, bundles.c.cause == cause, bundles.c.thread.is_not(None)
    )
    found: str | None = tx.run(wanted.order_by(bundles.c.begun_at).limit(1)).scalar()
    return found


def owe(tx: Tx, row: Owed) -> None:
    """Write what is owed of a matter in a bundle, in place of what was."""
    values = {
        "how": row.how,
        "news": row.news,
        "due": row.due,
        "why": row.why,
        "mention": list(row.mention),
        "told_at": row.told_at,
        "state": row.state,
    }
    changed = update(owed).where(owed.c.bundle == row.bundle, owed.c.matter == row.matter)
    if not tx.run(changed.values(**values, because=None, ended_at=None)).rowcount:
        ended = {"put_at": tx.at, "because": None, "ended_at": None}
        tx.run(_OWE, {"bundle": row.bundle, "matter": row.matter, **values, **ended})


def owed_of(tx: Tx, matter: str) -> list[Owed]:
    """Return what is owed and was told of a matter, in every bundle."""
    return [_owed(row) for row in tx.run(_OF_MATTER, {"its_matter": matter})]


def owed_of_all(tx: Tx, matter_keys: Sequence[str]) -> dict[str, list[Owed]]:
    """Return what is owed and was told of each of these matters."""
    found: dict[str, list[Owed]] = {}
    for start in range(0, len(matter_keys), AT_ONCE):
        some = matter_keys[start : start + AT_ONCE]
        for row in tx.run(select(owed).where(owed.c.matter.in_(some)).order_by(owed.c.put_at, owed.c.bundle)):
            found.setdefault(row.matter, []).append(_owed(row))
    return found


def news_in(tx: Tx, bundle: str) -> list[Owed]:
    """Return what is to be told in a bundle, in the order in which it came."""
    return [_owed(row, row.held_at is not None) for row in tx.run(_NEWS, {"its_bundle": bundle})]


def first_due(tx: Tx, bundle: str) -> datetime | None:
    """Return when something is to be told next in a bundle; what is held waits for its release."""
    found: datetime | None = tx.run(_FIRST_DUE, {"its_bundle": bundle}).scalar()
    return found


def may_be_clear(tx: Tx, bundle: str) -> bool:
    """Say whether nothing but ends is to be told in a bundle."""
    return tx.run(_ONE_FRESH, {"its_bundle": bundle}).first() is None


def still_told(tx: Tx, bundle: str) -> list[str]:
    """Return the matters that were told in a bundle and are not over, that nobody has and nothing holds."""
    return list(tx.run(_STANDING, {"its_bundle": bundle}).scalars())


def everything_in(tx: Tx, bundle: str) -> list[Owed]:
    """Return every matter of a digest that is not done with."""
    wanted = (
        select(owed, matters.c.held_at)
        .join(matters, matters.c.key == owed.c.matter)
        .where(owed.c.bundle == bundle, owed.c.state.in_(("owed", "told")))
    )
    return [_owed(row, row.held_at is not None) for row in tx.run(wanted.order_by(matters.c.opened_at, matters.c.key))]


def _owed(row: Row[Any], held: bool = False) -> Owed:
    mention = tuple(row.mention)
    return Owed(row.bundle, row.matter, row.how, row.news, row.due, row.why, mention, row.told_at, row.state, held)


def settle(tx: Tx, bundle: str, matter_keys: Sequence[str], state: str, because: Any = None) -> None:
    """Write that everything has been told of matters in a bundle: they are told, over or superseded."""
    ended = tx.at if state in ("over", "superseded") else None
    values = {"state": state, "because": because, "at": tx.at, "ended": ended}
    rows = [{"its_bundle": bundle, "its_matter": key, **values} for key in matter_keys]
    if rows:
        tx.run(_SETTLE_UNTOLD if state == "superseded" else _SETTLE, rows)


def end_owed(tx: Tx, rows: Iterable[Owed], because: Any) -> None:
    """Write that what is owed is not told, and why."""
    for row in rows:
        settle(tx, row.bundle, [row.matter], "superseded", because)


_FIND = select(bundles).where(bundles.c.key == bindparam("its_key"))
_MAKE = insert(bundles)
_BUSY = (
    select(func.count())
    .select_from(bundles)
    .where(
        bundles.c.channel == bindparam("its_channel"),
        bundles.c.rhythm.is_(None),
        bundles.c.cause.not_in((STORM, STORM_LATER)),
        or_(bundles.c.last_at > bindparam("lately"), bundles.c.due <= bindparam("soon")),
    )
)
_OWE = insert(owed)
_OF_MATTER = select(owed).where(owed.c.matter == bindparam("its_matter")).order_by(owed.c.put_at, owed.c.bundle)
_NEWS = (
    select(owed, matters.c.held_at)
    .join(matters, matters.c.key == owed.c.matter)
    .where(owed.c.bundle == bindparam("its_bundle"), HAS_NEWS)
    .order_by(owed.c.put_at, owed.c.matter)
)
# What is not held, or is over anyway.
_TOLD_NOW = or_(matters.c.held_at.is_(None), owed.c.news == "resolved")
_FIRST_DUE = (
    select(owed.c.due)
    .join(matters, matters.c.key == owed.c.matter)
    .where(owed.c.bundle == bindparam("its_bundle"), HAS_NEWS, owed.c.due.is_not(None), _TOLD_NOW)
    .order_by(owed.c.due)
    .limit(1)
)
_ONE_FRESH = (
    select(owed.c.matter)
    .join(matters, matters.c.key == owed.c.matter)
    .where(owed.c.bundle == bindparam("its_bundle"), HAS_NEWS, owed.c.news != "resolved", matters.c.held_at.is_(None))
    .limit(1)
)
_STANDING = (
    select(owed.c.matter)
    .join(matters, matters.c.key == owed.c.matter)
    .where(
        owed.c.bundle == bindparam("its_bundle"),
        owed.c.state == "told",
        matters.c.state == "open",
        matters.c.acked_by.is_(None),
        matters.c.held_at.is_(None),
    )
    .order_by(owed.c.told_at, owed.c.matter)
)
_THIS = and_(owed.c.bundle == bindparam("its_bundle"), owed.c.matter == bindparam("its_matter"))
_ENDED: dict[str, Any] = {"state": bindparam("state"), "because": bindparam("because"), "ended_at": bindparam("ended")}
_SETTLE_UNTOLD = update(owed).where(_THIS).values(news=None, due=None, **_ENDED)
_SETTLE = (
    update(owed)
    .where(_THIS)
    .values(
        news=None, due=None, told_at=func.coalesce(owed.c.told_at, bindparam("at", type_=owed.c.told_at.type)), **_ENDED
    )
)
