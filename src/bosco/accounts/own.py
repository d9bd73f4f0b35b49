"""What people do with their own account: who they are, their password, where they are signed in."""

from dataclasses import dataclass

from bosco import journal
from bosco.accounts import links, sessions, users
from bosco.accounts.entry import Browser, Entered, Secrets, rotate
from bosco.accounts.model import Session, User
from bosco.accounts.passwords import Passwords, refuse_password
from bosco.accounts.proof import PasswordProof
from bosco.accounts.remembered import Remembered
from bosco.accounts.sign_in import start_over
from bosco.accounts.token_form import digest_of
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.visitor import Theme


@dataclass(frozen=True)
class Profile:
    """What people say about themselves."""

    name: str
    email: str | None
    language: Language | None
    theme: Theme | None
    timezone: str | None


@service
class OwnAccount:
    """The verbs of the page “My account”."""

    def __init__(
        self, store: Store, ids: Ids, passwords: Passwords, proof: PasswordProof, remembered: Remembered
    ) -> None:
        self._store = store
        self._ids = ids
        self._passwords = passwords
        self._proof = proof
        self._remembered = remembered

    async def find(self, login: str) -> User:
        """Return the account."""
        return await self._store.read(lambda tx: users.the_user(tx, login))

    async def describe(self, login: str, profile: Profile) -> None:
        """Write what somebody says about themselves."""

        def work(tx: Tx) -> None:
            users.change_email(tx, users.the_user(tx, login), profile.email)
            users.change(
                tx,
                login,
                name=profile.name,
                language=profile.language,
                theme=profile.theme,
                timezone=profile.timezone,
            )

        await self._store.write(work)
        self._remembered.forget()

    async def choose_password(self, login: str, current: str, wanted: str, browser: Browser) -> Entered:
        """Choose another password; every other session ends, and this one goes on under a new secret."""
        user = await self._proof.take(login, current)
        if wrong := refuse_password(wanted, user.login, user.name, user.email or ""):
            raise Refusal(Code.INVALID, wrong)
        kept = await self._passwords.hash(wanted)
        fresh = Secrets.drawn(self._ids)

        def work(tx: Tx) -> Entered:
            if sessions.find_session(tx, digest_of(browser.session or "")) is None:
                raise start_over()
            users.change(tx, login, password=kept)
            links.forget(tx, login)
            sessions.end_sessions(tx, login)
            who = f"user:{login}"
            journal.write(tx, subject=who, what="account.password-chosen", actor=who, data={"login": login})
            return rotate(tx, user, "in", browser, fresh)

        entered = await self._store.write(work)
        self._remembered.forget()
        return entered

    async def sessions(self, login: str) -> list[Session]:
        """Return where somebody is signed in."""
        return await self._store.read(lambda tx: sessions.sessions_of(tx, login))

    async def end_session(self, login: str, session: str) -> bool:
        """End one session, and say whether there was one."""

        def work(tx: Tx) -> bool:
            ended = sessions.end_by_id(tx, login, session)
            if ended:
                self._tell_ended(tx, login, 1)
            return ended

        ended = await self._store.write(work)
        self._remembered.forget()
        return ended

    async def end_others(self, login: str, secret: str | None) -> int:
        """End every session but this one, and return how many there were."""

        def work(tx: Tx) -> int:
            count = sessions.end_sessions(tx, login, but=digest_of(secret) if secret else None)
            if count:
                self._tell_ended(tx, login, count)
            return count

        count = await self._store.write(work)
        self._remembered.forget()
        return count

    def _tell_ended(self, tx: Tx, login: str, count: int) -> None:
        who = f"user:{login}"
        data = {"login": login, "count": count}
        journal.write(tx, subject=who, what="account.sessions-ended", actor=who, data=data)
