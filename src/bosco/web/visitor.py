"""Who is asking, and what that person or program may do."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, cast

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, Message, msg

Role = Literal["viewer", "responder", "support", "manager", "dpo", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "responder", "support", "manager", "dpo", "admin")
ROLE_NAMES: dict[Role, Message] = {
    "viewer": msg("Viewer"),
    "responder": msg("Responder"),
    "support": msg("Support"),
    "manager": msg("Manager"),
    "dpo": msg("Data protection officer"),
    "admin": msg("Administrator"),
}
# Each role with those whose rights it has too; personal data of requests is for the officer, so a manager is not one.
INCLUDES: dict[Role, frozenset[Role]] = {
    "viewer": frozenset({"viewer"}),
    "responder": frozenset({"viewer", "responder"}),
    "support": frozenset({"viewer", "support"}),
    "manager": frozenset({"viewer", "responder", "support", "manager"}),
    "dpo": frozenset({"viewer", "dpo"}),
    "admin": frozenset(ROLES),
}

Theme = Literal["auto", "light", "dark"]
Via = Literal["session", "token", "demo"]


@dataclass(frozen=True)
class Visitor:
    """A person or program at the door; without a role it is a stranger."""

    id: str | None = None
    name: str = ""
    role: Role | None = None
    language: Language | None = None
    theme: Theme | None = None
    timezone: str | None = None
    via: Via | None = None

    def may(self, role: Role) -> bool:
        """Say whether this visitor has the rights of that role."""
        return self.role is not None and role in INCLUDES[self.role]

    @property
    def actor(self) -> str:
        """Return how the journal names this visitor."""
        return f"{'token' if self.via == 'token' else 'user'}:{self.id}"

    @property
    def by_cookie(self) -> bool:
        """Say whether a browser sends the proof by itself, so that a foreign page could abuse it."""
        return self.via != "token"


STRANGER = Visitor()

AnyRequest: TypeAlias = Request[Any, Any, State]


class Who(Protocol):
    """How the accounts tell who is asking; a bad or ended proof makes a stranger, it does not raise."""

    async def __call__(self, request: AnyRequest) -> Visitor:
        """Return the visitor behind a request."""


# What a route says of itself with `opt=`: without either, it asks for a viewer at least.
PUBLIC: dict[str, Any] = {"public": True}
# For programs that carry no session: nobody is looked up, no cross-site check, refusals are problem JSON.
MACHINE: dict[str, Any] = {"machine": True}


def visitor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Visitor:
    """Return who is asking."""
    return cast(Visitor, connection.scope.get("user") or STRANGER)


Guard: TypeAlias = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Coroutine[Any, Any, None]]


def may(role: Role) -> Guard:
    """Return a guard for `guards=[…]` that lets only that role, and those that include it, pass."""
    # Asynchronous although it never waits: Litestar would send a plain function to another thread.

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        visitor = visitor_of(connection)
        if visitor.may(role):
            return
        if visitor.role is None:
            raise Refusal(Code.UNAUTHENTICATED, msg("Please sign in first."))
        raise Refusal(
            Code.FORBIDDEN,
            msg("This is for the role “{role}”.", role=ROLE_NAMES[role]),
            msg("You are signed in as “{role}”; an administrator can change that.", role=ROLE_NAMES[visitor.role]),
        )

    return guard


_viewer = may("viewer")


async def closed_by_default(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Ask for a viewer wherever a route has not said that it is public or for machines."""
    if not (handler.opt.get("public") or handler.opt.get("machine")):
        await _viewer(connection, handler)
