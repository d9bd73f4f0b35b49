"""Who is on call, for programs: now or at any instant, what comes, overrides and exchanges."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from litestar import delete, get, post
from litestar.params import Parameter

from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.people.api_shapes import (
    DutyOut,
    ExchangeIn,
    ExchangeOut,
    OverrideIn,
    OverrideOut,
    RotationOut,
    TurnIn,
    duty_out,
    exchange_out,
    hole_out,
    override_out,
    part_of,
    shift_out,
    spoken,
)
from bosco.people.days import AHEAD, joined
from bosco.people.exchanges import Exchanges
from bosco.people.me import person_of, refuse_for_others
from bosco.people.on_call import holes
from bosco.people.section import ON_CALL, shown_name
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.store.store import Store
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

LONGEST_SPAN = timedelta(days=366)
_AT = "An instant with its offset; now if left out."


def routes(
    on_call: OnCall, exchanges: Exchanges, current: CurrentPlan, store: Store, shell: Shell, clock: Clock
) -> list[Any]:
    """Return the addresses."""
    return [*_reading(on_call, current, shell, clock), *_changing(on_call, exchanges, current, store)]


def _aware(current: CurrentPlan, at: datetime) -> datetime:
    if not 1971 < at.year < 2200:
        raise Refusal(Code.INVALID, msg("The year must lie between 1972 and 2199."))
    return at if at.tzinfo else at.replace(tzinfo=current.plan[TIMEZONE])


def _reading(on_call: OnCall, current: CurrentPlan, shell: Shell, clock: Clock) -> list[Any]:
    @get("/api/v1/on-call", summary="Who is on call", tags=["on call"])
    async def now(
        request: AnyRequest, at: Annotated[datetime | None, Parameter(description=_AT)] = None
    ) -> list[DutyOut]:
        instant = clock.read() if at is None else _aware(current, at)
        language = shell.reader(request).language
        return [duty_out(current.plan, on_call.duty(key, instant), instant, language) for key in current.plan[ON_CALL]]

    @get(
        "/api/v1/on-call/rotations/{rotation:str}",
        summary="What comes of a rotation",
        description="Every turn and every hole between two instants: the next 90 days if they are left out.",
        tags=["on call"],
    )
    async def coming(
        request: AnyRequest,
        rotation: str,
        start: Annotated[datetime | None, Parameter(query="from", description=_AT)] = None,
        end: Annotated[datetime | None, Parameter(query="until", description="90 days later if left out.")] = None,
    ) -> RotationOut:
        plan, language = current.plan, shell.reader(request).language
        since = clock.read() if start is None else _aware(current, start)
        until = since + timedelta(days=AHEAD) if end is None else _aware(current, end)
        if not timedelta() < until - since <= LONGEST_SPAN:
            raise Refusal(Code.INVALID, msg("It ends after it begins, and within a year."), where="until")
        shifts = on_call.shifts(rotation, since, until)
        return RotationOut(
            rotation=rotation,
            label=spoken(shown_name(plan, rotation), language),
            start=since,
            end=until,
            shifts=[shift_out(plan, one, language) for one in joined(shifts)],
            holes=[hole_out(one) for one in holes(shifts, since, until)],
        )

    return [now, coming]


def _changing(on_call: OnCall, exchanges: Exchanges, current: CurrentPlan, store: Store) -> list[Any]:
    @get("/api/v1/on-call/overrides", summary="What was changed and is not over", tags=["on call"])
    async def changes() -> list[OverrideOut]:
        return [override_out(one) for one in await on_call.changes()]

    @post("/api/v1/on-call/overrides", summary="Put somebody on call", guards=[may("responder")], tags=["on call"])
    async def stand_in(visitor: Visitor, data: OverrideIn) -> OverrideOut:
        start, end = _aware(current, data.start), _aware(current, data.end)
        made = await on_call.stand_in(
            data.rotation, data.who, start, end, by=visitor.actor, reason=data.reason, whom=data.whom
        )
        return override_out(made)

    @delete(
        "/api/v1/on-call/overrides/{override:str}",
        summary="Give a turn back",
        description="What is over stays as it was; an exchange is given back as a whole.",
        guards=[may("responder")],
        tags=["on call"],
    )
    async def give_back(visitor: Visitor, override: str) -> None:
        await on_call.give_back(override, by=visitor.actor)

    @get("/api/v1/on-call/exchanges", summary="Exchanges that wait for an answer", tags=["on call"])
    async def waiting() -> list[ExchangeOut]:
        return [exchange_out(one) for one in await on_call.exchanges()]

    @post(
        "/api/v1/on-call/exchanges",
        summary="Ask for an exchange of turns",
        description="The person whose turn it is asks, or a manager.",
        guards=[may("responder")],
        tags=["on call"],
    )
    async def ask(visitor: Visitor, data: ExchangeIn) -> ExchangeOut:
        refuse_for_others(visitor, await _me(visitor), data.first.person)
        first, second = (part_of(_placed(one)) for one in (data.first, data.second))
        return exchange_out(await exchanges.ask(data.rotation, first, second, by=visitor.actor, reason=data.reason))

    @post(
        "/api/v1/on-call/exchanges/{exchange:str}/agree", status_code=200, guards=[may("responder")], tags=["on call"]
    )
    async def agree(visitor: Visitor, exchange: str) -> ExchangeOut:
        """Agree to an exchange: who is asked, or a manager."""
        refuse_for_others(visitor, await _me(visitor), (await exchanges.find(exchange)).second)
        return exchange_out(await exchanges.answer(exchange, agrees=True, by=visitor.actor), "agreed")

    @post(
        "/api/v1/on-call/exchanges/{exchange:str}/decline", status_code=200, guards=[may("responder")], tags=["on call"]
    )
    async def decline(visitor: Visitor, exchange: str) -> ExchangeOut:
        """Decline an exchange: who is asked, or a manager."""
        refuse_for_others(visitor, await _me(visitor), (await exchanges.find(exchange)).second)
        return exchange_out(await exchanges.answer(exchange, agrees=False, by=visitor.actor), "refused")

    @post(
        "/api/v1/on-call/exchanges/{exchange:str}/withdraw",
        status_code=200,
        guards=[may("responder")],
        tags=["on call"],
    )
    async def withdraw(visitor: Visitor, exchange: str) -> ExchangeOut:
        """Withdraw an exchange: who asked, or a manager."""
        refuse_for_others(visitor, await _me(visitor), (await exchanges.find(exchange)).first)
        return exchange_out(await exchanges.withdraw(exchange, by=visitor.actor), "cancelled")

    async def _me(visitor: Visitor) -> str | None:
        return await store.read(lambda tx: person_of(tx, current.plan, visitor))

    def _placed(turn: TurnIn) -> TurnIn:
        return replace(turn, start=_aware(current, turn.start), end=_aware(current, turn.end))

    return [changes, stand_in, give_back, waiting, ask, agree, decline, withdraw]
