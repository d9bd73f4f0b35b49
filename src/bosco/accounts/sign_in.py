"""Signing in and out: password, then what the account owes besides."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from bosco import journal
from bosco.accounts import sessions, totp, tries, users
from bosco.accounts.entry import Browser, Entered, Secrets, enter
from bosco.accounts.guessing import Guessing, Paces, too_often
from bosco.accounts.model import Session, User
from bosco.accounts.passwords import Passwords
from bosco.accounts.recovery import plain
from bosco.accounts.remembered import Remembered
from bosco.accounts.store import recovery_codes
from bosco.accounts.token_form import digest_of
from bosco.accounts.vault import Vault
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.store import Store
from bosco.store.tx import Tx

MOST_WRONG_CODES = 5


@dataclass(frozen=True)
class _Found:
    user: User | None
    known: bool
    paces: Paces
    wait: timedelta


def wrong_password() -> Refusal:
    """Refuse in the same words whatever was wrong: nobody learns here which accounts exist."""
    return Refusal(Code.UNAUTHENTICATED, msg("This login and this password do not go together."))


def start_over() -> Refusal:
    """Refuse because the first half of signing in is too long ago, or was tried too often."""
    return Refusal(Code.UNAUTHENTICATED, msg("This sign-in has ended."), msg("Start again with your password."))


@service
class SignIn:
    """What the sign-in pages do."""

    def __init__(
        self,
        store: Store,
        ids: Ids,
        vault: Vault,
        passwords: Passwords,
        guessing: Guessing,
        remembered: Remembered,
    ) -> None:
        self._store = store
        self._ids = ids
        self._vault = vault
        self._passwords = passwords
        self._guessing = guessing
        self._remembered = remembered

    async def with_password(self, typed: str, password: str, browser: Browser) -> Entered:
        """Take the password; the answer tells what is still owed, or refuses."""
        found = await self._store.read(lambda tx: self._look(tx, typed, browser))
        if found.wait > timedelta(0):
            raise too_often(found.wait)
        await self._guessing.let_try(found.paces)
        if not found.known:
            await self._guessing.slow_strangers()
        user = found.user
        kept = user.password if user and user.disabled_at is None else None
        compared = await self._passwords.compare(kept, password, known_device=found.known)
        fresh = Secrets.drawn(self._ids)

        def work(tx: Tx) -> Entered | None:
            now = users.find_user(tx, user.login) if user and compared.right else None
            # Between comparing and now the account may have been disabled, or its password changed.
            if now is None or now.disabled_at or now.password != kept:
                self._guessing.failed(tx, user.login if user else None, browser, "password")
                return None
            self._guessing.succeeded(tx, found.paces)
            if compared.rehashed:
                users.change(tx, now.login, password=compared.rehashed)
            return enter(tx, now, now.owes, browser, fresh)

        entered = await self._store.write(work)
        if entered is None:
            raise wrong_password()
        self._remembered.forget()
        return entered

    def _look(self, tx: Tx, typed: str, browser: Browser) -> _Found:
        user = users.user_typed(tx, typed)
        known = sessions.knows_device(tx, user.login if user else "", browser.device)
        paces = self._guessing.for_password(typed, browser, known=known)
        return _Found(user, known, paces, tries.wait(tx, paces))

    async def half_way(self, secret: str | None) -> tuple[Session, User] | None:
        """Return the session of that secret, at whatever stage it is, with its user."""
        if not secret:
            return None
        return await self._store.read(lambda tx: sessions.find_session(tx, digest_of(secret)))

    async def with_code(self, typed: str, browser: Browser) -> Entered:
        """Take the code of the authenticator application, or a recovery code."""
        found = await self.half_way(browser.session)
        if found is None or found[0].stage != "code":
            raise start_over()
        user = found[1]
        known = await self._store.read(lambda tx: sessions.knows_device(tx, user.login, browser.device))
        paces = self._guessing.for_code(user.login, browser, known=known)
        await self._guessing.let_try(paces)
        fresh = Secrets.drawn(self._ids)

        def work(tx: Tx) -> Entered | bool:
            now = sessions.find_session(tx, found[0].digest)
            if now is None or now[0].stage != "code":
                return False
            if not self._right_code(tx, now[1], typed):
                self._guessing.failed(tx, user.login, browser, "code")
                if sessions.count_wrong_code(tx, found[0].digest) < MOST_WRONG_CODES:
                    return True
                sessions.end_session(tx, found[0].digest)
                return False
            self._guessing.succeeded(tx, paces)
            return enter(tx, now[1], "in", browser, fresh)

        entered = await self._store.write(work)
        if entered is False:
            raise start_over()
        if entered is True:
            raise Refusal(
                Code.UNAUTHENTICATED,
                msg("This code is not right, or was already used."),
                msg("Wait for the next one, and check that the telephone's clock is right."),
            )
        self._remembered.forget()
        return entered

    def _right_code(self, tx: Tx, user: User, typed: str) -> bool:
        if user.totp and len("".join(typed.split())) == totp.DIGITS:
            secret = self._vault.open("totp", user.login, user.totp)
            step = totp.matching_step(secret, typed, tx.at, after=user.totp_step)
            if step is not None:
                users.change(tx, user.login, totp_step=step)
            return step is not None
        return self._right_recovery_code(tx, user, typed)

    def _right_recovery_code(self, tx: Tx, user: User, typed: str) -> bool:
        code = plain(typed)
        if code is None:
            return False
        unused = (recovery_codes.c.login == user.login) & recovery_codes.c.used_at.is_(None)
        wanted = unused & (recovery_codes.c.stamp == self._vault.stamp(f"recovery {user.login}", code))
        if not tx.run(update(recovery_codes).where(wanted).values(used_at=tx.at)).rowcount:
            return False
        left = tx.run(select(func.count()).select_from(recovery_codes).where(unused)).scalar_one()
        who = f"user:{user.login}"
        data = {"login": user.login, "left": left}
        journal.write(tx, subject=who, what="account.recovery-code-used", actor=who, data=data)
        return True

    async def sign_out(self, secret: str) -> None:
        """End the session of that secret, if there is one."""
        if await self.half_way(secret) is None:
            return

        def work(tx: Tx) -> None:
            ended = sessions.end_session(tx, digest_of(secret))
            if ended and ended.stage == "in":
                who = f"user:{ended.login}"
                journal.write(tx, subject=who, what="account.signed-out", actor=who, data={"login": ended.login})

        await self._store.write(work)
        self._remembered.forget()
