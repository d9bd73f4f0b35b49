"""Users, sessions and API tokens, what happens to them, and how the journal says so."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bosco.kit.facts import Fact
from bosco.kit.words import Language, Message, msg
from bosco.web.visitor import ROLE_NAMES, Role, Theme

# A session begins half-way: the password was right, and a code, or setting one up, is still owed.
Stage = Literal["code", "set-up", "in"]
Purpose = Literal["first", "password"]


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    login: str
    role: Role
    name: str = ""
    email: str | None = None
    language: Language | None = None
    theme: Theme | None = None
    timezone: str | None = None
    made_at: datetime | None = None
    seen_at: datetime | None = None
    disabled_at: datetime | None = None
    # None while the link to choose one has not been used.
    password: str | None = field(default=None, repr=False)
    # Sealed; None without a second factor.
    totp: str | None = field(default=None, repr=False)
    totp_step: int = -1

    @property
    def shown(self) -> str:
        """Return how pages call this person."""
        return self.name or self.login

    @property
    def owes(self) -> Stage:
        """Return what stands between the right password and being signed in."""
        if self.totp:
            return "code"
        return "set-up" if self.role == "admin" else "in"


@dataclass(frozen=True)
class Session:
    """One browser that a user signed in with."""

    id: str
    digest: str
    login: str
    stage: Stage
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    agent: str
    wrong_codes: int = 0
    # The sealed second factor that is being set up here; no other session sees it.
    pending: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Token:
    """A program that may act with a role, until it expires or is revoked."""

    id: str
    name: str
    role: Role
    # None for one made on the server, which depends on nobody's account.
    owner: str | None
    made_by: str
    made_at: datetime
    ends_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Say whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


class SignInFailed(Fact, frozen=True, kw_only=True):
    """A sign-in failed. `login` is empty unless it is an account's: what else was typed there is often a password."""

    login: str
    network: str
    step: Literal["password", "code"]


def role_name(role: str) -> Message | str:
    """Return the role in words."""
    return next((name for known, name in ROLE_NAMES.items() if known == role), role)


SAYINGS: dict[str, Message] = {
    "account.added": msg("The account {login} was made, with the role {role}"),
    "account.invited": msg("{login} was given a one-time link to choose a password"),
    "account.reset": msg("{login} must choose a new password, and all sessions were ended"),
    "account.password-chosen": msg("{login} chose a password"),
    "account.signed-in": msg("{login} signed in from {network}"),
    "account.signed-out": msg("{login} signed out"),
    "account.sessions-ended": msg("Sessions of {login} were ended: {count}"),
    "account.password-wrong": msg("A sign-in as {login} from {network} failed: wrong password"),
    "account.code-wrong": msg("A sign-in as {login} from {network} failed: wrong code after the right password"),
    "account.unknown-failed": msg("A sign-in from {network} failed: no such account"),
    "account.many-failed": msg("Sign-ins fail in great number: {count} in a row, from many addresses"),
    "account.role-changed": msg("The role of {login} changed from {before} to {role}"),
    "account.email-changed": msg("{login} changed the e-mail address of the account"),
    "account.disabled": msg("The account {login} was disabled"),
    "account.enabled": msg("The account {login} was enabled"),
    "account.second-factor-set-up": msg("{login} set up a second factor"),
    "account.second-factor-forgotten": msg("The second factor of {login} was forgotten"),
    "account.recovery-code-used": msg("{login} signed in with a recovery code; {left} are left"),
    "account.recovery-codes-made": msg("{login} was given new recovery codes"),
    "token.made": msg("The API token “{name}” ({id}) was made, with the role {role}"),
    "token.revoked": msg("The API token “{name}” ({id}) was revoked"),
}
