"""Alerts and silences for programs."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from litestar import delete, get, patch, post
from litestar.params import Parameter

from bosco.alerts import api_rules
from bosco.alerts.api_shapes import (
    AcknowledgeIn,
    AlertOut,
    AlertsOut,
    CloseIn,
    CoveredOut,
    CoversIn,
    GiveBackIn,
    SilenceChangeIn,
    SilenceIn,
    SilenceOut,
    SilencesOut,
    alert_out,
    silence_out,
)
from bosco.alerts.rows import Asked
from bosco.alerts.service import Alerts, Rules, Silences
from bosco.kit.clock import Clock
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Code, Refusal
from bosco.kit.units import read_duration
from bosco.kit.words import Language, msg
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

Word = Annotated[str, Parameter(max_length=200)]
Limit = Annotated[int, Parameter(ge=1, le=500)]
Which = Literal["firing", "resolved", "held", "unowned", "all"]
KEY = "With an `Idempotency-Key`, asked twice it is done once."


def routes(  # noqa: PLR0913, PLR0917 - an alert tells what comes next, and the levels are told beside it
    alerts: Alerts, silences: Silences, rules: Rules, notices: Notices, current: CurrentPlan, shell: Shell, clock: Clock
) -> list[Any]:
    """Return the API of alerts, silences and levels."""

    def spoken(request: AnyRequest) -> Language:
        return shell.reader(request).language

    async def one_out(request: AnyRequest, alert_id: str) -> AlertOut:
        one = await alerts.get(alert_id)
        ahead = await notices.ahead_of([one.subject]) if one.state == "firing" else {}
        return alert_out(one, spoken(request), ahead.get(one.subject))

    @get("/api/v1/alerts", summary="Alerts, the latest first")
    async def listed(  # noqa: PLR0913, PLR0917 - one parameter for each way to narrow the list
        request: AnyRequest,
        which: Annotated[
            Which, Parameter(query="state", description="Those that hold, are over, are muted, or that nobody has.")
        ] = "firing",
        service: Word = "",
        priority: Word = "",
        source: Word = "",
        before: Word = "",
        limit: Limit = 50,
    ) -> AlertsOut:
        asked = Asked(which, service, priority, source, before=before, limit=limit)
        found = await alerts.page(asked)
        shown = found[:limit]
        ahead = await notices.ahead_of([one.subject for one in shown if one.state == "firing"])
        out = [alert_out(one, spoken(request), ahead.get(one.subject)) for one in shown]
        return AlertsOut(alerts=out, next=shown[-1].id if len(found) > limit else None)

    @get("/api/v1/alerts/{alert_id:str}", summary="One alert, and what happens next")
    async def one(request: AnyRequest, alert_id: str) -> AlertOut:
        return await one_out(request, alert_id)

    @post(
        "/api/v1/alerts/{alert_id:str}/acknowledge",
        summary="Take an alert",
        description="Its escalation stops. Taken twice by the same hand, it is taken once.",
        status_code=200,
        guards=[may("responder")],
    )
    async def acknowledge(request: AnyRequest, visitor: Visitor, alert_id: str, data: AcknowledgeIn) -> AlertOut:
        until = None if data.until is None else _aware(data.until)
        await alerts.acknowledge(alert_id, visitor.actor, until, via="API")
        return await one_out(request, alert_id)

    @post(
        "/api/v1/alerts/{alert_id:str}/unacknowledge",
        summary="Give an alert back",
        description="Its escalation goes on.",
        status_code=200,
        guards=[may("responder")],
    )
    async def give_back(request: AnyRequest, visitor: Visitor, alert_id: str, data: GiveBackIn) -> AlertOut:
        await alerts.unacknowledge(alert_id, visitor.actor, data.reason.strip() or None)
        return await one_out(request, alert_id)

    @post(
        "/api/v1/alerts/{alert_id:str}/close",
        summary="Close an alert by hand",
        description="It comes back when it is found anew, not while the same trouble goes on.",
        status_code=200,
        guards=[may("responder")],
    )
    async def close(request: AnyRequest, visitor: Visitor, alert_id: str, data: CloseIn) -> AlertOut:
        await alerts.close(alert_id, visitor.actor, data.reason)
        return await one_out(request, alert_id)

    @get("/api/v1/silences", summary="Silences, the last made first")
    async def all_silences(over: bool = False, before: Word = "", limit: Limit = 50) -> SilencesOut:
        found = await silences.page(over=over, before=before, limit=limit)
        shown = [silence_out(one, clock.read()) for one in found[:limit]]
        return SilencesOut(silences=shown, next=shown[-1].id if len(found) > limit else None)

    @post("/api/v1/silences", summary="Make a silence", description=KEY, guards=[may("responder")])
    async def make(request: AnyRequest, visitor: Visitor, data: SilenceIn) -> SilenceOut:
        until = _end(data.until, data.lasts)
        if until is None:
            raise Refusal(Code.INVALID, msg("A silence says when it ends: until, or lasts."), where="until")
        key = request.headers.get("idempotency-key", "")[:200]
        made = await silences.make(data.covers, until, by=visitor.actor, reason=data.reason, key=key)
        return silence_out(made, clock.read())

    @post("/api/v1/silences/preview", summary="What a silence would cover now", status_code=200)
    async def preview(request: AnyRequest, data: CoversIn) -> CoveredOut:
        found = await silences.covered(data.covers)
        return CoveredOut(count=found.count, alerts=[alert_out(one, spoken(request)) for one in found.alerts])

    @get("/api/v1/silences/{silence_id:str}", summary="One silence")
    async def one_silence(silence_id: str) -> SilenceOut:
        return silence_out(await silences.get(silence_id), clock.read())

    @patch("/api/v1/silences/{silence_id:str}", summary="Give a silence another end", guards=[may("responder")])
    async def change(visitor: Visitor, silence_id: str, data: SilenceChangeIn) -> SilenceOut:
        until = _end(data.until, data.lasts)
        changed = await silences.change(silence_id, by=visitor.actor, until=until, reason=data.reason)
        return silence_out(changed, clock.read())

    @delete("/api/v1/silences/{silence_id:str}", summary="End a silence", status_code=200, guards=[may("responder")])
    async def end(visitor: Visitor, silence_id: str) -> SilenceOut:
        return silence_out(await silences.end(silence_id, by=visitor.actor), clock.read())

    def _end(until: datetime | None, lasts: str | None) -> datetime | None:
        if until is not None:
            return _aware(until)
        return None if lasts is None else clock.read() + span_of(lasts)

    def _aware(at: datetime) -> datetime:
        return at if at.tzinfo else at.replace(tzinfo=current.plan[TIMEZONE])

    return [
        *(listed, one, acknowledge, give_back, close),
        *(all_silences, make, preview, one_silence, change, end),
        *api_rules.routes(shell, clock, current, rules),
    ]


def span_of(text: str) -> timedelta:
    """Return how long a silence lasts, as the plan's language writes it."""
    try:
        return min(read_duration(text), timedelta(days=3650))
    except Unreadable as unreadable:
        raise Refusal(Code.INVALID, unreadable.says, unreadable.hint, "lasts") from unreadable
