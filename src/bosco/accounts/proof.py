"""The password once more, of somebody who is signed in: a browser left open must not be enough for everything."""

from bosco.accounts import users
from bosco.accounts.guessing import Guessing
from bosco.accounts.model import User
from bosco.accounts.passwords import Passwords
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.store import Store


@service
class PasswordProof:
    """Takes the password before what a thief of a session would do first."""

    def __init__(self, store: Store, passwords: Passwords, guessing: Guessing) -> None:
        self._store = store
        self._passwords = passwords
        self._guessing = guessing

    async def take(self, login: str, password: str) -> User:
        """Return the user if the password is theirs, or refuse."""
        paces = self._guessing.for_session(login)
        await self._guessing.let_try(paces)
        user = await self._store.read(lambda tx: users.the_user(tx, login))
        compared = await self._passwords.compare(user.password, password, known_device=True)
        if not compared.right:
            raise Refusal(Code.FORBIDDEN, msg("This is not your password."), where="password")
        await self._store.write(lambda tx: self._guessing.succeeded(tx, paces))
        return user
