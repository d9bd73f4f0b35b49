"""One-time links and what they open: the first account, and choosing a password."""

from dataclasses import dataclass

from bosco import journal
from bosco.accounts import links, sessions, users
from bosco.accounts.entry import Browser, Entered, Secrets, enter
from bosco.accounts.links import FIRST_LASTS, INVITATION_LASTS, Link
from bosco.accounts.model import User
from bosco.accounts.passwords import Passwords, refuse_password
from bosco.accounts.remembered import Remembered
from bosco.accounts.second_factor import forget_second_factor
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, msg
from bosco.store.store import Store
from bosco.store.tx import Tx


@dataclass(frozen=True)
class Newcomer:
    """What the first administrator says about themselves."""

    login: str
    name: str = ""
    email: str | None = None
    language: Language | None = None


def worn_out() -> Refusal:
    """Refuse a link in the same words whatever is wrong with it."""
    return Refusal(
        Code.NOT_FOUND,
        msg("This link is no longer good: it was used, has expired, or another one was made since."),
        msg("Ask for another one; on the server, `bosco user reset LOGIN` prints one."),
    )


def first_link(tx: Tx, secret: str) -> bool:
    """Make the link to the first account, unless there is an account; earlier ones are worthless."""
    if users.count_users(tx):
        return False
    links.make(tx, secret, "first", None, FIRST_LASTS)
    return True


def invite(tx: Tx, login: str, secret: str, *, actor: str) -> User:
    """Make a link to choose a password; until it is used, an earlier password stays."""
    user = users.the_user(tx, login)
    links.make(tx, secret, "password", user.login, INVITATION_LASTS)
    journal.write(tx, subject=f"user:{user.login}", what="account.invited", actor=actor, data={"login": user.login})
    return user


def reset(tx: Tx, login: str, secret: str, *, forget_totp: bool, actor: str) -> User:
    """End every session, forget the password (and the second factor), and make a link to choose another."""
    user = users.the_user(tx, login)
    sessions.end_sessions(tx, user.login)
    sessions.forget_devices(tx, user.login)
    users.change(tx, user.login, password=None)
    if forget_totp:
        forget_second_factor(tx, user, actor=actor)
    journal.write(tx, subject=f"user:{user.login}", what="account.reset", actor=actor, data={"login": user.login})
    return invite(tx, user.login, secret, actor=actor)


@service
class Invitations:
    """What the page behind a one-time link does."""

    def __init__(self, store: Store, ids: Ids, passwords: Passwords, remembered: Remembered) -> None:
        self._store = store
        self._ids = ids
        self._passwords = passwords
        self._remembered = remembered

    async def find(self, secret: str) -> tuple[Link, User | None]:
        """Return what the link is good for and whose it is, or refuse."""

        def look(tx: Tx) -> tuple[Link, User | None]:
            link = links.find(tx, secret)
            if link is None or (link.purpose == "first" and users.count_users(tx)):
                raise worn_out()
            user = users.find_user(tx, link.login) if link.login else None
            if link.purpose == "password" and (user is None or user.disabled_at):
                raise worn_out()
            return link, user

        return await self._store.read(look)

    async def accept(self, secret: str, newcomer: Newcomer | None, password: str, browser: Browser) -> Entered:
        """Use the link up: make the first account, or choose the password; then go on as after signing in."""
        _, user = await self.find(secret)
        about = (user.login, user.name, user.email or "") if user else _about(newcomer)
        if wrong := refuse_password(password, *about):
            raise Refusal(Code.INVALID, wrong)
        kept = await self._passwords.hash(password)
        fresh = Secrets.drawn(self._ids)

        def work(tx: Tx) -> Entered:
            link = links.use(tx, secret)
            if link is None:
                raise worn_out()
            whose = self._whose(tx, link, newcomer)
            users.change(tx, whose.login, password=kept)
            who = f"user:{whose.login}"
            data = {"login": whose.login}
            journal.write(tx, subject=who, what="account.password-chosen", actor=who, data=data)
            sessions.end_sessions(tx, whose.login)
            return enter(tx, whose, whose.owes, browser, fresh)

        entered = await self._store.write(work)
        self._remembered.forget()
        return entered

    def _whose(self, tx: Tx, link: Link, newcomer: Newcomer | None) -> User:
        if link.purpose == "first":
            if newcomer is None or users.count_users(tx):
                raise worn_out()
            login, name, email, language = newcomer.login, newcomer.name, newcomer.email, newcomer.language
            actor = f"user:{users.as_login(login)}"
            return users.add_user(tx, login, "admin", name=name, email=email, language=language, actor=actor)
        user = users.find_user(tx, link.login or "")
        if user is None or user.disabled_at:
            raise worn_out()
        return user


def _about(newcomer: Newcomer | None) -> tuple[str, ...]:
    return (newcomer.login, newcomer.name, newcomer.email or "") if newcomer else ()
