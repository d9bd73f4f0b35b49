"""Users as rows: made, found, given another role, disabled; each change is written into the journal with it."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from bosco import journal
from bosco.accounts import store as table
from bosco.accounts.model import User
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Language, Message, msg
from bosco.store.tx import Tx
from bosco.store.types import clean
from bosco.web.visitor import ROLE_NAMES, ROLES, Role

SHORT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
# Fewer signs than the standard allows: those of real addresses, none of which needs quoting in a path.
EMAIL = re.compile(r"[a-z0-9._+'-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
LONGEST_LOGIN = 200


def as_login(typed: str) -> str:
    """Return a login as it is compared: neither capitals nor the spaces around it matter."""
    return clean(unicodedata.normalize("NFKC", typed[: 2 * LONGEST_LOGIN]).casefold().strip())


def refuse_login(login: str) -> Message | None:
    """Say why that cannot be a login, or None if it can."""
    if len(login) <= LONGEST_LOGIN and (SHORT_NAME.fullmatch(login) or EMAIL.fullmatch(login)):
        return None
    return msg("A login is a short name of letters, digits, dots, dashes and underscores, or an e-mail address.")


def refuse_email(email: str) -> Message | None:
    """Say why that is not an e-mail address, or None if it is one."""
    if len(email) <= LONGEST_LOGIN and EMAIL.fullmatch(email):
        return None
    return msg("This is not an e-mail address, such as name@example.org.")


def read_user(row: Mapping[Any, Any]) -> User:
    """Return the user of a row."""
    return User(**{column.name: row[column.name] for column in table.users.c})


def find_user(tx: Tx, login: str) -> User | None:
    """Return the user of that login."""
    row = tx.run(select(table.users).where(table.users.c.login == login)).mappings().first()
    return read_user(row) if row else None


def the_user(tx: Tx, login: str) -> User:
    """Return the user of that login, or refuse."""
    found = find_user(tx, as_login(login))
    if found is None:
        raise not_found(msg("There is no account “{login}”.", login=login[:LONGEST_LOGIN]))
    return found


def user_typed(tx: Tx, typed: str) -> User | None:
    """Return the user whose login or e-mail address was typed."""
    name = as_login(typed)
    wanted = or_(table.users.c.login == name, table.users.c.email == name)
    row = tx.run(select(table.users).where(wanted)).mappings().first()
    return read_user(row) if row else None


def list_users(tx: Tx) -> list[User]:
    """Return everybody, by login."""
    return [read_user(row) for row in tx.run(select(table.users).order_by(table.users.c.login)).mappings()]


def count_users(tx: Tx, *, enabled: bool = False) -> int:
    """Return how many accounts there are, or how many of them may sign in."""
    wanted = select(func.count()).select_from(table.users)
    if enabled:
        wanted = wanted.where(table.users.c.disabled_at.is_(None))
    return int(tx.run(wanted).scalar_one())


def change(tx: Tx, login: str, **values: Any) -> None:
    """Write other values for somebody."""
    tx.run(update(table.users).where(table.users.c.login == login).values(**values))


def add_user(  # noqa: PLR0913 - what is known of a person
    tx: Tx,
    login: str,
    role: str,
    *,
    name: str = "",
    email: str | None = None,
    language: Language | None = None,
    actor: str,
) -> User:
    """Make an account without a password."""
    key = as_login(login)
    if wrong := refuse_login(key):
        raise Refusal(Code.INVALID, wrong)
    address = _address(key, email)
    _refuse_taken(tx, key, address)
    user = User(key, as_role(role), " ".join(name.split())[:100], address, language, made_at=tx.at)
    tx.run(insert(table.users).values({column.name: getattr(user, column.name) for column in table.users.c}))
    journal.write(tx, subject=f"user:{key}", what="account.added", actor=actor, data={"login": key, "role": user.role})
    return user


def as_role(role: str) -> Role:
    """Return the role of that word, or refuse."""
    found = next((known for known in ROLES if known == role), None)
    if found is None:
        raise Refusal(
            Code.INVALID,
            msg("There is no role “{role}”.", role=role[:50]),
            msg("The roles are: {roles}.", roles=", ".join(ROLES)),
        )
    return found


def _address(login: str, email: str | None) -> str | None:
    address = as_login(email or "") or (login if "@" in login else "")
    if address and (wrong := refuse_email(address)):
        raise Refusal(Code.INVALID, wrong)
    return address or None


def _refuse_taken(tx: Tx, login: str, email: str | None) -> None:
    users = table.users
    if user_typed(tx, login):
        raise Refusal(Code.CONFLICT, msg("There is already an account “{login}”.", login=login))
    if email and tx.run(select(users.c.login).where(or_(users.c.email == email, users.c.login == email))).first():
        raise Refusal(Code.CONFLICT, msg("Another account already has this e-mail address."))


def change_email(tx: Tx, user: User, email: str | None) -> None:
    """Give somebody another e-mail address, or none."""
    address = as_login(email or "") or None
    if address == user.email:
        return
    if address and (wrong := refuse_email(address)):
        raise Refusal(Code.INVALID, wrong)
    if address and (other := user_typed(tx, address)) and other.login != user.login:
        raise Refusal(Code.CONFLICT, msg("Another account already has this e-mail address."))
    change(tx, user.login, email=address)
    # It opens the same door as the login, so a change is written down; the address itself is not.
    _write(tx, user, "account.email-changed", f"user:{user.login}")


def change_role(tx: Tx, login: str, role: str, *, actor: str) -> User:
    """Give somebody another role."""
    user, wanted = the_user(tx, login), as_role(role)
    if user.role == wanted:
        return user
    if user.role == "admin":
        _refuse_without(tx, user, actor)
    change(tx, user.login, role=wanted)
    data = {"login": user.login, "before": user.role, "role": wanted}
    journal.write(tx, subject=f"user:{user.login}", what="account.role-changed", actor=actor, data=data)
    return the_user(tx, user.login)


def disable(tx: Tx, login: str, *, actor: str) -> User:
    """Let somebody in no more; nothing of theirs is removed."""
    user = the_user(tx, login)
    if user.disabled_at is None:
        _refuse_without(tx, user, actor)
        change(tx, user.login, disabled_at=tx.at)
        _write(tx, user, "account.disabled", actor)
    return user


def enable(tx: Tx, login: str, *, actor: str) -> User:
    """Let somebody in again."""
    user = the_user(tx, login)
    if user.disabled_at is not None:
        change(tx, user.login, disabled_at=None)
        _write(tx, user, "account.enabled", actor)
    return user


def _write(tx: Tx, user: User, what: str, actor: str) -> None:
    journal.write(tx, subject=f"user:{user.login}", what=what, actor=actor, data={"login": user.login})


def _refuse_without(tx: Tx, user: User, actor: str) -> None:
    if actor == f"user:{user.login}":
        raise Refusal(
            Code.CONFLICT,
            msg("Nobody takes away their own rights."),
            msg("Another administrator can do it."),
        )
    users = table.users
    others = (users.c.role == "admin") & users.c.disabled_at.is_(None) & (users.c.login != user.login)
    if user.role == "admin" and tx.run(select(users.c.login).where(others)).first() is None:
        raise Refusal(
            Code.CONFLICT,
            msg("{login} is the last administrator.", login=user.login),
            msg("Make another one first: “{role}”.", role=ROLE_NAMES["admin"]),
        )
