"""What administrators do with the accounts of others."""

from bosco.accounts import invitations, links, sessions, users
from bosco.accounts.model import User
from bosco.accounts.remembered import Remembered
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.words import Language
from bosco.store.store import Store
from bosco.store.tx import Tx


def give_role(tx: Tx, login: str, role: str, *, actor: str) -> User:
    """Give somebody another role; they sign in again, so that no browser keeps the rights of before."""
    before = users.the_user(tx, login)
    after = users.change_role(tx, login, role, actor=actor)
    if after.role != before.role:
        sessions.end_sessions(tx, after.login)
    return after


def shut_out(tx: Tx, login: str, *, actor: str) -> User:
    """Disable an account: its sessions end, its links and tokens open nothing."""
    user = users.disable(tx, login, actor=actor)
    sessions.end_sessions(tx, user.login)
    links.forget(tx, user.login)
    return user


@service
class Team:
    """The verbs of the page “Accounts”."""

    def __init__(self, store: Store, ids: Ids, remembered: Remembered) -> None:
        self._store = store
        self._ids = ids
        self._remembered = remembered

    async def list(self) -> list[User]:
        """Return everybody."""
        return await self._store.read(users.list_users)

    async def find(self, login: str) -> User:
        """Return one account, or refuse."""
        return await self._store.read(lambda tx: users.the_user(tx, login))

    async def add(
        self, login: str, role: str, *, name: str, email: str | None, language: Language | None, actor: str
    ) -> tuple[User, str]:
        """Make an account and return it with the path of its one-time link."""
        secret = self._ids.secret()

        def work(tx: Tx) -> User:
            user = users.add_user(tx, login, role, name=name, email=email, language=language, actor=actor)
            return invitations.invite(tx, user.login, secret, actor=actor)

        return await self._store.write(work), links.path_of(secret)

    async def give_role(self, login: str, role: str, *, actor: str) -> User:
        """Give somebody another role."""
        user = await self._store.write(lambda tx: give_role(tx, login, role, actor=actor))
        self._remembered.forget()
        return user

    async def disable(self, login: str, *, actor: str) -> User:
        """Let somebody in no more."""
        user = await self._store.write(lambda tx: shut_out(tx, login, actor=actor))
        self._remembered.forget()
        return user

    async def enable(self, login: str, *, actor: str) -> User:
        """Let somebody in again."""
        user = await self._store.write(lambda tx: users.enable(tx, login, actor=actor))
        self._remembered.forget()
        return user

    async def reset(self, login: str, *, forget_totp: bool, actor: str) -> str:
        """Make somebody choose a new password, and return the path of the link for it."""
        secret = self._ids.secret()
        await self._store.write(lambda tx: invitations.reset(tx, login, secret, forget_totp=forget_totp, actor=actor))
        self._remembered.forget()
        return links.path_of(secret)
