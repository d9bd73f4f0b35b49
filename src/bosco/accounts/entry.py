"""Lets somebody in whose password is right: as far as the second factor, or all the way."""

from dataclasses import dataclass

from bosco import journal
from bosco.accounts import sessions, users
from bosco.accounts.limits import coarse
from bosco.accounts.model import Stage, User
from bosco.accounts.sessions import Seen
from bosco.accounts.token_form import digest_of
from bosco.kit.ids import Ids
from bosco.store.tx import Tx


@dataclass(frozen=True)
class Browser:
    """What came with a request: from where, and the secrets that this browser keeps."""

    seen: Seen
    session: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Entered:
    """The proofs that the browser shall keep from now on."""

    login: str
    stage: Stage
    session: str
    # Only once somebody is completely signed in.
    device: str | None = None


@dataclass(frozen=True)
class Secrets:
    """Fresh secrets for a session and a device, drawn before the transaction that may use them."""

    session: str
    device: str

    @classmethod
    def drawn(cls, ids: Ids) -> "Secrets":
        """Draw them."""
        return cls(ids.secret(), ids.secret())


def enter(tx: Tx, user: User, stage: Stage, browser: Browser, fresh: Secrets) -> Entered:
    """Sign somebody in, as far as that stage."""
    if stage == "in":
        users.change(tx, user.login, seen_at=tx.at)
        journal.write(
            tx,
            subject=f"user:{user.login}",
            what="account.signed-in",
            actor=f"user:{user.login}",
            data={"login": user.login, "network": coarse(browser.seen.address)},
        )
    return rotate(tx, user, stage, browser, fresh)


def rotate(tx: Tx, user: User, stage: Stage, browser: Browser, fresh: Secrets) -> Entered:
    """Open a session under a new secret, whatever the browser sent: a planted one leads nowhere."""
    if browser.session:
        sessions.end_session(tx, digest_of(browser.session))
    sessions.open_session(tx, user.login, stage, fresh.session, browser.seen)
    if stage != "in":
        return Entered(user.login, stage, fresh.session)
    known = sessions.knows_device(tx, user.login, browser.device)
    device = browser.device if known and browser.device else fresh.device
    sessions.remember_device(tx, user.login, device)
    return Entered(user.login, stage, fresh.session, device)
