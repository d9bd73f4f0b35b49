"""One-time links: how somebody proves to be the one who was meant, before there is a password."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from bosco.accounts.model import Purpose
from bosco.accounts.store import links
from bosco.accounts.token_form import digest_of
from bosco.store.tx import Tx

FIRST_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=3)


@dataclass(frozen=True)
class Link:
    """What a link is good for."""

    purpose: Purpose
    login: str | None


def path_of(secret: str) -> str:
    """Return the path that the link leads to."""
    return f"/welcome/{secret}"


def make(tx: Tx, secret: str, purpose: Purpose, login: str | None, lasts: timedelta) -> None:
    """Make a link; earlier ones for the same purpose and account open nothing any more."""
    whose = links.c.login.is_(None) if login is None else links.c.login == login
    tx.run(delete(links).where(links.c.purpose == purpose, whose))
    ends_at = tx.at + lasts
    tx.run(insert(links).values(digest=digest_of(secret), purpose=purpose, login=login, made_at=tx.at, ends_at=ends_at))


def find(tx: Tx, secret: str) -> Link | None:
    """Return what the link is good for, or None if it was used, has expired or never was."""
    wanted = select(links.c.purpose, links.c.login).where(
        links.c.digest == digest_of(secret), links.c.used_at.is_(None), links.c.ends_at > tx.at
    )
    row = tx.run(wanted).first()
    return Link(row.purpose, row.login) if row else None


def use(tx: Tx, secret: str) -> Link | None:
    """Use the link up and return what it was good for; of two at once, one gets it."""
    found = find(tx, secret)
    if found is None:
        return None
    wanted = (links.c.digest == digest_of(secret)) & links.c.used_at.is_(None)
    return found if tx.run(update(links).where(wanted).values(used_at=tx.at)).rowcount else None


def forget(tx: Tx, login: str) -> None:
    """Make every link of somebody's worthless."""
    tx.run(delete(links).where(links.c.login == login))


def tidy(tx: Tx) -> None:
    """Remove links that can no longer be used."""
    tx.run(delete(links).where((links.c.ends_at <= tx.at) | links.c.used_at.is_not(None)))
