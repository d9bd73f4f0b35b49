"""Keeps guessing slow: who must wait before a try is looked at, and what is written when one fails."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Literal

from bosco import journal
from bosco.accounts import tries
from bosco.accounts.entry import Browser
from bosco.accounts.limits import ADDRESS, CODE, CROWD, PERSON, Pace, coarse, neighbourhood, slowed_by
from bosco.accounts.model import SignInFailed
from bosco.accounts.token_form import digest_of
from bosco.accounts.users import as_login
from bosco.accounts.vault import Vault
from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.plural import plural
from bosco.kit.refusal import Code
from bosco.kit.words import msg
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.limit import TooOften

log = logging.getLogger(__name__)
Paces = Mapping[str, Pace]
CROWD_KEY = "crowd"
# While a crowd guesses, one line of the journal stands for that many failures: strangers must not fill it.
TOLD_EVERY = 100


def too_often(wait: timedelta) -> TooOften:
    """Refuse a try that came too early, and say when the next one is worth it."""
    seconds = max(1, ceil(wait.total_seconds()))
    minutes = ceil(seconds / 60)
    told = (
        plural(seconds, "{n} second", "{n} seconds") if seconds < 120 else plural(minutes, "{n} minute", "{n} minutes")
    )
    return TooOften(
        Code.TOO_MANY, msg("Too many tries failed here."), msg("Try again in {wait}.", wait=told), wait=seconds
    )


@service
class Guessing:
    """Counts tries; a browser that the account knows is counted by itself, out of reach of strangers."""

    def __init__(self, store: Store, clock: Clock, vault: Vault) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault

    def for_password(self, typed: str, browser: Browser, *, known: bool) -> Paces:
        """Return under which keys a try of a password counts."""
        if known and browser.device:
            return {self._key("device", digest_of(browser.device)): PERSON}
        near = neighbourhood(browser.seen.address)
        return {self._key("person", f"{as_login(typed)} {near}"): PERSON, self._key("address", near): ADDRESS}

    def for_code(self, login: str, browser: Browser, *, known: bool) -> Paces:
        """Return under which keys a try of a code counts; only who has the password gets that far."""
        if known and browser.device:
            return {self._key("device", digest_of(browser.device)): PERSON}
        return {self._key("code", login): CODE}

    def for_session(self, login: str) -> Paces:
        """Return under which key somebody who is signed in types the password again."""
        return {self._key("again", login): PERSON}

    def _key(self, kind: str, what: str) -> str:
        return self._vault.stamp("tries", f"{kind} {what}")

    async def let_try(self, paces: Paces) -> None:
        """Count a try beforehand, or refuse it; a refused one is not counted and costs no write."""
        waiting = await self._store.read(lambda tx: tries.wait(tx, paces))
        if waiting <= timedelta(0):
            waiting = await self._store.write(lambda tx: tries.take(tx, paces))
        if waiting > timedelta(0):
            raise too_often(waiting)

    async def slow_strangers(self) -> None:
        """Hold a stranger for a moment while a crowd is guessing."""
        found = await self._store.read(lambda tx: tries.failures(tx, [CROWD_KEY]))
        if held := slowed_by(found.get(CROWD_KEY), self._clock.read()):
            await self._clock.sleep(held)

    def succeeded(self, tx: Tx, paces: Paces) -> None:
        """Forget the failures of whoever just succeeded; of a shared address only this try is taken back."""
        for key in sorted(paces):
            if paces[key] is ADDRESS:
                tries.give_back(tx, key)
            else:
                tries.forgive(tx, key)

    def failed(self, tx: Tx, login: str | None, browser: Browser, step: Literal["password", "code"]) -> None:
        """Write down that a try failed; what was typed is never kept unless it is the login of an account."""
        network = coarse(browser.seen.address)
        crowd = tries.failures(tx, [CROWD_KEY]).get(CROWD_KEY)
        count = tries.count_one(tx, CROWD_KEY, CROWD, crowd)
        tx.publish(SignInFailed(login=login or "", network=network, step=step))
        if count > CROWD.free:
            if count % TOLD_EVERY == 0:
                journal.write(tx, subject="accounts", what="account.many-failed", actor="bosco", data={"count": count})
        elif login is None:
            journal.write(
                tx, subject="accounts", what="account.unknown-failed", actor="bosco", data={"network": network}
            )
        else:
            what = "account.code-wrong" if step == "code" else "account.password-wrong"
            data = {"login": login, "network": network}
            journal.write(tx, subject=f"user:{login}", what=what, actor="bosco", data=data)
        address = browser.seen.address
        # The exact address is for whoever must block it; logs are thrown away, the journal is not.
        tx.after_commit(lambda: log.warning("a sign-in failed", extra={"address": address, "step": step}))
