"""The tables of who is on call: what people changed, exchanges, who was last told to be on call, calendars."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Integer, Row, Table, Text, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bosco.people.model import Change, Exchange
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

# What has ended is kept for the account of who was on call; it no longer counts for what comes.
COUNTS_FOR = timedelta(days=31)
UPLOADED = "file:"

changes = Table(
    "people_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rotation", CleanText),
    Column("whom", CleanText),
    Column("who", CleanText),
    Column("start", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    # `exchange:<id>`, `calendar:<subject>`, `file:<subject>`, or nothing for what somebody said here.
    Column("source", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("cancelled_at", Instant),
    Index("ix_people_changes_ended", "ended"),
    Index("ix_people_changes_source", "source"),
)
exchanges = Table(
    "people_exchanges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rotation", CleanText, nullable=False),
    Column("first", CleanText, nullable=False),
    Column("first_start", Instant, nullable=False),
    Column("first_end", Instant, nullable=False),
    Column("second", CleanText, nullable=False),
    Column("second_start", Instant, nullable=False),
    Column("second_end", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_by", CleanText),
)
duties = Table(
    "people_duties",
    metadata,
    Column("rotation", CleanText, primary_key=True),
    Column("people", Json, nullable=False),
    Column("since", Instant, nullable=False),
)
feeds = Table(
    "people_feeds",
    metadata,
    Column("subject", CleanText, primary_key=True),
    Column("secret", Text, nullable=False, unique=True),
)
calendars = Table(
    "people_calendars",
    metadata,
    Column("subject", CleanText, primary_key=True),
    Column("read_at", Instant),
    Column("entries", Integer, nullable=False),
    Column("trouble", Json),
)


def _change(row: Row[Any]) -> Change:
    return Change(
        id=row.id,
        start=row.start,
        end=row.ended,
        rotation=row.rotation,
        whom=row.whom,
        who=row.who,
        by=row.by,
        reason=row.reason,
        source=row.source,
    )


def load_changes(tx: Tx, since: datetime | None = None) -> tuple[Change, ...]:
    """Return what counts from then on, in the order in which it was said."""
    since = tx.at - COUNTS_FOR if since is None else since
    wanted = select(changes).where(changes.c.ended > since, changes.c.cancelled_at.is_(None)).order_by(changes.c.id)
    return tuple(_change(row) for row in tx.run(wanted))


def find_change(tx: Tx, identity: str) -> Change | None:
    """Return a change that is not cancelled."""
    row = tx.run(select(changes).where(changes.c.id == identity, changes.c.cancelled_at.is_(None))).first()
    return None if row is None else _change(row)


def add_changes(tx: Tx, made: Iterable[Change]) -> None:
    """Write changes down."""
    rows = [
        {
            "id": one.id,
            "rotation": one.rotation,
            "whom": one.whom,
            "who": one.who,
            "start": one.start,
            "ended": one.end,
            "by": one.by,
            "reason": one.reason,
            "source": one.source,
            "made_at": tx.at,
        }
        for one in made
    ]
    if rows:
        tx.run(insert(changes), rows)


def cancel_change(tx: Tx, identity: str) -> None:
    """Let a change no longer count."""
    tx.run(update(changes).where(changes.c.id == identity).values(cancelled_at=tx.at))


def forget_source(tx: Tx, source: str) -> None:
    """Take away what a calendar said, and has not begun or is not over: what is past stays as it was."""
    mine = changes.c.source == source
    tx.run(delete(changes).where(mine, or_(changes.c.ended > tx.at, changes.c.start > tx.at)))


def sources(tx: Tx) -> set[str]:
    """Return from where changes come that still count."""
    found = tx.run(select(changes.c.source).where(changes.c.ended > tx.at).distinct()).scalars()
    return {str(one) for one in found if one}


def add_exchange(tx: Tx, made: Exchange) -> None:
    """Write an exchange down."""
    tx.run(insert(exchanges), {column.name: getattr(made, column.name) for column in exchanges.c})


def find_exchange(tx: Tx, identity: str) -> Exchange | None:
    """Return an exchange."""
    row = tx.run(select(exchanges).where(exchanges.c.id == identity)).first()
    return None if row is None else Exchange(**row._mapping)


def open_exchanges(tx: Tx) -> list[Exchange]:
    """Return the exchanges that wait for an answer and are not past."""
    waits = exchanges.c.state == "asked"
    coming = or_(exchanges.c.first_end > tx.at, exchanges.c.second_end > tx.at)
    rows = tx.run(select(exchanges).where(waits, coming).order_by(exchanges.c.id))
    return [Exchange(**row._mapping) for row in rows]


def end_exchange(tx: Tx, identity: str, state: str, by: str) -> None:
    """Write how an exchange ended."""
    tx.run(update(exchanges).where(exchanges.c.id == identity).values(state=state, ended_by=by))


def _put(table: Table, key: str) -> dict[bool, Any]:
    def statement(dialect: Any) -> Any:
        into = dialect.insert(table)
        kept = {column.name: into.excluded[column.name] for column in table.c if column.name != key}
        return into.on_conflict_do_update(index_elements=[key], set_=kept)

    return {True: statement(postgresql), False: statement(sqlite)}


_PUT_DUTY = _put(duties, "rotation")
_PUT_FEED = _put(feeds, "subject")
_PUT_CALENDAR = _put(calendars, "subject")


def duty_of(tx: Tx, rotation: str) -> tuple[tuple[str, ...], datetime] | None:
    """Return who was last known to be on call, and since when."""
    row = tx.run(select(duties).where(duties.c.rotation == rotation)).first()
    return None if row is None else (tuple(row.people), row.since)


def put_duty(tx: Tx, rotation: str, people: tuple[str, ...]) -> None:
    """Write who is on call from now on."""
    tx.run(_PUT_DUTY[tx.on_postgresql], {"rotation": rotation, "people": list(people), "since": tx.at})


def known_duties(tx: Tx) -> list[str]:
    """Return the rotations of which somebody was on call."""
    return [str(one) for one in tx.run(select(duties.c.rotation)).scalars()]


def forget_duty(tx: Tx, rotation: str) -> None:
    """Forget a rotation that the plan no longer has."""
    tx.run(delete(duties).where(duties.c.rotation == rotation))


def secret_of(tx: Tx, subject: str) -> str | None:
    """Return the secret of a calendar's address."""
    found: str | None = tx.run(select(feeds.c.secret).where(feeds.c.subject == subject)).scalar()
    return found


def put_secret(tx: Tx, subject: str, secret: str) -> None:
    """Give a calendar its address; the one before is worth nothing any more."""
    tx.run(_PUT_FEED[tx.on_postgresql], {"subject": subject, "secret": secret})


def subject_of(tx: Tx, secret: str) -> str | None:
    """Return whose calendar has that secret."""
    found: str | None = tx.run(select(feeds.c.subject).where(feeds.c.secret == secret)).scalar()
    return found


def put_calendar(tx: Tx, subject: str, entries: int, trouble: Any, read_at: datetime | None) -> None:
    """Write how reading somebody's calendar went."""
    row = {"subject": subject, "entries": entries, "trouble": trouble, "read_at": read_at}
    tx.run(_PUT_CALENDAR[tx.on_postgresql], row)


def read_calendars(tx: Tx) -> dict[str, Row[Any]]:
    """Return how reading each calendar went."""
    return {row.subject: row for row in tx.run(select(calendars))}
