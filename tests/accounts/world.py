"""Alice, an administrator with a second factor; Bob, a responder; Charlie, a stranger: on one store."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import select

from bosco.accounts import users
from bosco.accounts.entry import Browser, Entered
from bosco.accounts.guessing import Guessing
from bosco.accounts.invitations import Invitations, Newcomer
from bosco.accounts.own import OwnAccount
from bosco.accounts.passwords import Passwords
from bosco.accounts.proof import PasswordProof
from bosco.accounts.remembered import Remembered
from bosco.accounts.second_factor import SecondFactor
from bosco.accounts.service import NOBODY, Accounts, DemoVisitor
from bosco.accounts.sessions import Seen
from bosco.accounts.sign_in import SignIn
from bosco.accounts.team import Team
from bosco.accounts.tokens import Tokens
from bosco.accounts.totp import code_of, step_of
from bosco.accounts.vault import Vault
from bosco.journal.store import waiting
from bosco.kit.clock import Clock, VirtualClock, run_virtually
from bosco.kit.ids import Ids
from bosco.store.store import Store
from bosco.store.tx import Tx

T = TypeVar("T")
ALICE, BOB = "tulipes et vélos sous la pluie", "les girafes aiment le saxophone"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
AT_HOME = Browser(Seen("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"))
ELSEWHERE = Browser(Seen("198.51.100.9", "curl/8.5.0"))


class World:
    """Every service of the room, built as `app` builds them."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, folder: Path, demo: DemoVisitor = NOBODY) -> None:
        self.store, self.clock, self.ids = store, clock, ids
        self.vault = Vault(folder, {}, ids)
        self.passwords = Passwords(clock, QUICK)
        self.remembered = Remembered(clock)
        self.guessing = Guessing(store, clock, self.vault)
        self.sign_in = SignIn(store, ids, self.vault, self.passwords, self.guessing, self.remembered)
        self.proof = PasswordProof(store, self.passwords, self.guessing)
        self.second_factor = SecondFactor(store, ids, self.vault, self.proof, self.remembered)
        self.invitations = Invitations(store, ids, self.passwords, self.remembered)
        self.own = OwnAccount(store, ids, self.passwords, self.proof, self.remembered)
        self.team = Team(store, ids, self.remembered)
        self.tokens = Tokens(store, ids, self.remembered)
        self.accounts = Accounts(store, clock, ids, self.vault, self.remembered, demo)
        self.alices_secret = b""

    def run(self, story: Callable[[], Awaitable[T]]) -> T:
        """Run a story to its end on the virtual clock."""
        assert isinstance(self.clock, VirtualClock)
        return run_virtually(self.clock, story)

    async def settle(self) -> Entered:
        """Make both accounts the way people make them, and return Alice's browser, signed in."""
        link = await self.accounts.first_link()
        assert link
        newcomer = Newcomer("alice", "Alice Martin", "alice@example.org", "en")
        entered = await self.invitations.accept(secret_of(link), newcomer, ALICE, AT_HOME)
        entered = await self.set_up(entered)
        _, link = await self.team.add("bob", "responder", name="Bob", email=None, language=None, actor="user:alice")
        await self.invitations.accept(secret_of(link), None, BOB, ELSEWHERE)
        return entered

    async def set_up(self, entered: Entered, at: Browser = AT_HOME) -> Entered:
        """Set up a second factor as a telephone does it."""
        browser = with_proofs(at, entered)
        _, self.alices_secret = await self.second_factor.begin(browser)
        entered, self.codes = await self.second_factor.confirm(self.code(), None, browser)
        # The code is used up: sign in with the next one.
        await self.clock.sleep(timedelta(seconds=60))
        return entered

    def code(self, late: int = 0) -> str:
        """Return what Alice's telephone shows, or showed some half minutes ago."""
        return code_of(self.alices_secret, step_of(self.clock.read()) - late)

    async def bob(self, at: Browser = AT_HOME) -> Entered:
        """Sign Bob in."""
        return await self.sign_in.with_password("bob", BOB, at)

    async def change(self, login: str, **values: Any) -> None:
        """Change a row behind everybody's back."""
        await self.store.write(lambda tx: users.change(tx, login, **values))

    async def lines(self) -> list[tuple[str, str]]:
        """Return what the journal was told, as (subject, what)."""

        def look(tx: Tx) -> list[tuple[str, str]]:
            wanted = select(waiting.c.subject, waiting.c.what).order_by(waiting.c.number)
            return [(row.subject, row.what) for row in tx.run(wanted)]

        return await self.store.read(look)

    async def everything_stored(self) -> str:
        """Return every row of every table of the room, and of the journal, as text."""
        from bosco.accounts import store as tables

        def look(tx: Tx) -> str:
            names = [*tables.__all__]
            rows = [tuple(row) for name in names for row in tx.run(select(getattr(tables, name)))]
            return repr([*rows, *(tuple(row) for row in tx.run(select(waiting)))])

        return await self.store.read(look)


def secret_of(path: str) -> str:
    """Return the secret of a one-time link."""
    return path.rsplit("/", 1)[1]


def with_proofs(browser: Browser, entered: Entered) -> Browser:
    """Return the browser with what it was given to keep."""
    return replace(browser, session=entered.session, device=entered.device or browser.device)


def from_address(address: str) -> Browser:
    """Return a stranger's browser at that address."""
    return Browser(Seen(address, "curl/8.5.0"))
