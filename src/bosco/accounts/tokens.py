"""API tokens: programs that may act with a role, until they expire or are revoked."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, insert, select, update

from bosco import journal
from bosco.accounts.model import Token, User
from bosco.accounts.remembered import Remembered
from bosco.accounts.store import tokens as table
from bosco.accounts.token_form import NewToken, digest_of, new_token, token_id
from bosco.accounts.users import as_role, find_user
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.store.types import clean
from bosco.web.visitor import INCLUDES, ROLE_NAMES, Role

LONGEST_LIFE = timedelta(days=365 * 10)
MOST_OF_ONE = 50


def may_give(giver: Role, role: Role) -> bool:
    """Say whether somebody of one role has all that another role may."""
    return INCLUDES[role] <= INCLUDES[giver]


@dataclass(frozen=True)
class Wish:
    """What a new token should be."""

    name: str
    role: str
    # None for one made on the server.
    owner: str | None
    lasts: timedelta | None


def add_token(tx: Tx, new: NewToken, wish: Wish, *, actor: str) -> Token:
    """Write a token down; its text itself is not kept."""
    role = as_role(wish.role)
    if wish.lasts is not None and not timedelta(0) < wish.lasts <= LONGEST_LIFE:
        raise Refusal(Code.INVALID, msg("A token lasts longer than no time, and ten years at most."))
    if wish.owner is not None:
        _refuse_too_much(tx, wish.owner, role)
    name = " ".join(wish.name.split())[:100] or role
    ends_at = tx.at + wish.lasts if wish.lasts is not None else None
    made = Token(new.id, name, role, wish.owner, actor, tx.at, ends_at)
    row = {column.name: getattr(made, column.name, None) for column in table.c}
    tx.run(insert(table).values({**row, "login": wish.owner, "digest": new.digest}))
    _write(tx, made, "token.made", actor)
    return made


def _refuse_too_much(tx: Tx, login: str, role: Role) -> None:
    owner = find_user(tx, login)
    if owner is None or not may_give(owner.role, role):
        raise Refusal(
            Code.FORBIDDEN,
            msg("A token cannot have more rights than whoever makes it: “{role}”.", role=ROLE_NAMES[role]),
        )
    living = [token for token in list_tokens(tx, login) if token.lives(tx.at)]
    if len(living) >= MOST_OF_ONE:
        raise Refusal(
            Code.CONFLICT, msg("There are {n} tokens already.", n=len(living)), msg("Revoke those nobody needs.")
        )


def _write(tx: Tx, token: Token, what: str, actor: str) -> None:
    data = {"id": token.id, "name": token.name, "role": token.role}
    journal.write(tx, subject=f"token:{token.id}", what=what, actor=actor, data=data)


def _read(row: RowMapping) -> Token:
    names = ("id", "name", "role", "made_by", "made_at", "ends_at", "used_at", "revoked_at")
    return Token(owner=row["login"], **{name: row[name] for name in names})


def list_tokens(tx: Tx, owner: str | None = None) -> list[Token]:
    """Return the tokens of somebody, or of all, the latest first."""
    wanted = select(table).order_by(table.c.made_at.desc(), table.c.id)
    if owner is not None:
        wanted = wanted.where(table.c.login == owner)
    return [_read(row) for row in tx.run(wanted).mappings()]


def find_token(tx: Tx, token: str) -> Token:
    """Return the token of that id, or refuse."""
    row = tx.run(select(table).where(table.c.id == clean(token))).mappings().first()
    if row is None:
        raise not_found(msg("There is no token “{id}”.", id=token[:50]))
    return _read(row)


def revoke(tx: Tx, token: str, *, actor: str, owner: str | None = None) -> Token:
    """Make a token worthless; with an owner, only one of theirs."""
    found = find_token(tx, token)
    if owner is not None and found.owner != owner:
        raise not_found(msg("There is no token “{id}”.", id=token[:50]))
    if found.revoked_at is None:
        tx.run(update(table).where(table.c.id == token).values(revoked_at=tx.at))
        _write(tx, found, "token.revoked", actor)
    return find_token(tx, token)


def recognise(tx: Tx, text: str) -> tuple[Token, User | None] | None:
    """Return the token of that text and its owner, unless it is worth nothing (any more)."""
    identity = token_id(text)
    if identity is None:
        return None
    row = tx.run(select(table).where(table.c.id == identity)).mappings().first()
    if row is None or not hmac.compare_digest(row["digest"], digest_of(text)):
        return None
    token = _read(row)
    owner = find_user(tx, token.owner) if token.owner else None
    if token.owner and (owner is None or owner.disabled_at or not may_give(owner.role, token.role)):
        return None
    return (token, owner) if token.lives(tx.at) else None


def touch(tx: Tx, token: str, at: datetime) -> None:
    """Note when a token was last used."""
    tx.run(update(table).where(table.c.id == token).values(used_at=at))


@service
class Tokens:
    """What pages and programs do with tokens."""

    def __init__(self, store: Store, ids: Ids, remembered: Remembered) -> None:
        self._store = store
        self._ids = ids
        self._remembered = remembered

    async def make(self, wish: Wish, *, actor: str) -> tuple[Token, str]:
        """Make a token and return it with its text, which can never be shown again."""
        new = new_token(self._ids.secret(40))
        return await self._store.write(lambda tx: add_token(tx, new, wish, actor=actor)), new.text

    async def list(self, owner: str | None = None) -> list[Token]:
        """Return the tokens of somebody, or of all."""
        return await self._store.read(lambda tx: list_tokens(tx, owner))

    async def revoke(self, token: str, *, actor: str, owner: str | None = None) -> Token:
        """Make a token worthless; with an owner, only one of theirs."""
        found = await self._store.write(lambda tx: revoke(tx, token, actor=actor, owner=owner))
        self._remembered.forget()
        return found
