"""Says who is asking, invites the first administrator, and clears away what has ended."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.accounts import cookies, invitations, links, sessions, tokens, tries, users
from bosco.accounts.model import User
from bosco.accounts.remembered import Remembered
from bosco.accounts.right_key import is_right_key, take_key
from bosco.accounts.token_form import digest_of, token_id
from bosco.accounts.vault import Vault
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.marks import Gauge, engine, gauges, ready, service
from bosco.kit.refusal import Refusal
from bosco.kit.words import Language, Message, msg
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.door import client_address
from bosco.web.visitor import STRANGER, AnyRequest, Role, Visitor

log = logging.getLogger(__name__)
SEEN_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class DemoVisitor:
    """Whom every stranger is taken for in the demonstration; without a role, nobody."""

    role: Role | None = None
    name: str = "Visitor"
    language: Language | None = None


NOBODY = DemoVisitor()


def visitor_of_user(user: User) -> Visitor:
    """Return somebody who is signed in, as pages know them."""
    return Visitor(user.login, user.shown, user.role, user.language, user.theme, user.timezone, "session")


@service
class Accounts:
    """Tells who is asking (the `Who` of `build_asgi`)."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, vault: Vault, remembered: Remembered, demo: DemoVisitor = NOBODY
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._ids = ids
        self._remembered = remembered
        self._demo = demo

    async def __call__(self, request: AnyRequest) -> Visitor:
        """Return the visitor behind a request; a proof that is worth nothing makes a stranger."""
        scheme, _, proof = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.casefold() == "bearer":
            # Whoever shows a token means it: a cookie must not step in for a bad one.
            return await self.by_token(proof.strip()) or STRANGER
        secret = cookies.session_of(request)
        found = await self.by_session(secret, client_address(request)) if secret else None
        return found or self._guest()

    def _guest(self) -> Visitor:
        if self._demo.role is None:
            return STRANGER
        return Visitor("demo", self._demo.name, self._demo.role, self._demo.language, via="demo")

    async def by_session(self, secret: str, address: str = "") -> Visitor | None:
        """Return who is signed in with that session."""
        digest = digest_of(secret)
        if found := self._remembered.find(digest):
            return found
        version = self._remembered.version
        asked = await self._store.read(lambda tx: sessions.find_session(tx, digest))
        if asked is None or asked[0].stage != "in":
            return None
        session, user = asked
        if self._is_old(session.seen_at):
            await self._note(lambda tx: sessions.touch(tx, digest, user.login, address))
        visitor = visitor_of_user(user)
        self._remembered.keep(digest, visitor, version)
        return visitor

    async def by_token(self, text: str) -> Visitor | None:
        """Return the program that shows that API token; also for protocols where it stands somewhere else."""
        if token_id(text) is None:
            return None
        digest = digest_of(text)
        if found := self._remembered.find(digest):
            return found
        version = self._remembered.version
        asked = await self._store.read(lambda tx: tokens.recognise(tx, text))
        if asked is None:
            return None
        token, owner = asked
        if token.used_at is None or self._is_old(token.used_at):
            await self._note(lambda tx: tokens.touch(tx, token.id, tx.at))
        language = owner.language if owner else None
        timezone = owner.timezone if owner else None
        visitor = Visitor(token.id, token.name, token.role, language, None, timezone, "token")
        self._remembered.keep(digest, visitor, version)
        return visitor

    def _is_old(self, seen_at: datetime) -> bool:
        return self._clock.read() - seen_at >= SEEN_EVERY

    async def _note(self, work: Callable[[Tx], None]) -> None:
        try:
            await self._store.write(work)
        except Exception:
            # A full disk must not keep people from looking at what is going on.
            log.exception("when somebody was last seen could not be written")

    async def first_link(self) -> str | None:
        """Return the path of a fresh one-time link to make the first account, or None if there is an account."""
        secret = self._ids.secret()
        made = await self._store.write(lambda tx: invitations.first_link(tx, secret))
        return links.path_of(secret) if made else None

    async def invite_first(self, address: str) -> Message | None:
        """Return the sentence with the one-time link to print at a start without accounts, and log it."""
        if self._demo.role is not None:
            return None
        path = await self.first_link()
        if path is None:
            return None
        link = f"{address.rstrip('/')}{path}"
        log.warning("there is no account yet; the first administrator is made at %s (good for 24 hours, once)", link)
        return msg("There is no account yet. Make the first one here, within 24 hours: {link}", link=link)

    @engine("accounts")
    async def tidy(self) -> None:
        """Clear away ended sessions, used links and forgotten failures, every hour; look whether the key is right."""
        while True:
            await self._store.write(_tidy)
            await self._take_key()
            await self._clock.sleep(TIDY_EVERY)

    async def _take_key(self) -> None:
        try:
            fingerprint = self._vault.fingerprint()
        except Refusal as refusal:
            log.error("nobody can sign in: %s", refusal)
            return
        if not await self._store.write(lambda tx: take_key(tx, fingerprint)):
            log.error("second factors were sealed with another key than BOSCO_KEY or secrets/key")

    @ready("accounts")
    async def has_right_key(self) -> str | None:
        """Say why nobody with a second factor could sign in here, or None if they can."""
        try:
            fingerprint = self._vault.fingerprint()
        except Refusal as refusal:
            return str(refusal)
        if await self._store.read(lambda tx: is_right_key(tx, fingerprint)):
            return None
        return "second factors were sealed with another key than BOSCO_KEY or secrets/key"

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how many accounts, sessions and tokens there are."""
        return await self._store.read(_figures)


def _tidy(tx: Tx) -> None:
    for part in (sessions, links, tries):
        part.tidy(tx)


def _figures(tx: Tx) -> list[Gauge]:
    living = [token for token in tokens.list_tokens(tx) if token.lives(tx.at)]
    return [
        Gauge("bosco_accounts", "Accounts that may sign in.", users.count_users(tx, enabled=True)),
        Gauge("bosco_sessions", "Browsers that are signed in.", sessions.count_sessions(tx)),
        Gauge("bosco_api_tokens", "API tokens that are neither expired nor revoked.", len(living)),
    ]
