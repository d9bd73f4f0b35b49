"""Who am I, and the API tokens, for programs."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get
from litestar.params import Parameter

from bosco.accounts.model import Token
from bosco.accounts.tokens import Tokens
from bosco.kit.words import Language
from bosco.web.visitor import Role, Via, Visitor, may

TokenId = Annotated[str, Parameter(min_length=1, max_length=50)]


class Me(msgspec.Struct, kw_only=True):
    """Who is asking."""

    id: str
    name: str
    role: Role
    via: Via
    language: Language | None
    timezone: str | None


class ApiToken(msgspec.Struct, kw_only=True):
    """An API token, without its secret."""

    id: str
    name: str
    role: Role
    owner: str | None
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


def _told(token: Token) -> ApiToken:
    return ApiToken(**{name: getattr(token, name) for name in ApiToken.__struct_fields__})


def routes(tokens: Tokens) -> list[Any]:
    """Return what programs may ask about accounts."""

    @get("/api/v1/me", tags=["accounts"])
    async def me(visitor: Visitor) -> Me:
        """Say who is asking, and with which role."""
        assert visitor.id
        assert visitor.role
        assert visitor.via
        return Me(
            id=visitor.id,
            name=visitor.name,
            role=visitor.role,
            via=visitor.via,
            language=visitor.language,
            timezone=visitor.timezone,
        )

    @get("/api/v1/tokens", guards=[may("admin")], tags=["accounts"])
    async def listing() -> list[ApiToken]:
        """List every API token, the latest first; their secrets are not kept."""
        return [_told(token) for token in await tokens.list()]

    @delete("/api/v1/tokens/{token:str}", guards=[may("admin")], tags=["accounts"])
    async def revoke(token: TokenId, visitor: Visitor) -> None:
        """Revoke an API token; doing it twice changes nothing."""
        kind = "token" if visitor.via == "token" else "user"
        await tokens.revoke(token, actor=f"{kind}:{visitor.id}")

    return [me, listing, revoke]
