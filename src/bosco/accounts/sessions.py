"""Sessions and known devices: which browsers are signed in, until when, and how that is ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bosco.accounts import store as table
from bosco.accounts.model import Session, Stage, User
from bosco.accounts.token_form import digest_of
from bosco.accounts.users import read_user
from bosco.store.tx import Tx
from bosco.store.types import clean

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
# How long somebody may take to find the telephone, or to set one up.
HALF_WAY = timedelta(minutes=15)
DEVICE_KEPT = timedelta(days=365)
MOST_DEVICES = 20


@dataclass(frozen=True)
class Seen:
    """From where, and with what, a browser came."""

    address: str = ""
    agent: str = ""


def open_session(tx: Tx, login: str, stage: Stage, secret: str, seen: Seen) -> None:
    """Begin a session; only a digest of its secret is kept."""
    tx.run(
        insert(table.sessions).values(
            digest=digest_of(secret),
            id=tx.new_id(),
            login=login,
            stage=stage,
            made_at=tx.at,
            seen_at=tx.at,
            ends_at=tx.at + (LONGEST if stage == "in" else HALF_WAY),
            address=seen.address[:100],
            agent=seen.agent[:300],
            wrong_codes=0,
        )
    )


def find_session(tx: Tx, digest: str) -> tuple[Session, User] | None:
    """Return the session of that digest with its user, unless it has ended or the account is disabled."""
    sessions, users = table.sessions, table.users
    row = (
        tx.run(
            select(*sessions.c, *(column.label(f"user_{column.name}") for column in users.c))
            .join(users, users.c.login == sessions.c.login)
            .where(sessions.c.digest == digest, _lives(tx.at), users.c.disabled_at.is_(None))
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    theirs = {name.removeprefix("user_"): value for name, value in row.items() if name.startswith("user_")}
    return _session(row), read_user(theirs)


def _lives(now: datetime) -> ColumnElement[bool]:
    sessions = table.sessions
    return (sessions.c.ends_at > now) & (sessions.c.seen_at > now - IDLE)


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(**{column.name: row[column.name] for column in table.sessions.c})


def sessions_of(tx: Tx, login: str) -> list[Session]:
    """Return where somebody is signed in, the latest first."""
    sessions = table.sessions
    wanted = select(sessions).where(sessions.c.login == login, sessions.c.stage == "in", _lives(tx.at))
    return [_session(row) for row in tx.run(wanted.order_by(sessions.c.seen_at.desc(), sessions.c.id)).mappings()]


def count_sessions(tx: Tx) -> int:
    """Return how many browsers are signed in."""
    wanted = select(func.count()).select_from(table.sessions).where(table.sessions.c.stage == "in", _lives(tx.at))
    return int(tx.run(wanted).scalar_one())


def touch(tx: Tx, digest: str, login: str, address: str) -> None:
    """Note that a session was used just now."""
    tx.run(update(table.sessions).where(table.sessions.c.digest == digest).values(seen_at=tx.at, address=address[:100]))
    tx.run(update(table.users).where(table.users.c.login == login).values(seen_at=tx.at))


def end_session(tx: Tx, digest: str) -> Session | None:
    """End the session of that digest and return it, if there was one."""
    row = tx.run(select(table.sessions).where(table.sessions.c.digest == digest)).mappings().first()
    tx.run(delete(table.sessions).where(table.sessions.c.digest == digest))
    return _session(row) if row else None


def end_by_id(tx: Tx, login: str, session_id: str) -> bool:
    """End one session of somebody's."""
    wanted = (table.sessions.c.login == login) & (table.sessions.c.id == clean(session_id))
    return tx.run(delete(table.sessions).where(wanted)).rowcount > 0


def end_sessions(tx: Tx, login: str, *, but: str | None = None) -> int:
    """End all sessions of somebody, but the one of that digest, and return how many."""
    wanted = table.sessions.c.login == login
    if but is not None:
        wanted &= table.sessions.c.digest != but
    return tx.run(delete(table.sessions).where(wanted)).rowcount


def set_up_here(tx: Tx, digest: str, sealed: str) -> None:
    """Note the second factor that is being set up in a session."""
    tx.run(update(table.sessions).where(table.sessions.c.digest == digest).values(pending=sealed))


def count_wrong_code(tx: Tx, digest: str) -> int:
    """Note a wrong code in a session that is half-way, and return how many there were."""
    wanted = table.sessions.c.digest == digest
    tx.run(update(table.sessions).where(wanted).values(wrong_codes=table.sessions.c.wrong_codes + 1))
    return int(tx.run(select(table.sessions.c.wrong_codes).where(wanted)).scalar_one())


def knows_device(tx: Tx, login: str, secret: str | None) -> bool:
    """Say whether somebody has completely signed in with that browser before."""
    if not secret:
        return False
    devices = table.devices
    wanted = (devices.c.digest == digest_of(secret)) & (devices.c.login == login)
    return tx.run(select(devices.c.login).where(wanted, devices.c.seen_at > tx.at - DEVICE_KEPT)).first() is not None


def remember_device(tx: Tx, login: str, secret: str) -> None:
    """Know that browser for that account from now on."""
    devices = table.devices
    tx.run(delete(devices).where(devices.c.digest == digest_of(secret)))
    tx.run(insert(devices).values(digest=digest_of(secret), login=login, made_at=tx.at, seen_at=tx.at))
    newest = select(devices.c.digest).where(devices.c.login == login).order_by(devices.c.seen_at.desc())
    kept = [row.digest for row in tx.run(newest.limit(MOST_DEVICES))]
    tx.run(delete(devices).where(devices.c.login == login, devices.c.digest.not_in(kept)))


def forget_devices(tx: Tx, login: str) -> None:
    """Know no browser of somebody's any more."""
    tx.run(delete(table.devices).where(table.devices.c.login == login))


def tidy(tx: Tx) -> None:
    """Remove what has ended."""
    tx.run(delete(table.sessions).where(~_lives(tx.at)))
    tx.run(delete(table.devices).where(table.devices.c.seen_at <= tx.at - DEVICE_KEPT))
