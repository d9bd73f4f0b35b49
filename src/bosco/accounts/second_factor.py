"""The second factor: set up with an authenticator application, proven by a first code, forgotten with the password."""

import io

import segno
from sqlalchemy import delete, func, insert, select

from bosco import journal
from bosco.accounts import sessions, totp, users
from bosco.accounts.entry import Browser, Entered, Secrets, enter, rotate
from bosco.accounts.model import Session, User
from bosco.accounts.proof import PasswordProof
from bosco.accounts.recovery import new_codes, plain
from bosco.accounts.remembered import Remembered
from bosco.accounts.sign_in import start_over
from bosco.accounts.store import recovery_codes
from bosco.accounts.token_form import digest_of
from bosco.accounts.vault import Vault
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.store import Store
from bosco.store.tx import Tx


def picture(address: str) -> bytes:
    """Return the address as an SVG that a telephone reads, in its own colours whatever the theme."""
    out = io.BytesIO()
    made = segno.make(address, error="m", micro=False)
    made.save(out, kind="svg", scale=1, border=4, dark="#000", light="#fff", omitsize=True, nl=False)
    return out.getvalue()


def forget_second_factor(tx: Tx, user: User, *, actor: str) -> None:
    """Ask only for the password from now on, or, of an administrator, for a new second factor."""
    users.change(tx, user.login, totp=None)
    tx.run(delete(recovery_codes).where(recovery_codes.c.login == user.login))
    if user.totp:
        data = {"login": user.login}
        journal.write(tx, subject=f"user:{user.login}", what="account.second-factor-forgotten", actor=actor, data=data)


def _setting_up(tx: Tx, browser: Browser) -> tuple[Session, User]:
    found = sessions.find_session(tx, digest_of(browser.session or ""))
    if found is None or found[0].stage == "code":
        raise start_over()
    return found


def codes_left(tx: Tx, login: str) -> int:
    """Return how many recovery codes somebody has not used."""
    wanted = (recovery_codes.c.login == login) & recovery_codes.c.used_at.is_(None)
    return int(tx.run(select(func.count()).select_from(recovery_codes).where(wanted)).scalar_one())


@service
class SecondFactor:
    """What the pages about the second factor do."""

    def __init__(self, store: Store, ids: Ids, vault: Vault, proof: PasswordProof, remembered: Remembered) -> None:
        self._store = store
        self._proof = proof
        self._ids = ids
        self._vault = vault
        self._remembered = remembered

    async def begin(self, browser: Browser) -> tuple[User, bytes]:
        """Return the secret that is being set up in this session; the same one until a code has proven it."""
        fresh = totp.new_secret(self._ids.secret())

        def work(tx: Tx) -> tuple[User, bytes]:
            session, user = _setting_up(tx, browser)
            if session.pending is None:
                sessions.set_up_here(tx, session.digest, self._vault.seal("totp", user.login, fresh))
            return user, self._vault.open("totp", user.login, session.pending) if session.pending else fresh

        return await self._store.write(work)

    async def confirm(self, typed: str, password: str | None, browser: Browser) -> tuple[Entered, list[str]]:
        """Take the first code; from now on one is asked for. Return the recovery codes, shown this once.

        The password is asked for again unless it was typed just now, to get this far.
        """
        session, user = await self._store.read(lambda tx: _setting_up(tx, browser))
        if session.stage == "in":
            await self._proof.take(user.login, password or "")
        fresh, codes = Secrets.drawn(self._ids), new_codes(self._ids.secret())

        def work(tx: Tx) -> Entered | None:
            session, user = _setting_up(tx, browser)
            if session.pending is None:
                raise start_over()
            step = totp.matching_step(self._vault.open("totp", user.login, session.pending), typed, tx.at)
            if step is None:
                return None
            users.change(tx, user.login, totp=session.pending, totp_step=step)
            self._replace_codes(tx, user.login, codes)
            who = f"user:{user.login}"
            data = {"login": user.login}
            journal.write(tx, subject=who, what="account.second-factor-set-up", actor=who, data=data)
            # Whoever signed in elsewhere without a code must show one now.
            sessions.end_sessions(tx, user.login)
            return (rotate if session.stage == "in" else enter)(tx, user, "in", browser, fresh)

        entered = await self._store.write(work)
        if entered is None:
            raise Refusal(
                Code.INVALID,
                msg("This code does not fit the picture above."),
                msg("Wait for the next one, and check that the telephone's clock is right."),
            )
        self._remembered.forget()
        return entered, codes

    async def renew_codes(self, login: str, password: str) -> list[str]:
        """Return fresh recovery codes, shown this once; the earlier ones are worthless."""
        await self._proof.take(login, password)
        codes = new_codes(self._ids.secret())

        def work(tx: Tx) -> None:
            if not users.the_user(tx, login).totp:
                raise Refusal(Code.CONFLICT, msg("There is no second factor that a code could stand in for."))
            self._replace_codes(tx, login, codes)
            who = f"user:{login}"
            journal.write(tx, subject=who, what="account.recovery-codes-made", actor=who, data={"login": login})

        await self._store.write(work)
        return codes

    async def forget(self, login: str, password: str) -> None:
        """Forget somebody's own second factor; an administrator may only set up another."""
        await self._proof.take(login, password)

        def work(tx: Tx) -> None:
            user = users.the_user(tx, login)
            if user.role == "admin":
                raise Refusal(
                    Code.CONFLICT,
                    msg("An administrator needs a second factor."),
                    msg("Set up another one: it replaces this one."),
                )
            forget_second_factor(tx, user, actor=f"user:{login}")

        await self._store.write(work)

    async def codes_left(self, login: str) -> int:
        """Return how many recovery codes somebody has not used."""
        return await self._store.read(lambda tx: codes_left(tx, login))

    def _replace_codes(self, tx: Tx, login: str, codes: list[str]) -> None:
        tx.run(delete(recovery_codes).where(recovery_codes.c.login == login))
        stamps = [self._vault.stamp(f"recovery {login}", plain(code) or "") for code in codes]
        tx.run(insert(recovery_codes), [{"stamp": stamp, "login": login, "used_at": None} for stamp in stamps])
