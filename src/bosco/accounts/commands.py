"""`bosco user …` and `bosco token …`: accounts and API tokens from the server's own terminal, running or not."""

import argparse
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bosco.kit.command import Command, Terminal, takes_plan, takes_state
from bosco.kit.words import Message, Sayable, msg, say

if TYPE_CHECKING:
    from bosco.accounts.model import Token, User
    from bosco.store.store import Store

# The rooms behind are imported when a command runs: `bosco --help` must not wait for a database's library.
ROLE_WORDS = ("viewer", "responder", "support", "manager", "dpo", "admin")
ACTOR = "terminal"
USUAL_ADDRESS = "http://127.0.0.1:8420"
USUAL_LIFE = timedelta(days=365)


def commands() -> list[Command]:
    """Return the commands about accounts and tokens."""
    return [
        Command(("user", "add"), msg("make an account and print a one-time link for it"), user_add, takes_new_user),
        Command(("user", "list"), msg("list the accounts"), user_list, takes_state),
        Command(("user", "reset"), msg("end sessions and print a link to choose a password"), user_reset, takes_reset),
        Command(("user", "role"), msg("give an account another role"), user_role, takes_role),
        Command(("user", "disable"), msg("let somebody in no more"), user_disable, takes_login),
        Command(("user", "enable"), msg("let somebody in again"), user_enable, takes_login),
        Command(("token", "create"), msg("make an API token and print it"), token_create, takes_token),
        Command(("token", "list"), msg("list the API tokens"), token_list, takes_state),
        Command(("token", "revoke"), msg("make an API token worthless"), token_revoke, takes_token_id),
    ]


def takes_login(parser: argparse.ArgumentParser) -> None:
    """Let the command say whom it means."""
    parser.add_argument("login", metavar="LOGIN", help=str(msg("the login of the account")))
    takes_state(parser)


def takes_new_user(parser: argparse.ArgumentParser) -> None:
    """Let the command say who the new account is for; its language is that of `--lang`."""
    takes_login(parser)
    takes_plan(parser)
    parser.add_argument("--role", choices=ROLE_WORDS, default="viewer", help=str(msg("what they may do (viewer)")))
    parser.add_argument("--name", default="", help=str(msg("their name")))
    parser.add_argument("--email", help=str(msg("their e-mail address")))


def takes_reset(parser: argparse.ArgumentParser) -> None:
    """Let the command say what is forgotten."""
    takes_login(parser)
    takes_plan(parser)
    parser.add_argument("--totp", action="store_true", help=str(msg("forget the second factor too")))


def takes_role(parser: argparse.ArgumentParser) -> None:
    """Let the command say which role."""
    takes_login(parser)
    parser.add_argument("role", metavar="ROLE", choices=ROLE_WORDS, help=" · ".join(ROLE_WORDS))


def takes_token(parser: argparse.ArgumentParser) -> None:
    """Let the command say what the token may do, and how long."""
    takes_state(parser)
    parser.add_argument("--role", choices=ROLE_WORDS, required=True, help=str(msg("what the token may do")))
    parser.add_argument("--name", default="", help=str(msg("what it is for")))
    help_text = str(msg("how long it is good for, such as 90d, or never (1y)"))
    parser.add_argument("--expires", type=life, default=USUAL_LIFE, metavar="SPAN", help=help_text)


def takes_token_id(parser: argparse.ArgumentParser) -> None:
    """Let the command say which token."""
    parser.add_argument("token", metavar="ID", help=str(msg("the id of the token, or the token itself")))
    takes_state(parser)


def life(text: str) -> timedelta | None:
    """Read how long a token is good for."""
    from bosco.kit.numbers import Unreadable
    from bosco.kit.units import read_duration

    if text == "never":
        return None
    try:
        return read_duration(text)
    except Unreadable as wrong:
        raise argparse.ArgumentTypeError(f"{wrong.says}: 90d, 1y, never") from wrong


def state(asked: argparse.Namespace, *, may_make: bool = False) -> "contextlib.closing[Store]":
    """Open the state of the installation, brought up to date; also while a server runs on it."""
    from bosco.kit.clock import RealClock
    from bosco.kit.ids import RealIds
    from bosco.kit.refusal import not_found
    from bosco.store.migrate import migrate
    from bosco.store.sqlite import FILE
    from bosco.store.store import Store

    if not may_make and asked.database is None and not (Path(asked.data) / FILE).exists():
        # A mistyped folder must not become an empty installation.
        raise not_found(msg("There is no Bosco in the folder {folder}.", folder=asked.data))
    store = Store.open(asked.database or Path(asked.data), RealClock(), RealIds())
    try:
        migrate(store)
    except BaseException:
        store.close()
        raise
    return contextlib.closing(store)


def address(asked: argparse.Namespace, terminal: Terminal) -> str:
    """Return where people reach Bosco, as the plan says; a wrong plan does not keep a link from being made."""
    from bosco.plan.header import LANGUAGE, URL
    from bosco.plan.load import load
    from bosco.plan.sections import discover

    places = [Path(asked.plan)] if asked.plan else [Path("plan.yml"), Path("plan.yaml"), Path("plan")]
    place = next((path for path in places if path.exists()), None)
    plan = load(place, discover()).plan if place else None
    if plan is None:
        return USUAL_ADDRESS
    terminal.prefer(plan[LANGUAGE])
    return (plan[URL] or USUAL_ADDRESS).rstrip("/")


def user_add(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Make an account."""
    from bosco.accounts import invitations, users
    from bosco.accounts.links import path_of
    from bosco.store.tx import Tx

    base = address(asked, terminal)
    with state(asked, may_make=True) as store:
        secret = store.ids.secret()

        def work(tx: Tx) -> "User":
            user = users.add_user(
                tx, asked.login, asked.role, name=asked.name, email=asked.email, language=asked.lang, actor=ACTOR
            )
            return invitations.invite(tx, user.login, secret, actor=ACTOR)

        user = store.write_now(work)
    terminal.tell(msg("{login} chooses a password here, once, within three days:", login=user.login))
    terminal.line(f"{base}{path_of(secret)}")
    return 0


def user_reset(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Make somebody choose a new password."""
    from bosco.accounts.invitations import reset
    from bosco.accounts.links import path_of

    base = address(asked, terminal)
    with state(asked) as store:
        secret = store.ids.secret()
        user = store.write_now(lambda tx: reset(tx, asked.login, secret, forget_totp=asked.totp, actor=ACTOR))
    terminal.tell(msg("{login} chooses a password here, once, within three days:", login=user.login))
    terminal.line(f"{base}{path_of(secret)}")
    return 0


def user_list(asked: argparse.Namespace, terminal: Terminal) -> int:
    """List the accounts."""
    from bosco.accounts.users import list_users

    with state(asked) as store:
        people = store.read_now(list_users)
    heads = [msg("Login"), msg("Role"), msg("Name"), msg("Second factor"), msg("Last seen"), msg("State")]
    table(terminal, heads, [_told(user) for user in people])
    return 0


def _told(user: "User") -> list[Sayable]:
    state = msg("Disabled") if user.disabled_at else msg("Active") if user.password else msg("Invited")
    return [user.login, user.role, user.name, msg("yes") if user.totp else msg("no"), day(user.seen_at), state]


def user_role(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Give an account another role."""
    from bosco.accounts.team import give_role

    with state(asked) as store:
        user = store.write_now(lambda tx: give_role(tx, asked.login, asked.role, actor=ACTOR))
    terminal.say(msg("{login} now has the role {role}.", login=user.login, role=user.role))
    return 0


def user_disable(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Let somebody in no more."""
    from bosco.accounts.team import shut_out

    with state(asked) as store:
        user = store.write_now(lambda tx: shut_out(tx, asked.login, actor=ACTOR))
    terminal.say(msg("{name} can no longer sign in.", name=user.login))
    return 0


def user_enable(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Let somebody in again."""
    from bosco.accounts.users import enable

    with state(asked) as store:
        user = store.write_now(lambda tx: enable(tx, asked.login, actor=ACTOR))
    terminal.say(msg("{name} can sign in again.", name=user.login))
    return 0


def token_create(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Make a token, and print it alone on the last line."""
    from bosco.accounts.token_form import new_token
    from bosco.accounts.tokens import Wish, add_token

    wish = Wish(asked.name, asked.role, None, asked.expires)
    with state(asked, may_make=True) as store:
        new = new_token(store.ids.secret(40))
        made = store.write_now(lambda tx: add_token(tx, new, wish, actor=ACTOR))
    told = {"id": made.id, "role": made.role, "day": day(made.ends_at)}
    if made.ends_at:
        terminal.tell(msg("Token {id}, with the role {role}, good until {day}. It is not shown again:", **told))
    else:
        terminal.tell(msg("Token {id}, with the role {role}, without an end. It is not shown again:", **told))
    terminal.line(new.text)
    return 0


def token_list(asked: argparse.Namespace, terminal: Terminal) -> int:
    """List the tokens."""
    from bosco.accounts.tokens import list_tokens

    with state(asked) as store:
        found, now = store.read_now(lambda tx: (list_tokens(tx), tx.at))
    heads = [msg("Id"), msg("Name"), msg("Role"), msg("Made by"), msg("Last used"), msg("Expires"), msg("State")]
    table(terminal, heads, [_token_told(token, now) for token in found])
    return 0


def _token_told(token: "Token", now: datetime) -> list[Sayable]:
    state = msg("Active") if token.lives(now) else msg("Revoked") if token.revoked_at else msg("Expired")
    whose = token.owner or token.made_by
    return [token.id, token.name, token.role, whose, day(token.used_at), day(token.ends_at), state]


def token_revoke(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Make a token worthless."""
    from bosco.accounts.token_form import token_id
    from bosco.accounts.tokens import revoke

    with state(asked) as store:
        wanted = token_id(asked.token) or asked.token
        token = store.write_now(lambda tx: revoke(tx, wanted, actor=ACTOR))
    terminal.say(msg("The token “{name}” is revoked.", name=token.name))
    return 0


def day(at: datetime | None) -> Sayable:
    """Return a day, or that there is none."""
    return at.date().isoformat() if at else msg("never")


def table(terminal: Terminal, heads: Sequence[Message], rows: Sequence[Sequence[Sayable]]) -> None:
    """Print rows under their heads, in columns."""
    told = [[str(say(cell, terminal.language)) for cell in row] for row in [heads, *rows]]
    widths = [max(len(row[column]) for row in told) for column in range(len(heads))]
    for row in told:
        terminal.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
