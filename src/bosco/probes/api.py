"""Probes and services for programs, and the address of the heartbeats."""

from datetime import datetime
from typing import Annotated, Any

from litestar import get, post
from litestar.params import Parameter

from bosco.kit.clock import Clock
from bosco.kit.words import Language, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.probes.api_shapes import (
    CorrectionIn,
    DeploymentIn,
    DeploymentOut,
    HeartbeatOut,
    ProbeDetail,
    ProbeOut,
    ServiceDetail,
    ServiceOut,
    month_out,
    ping_out,
    probe_out,
    state_of,
)
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.kind import Outcome
from bosco.probes.pinging import ping_routes
from bosco.probes.service import Probes
from bosco.services.budget import judge
from bosco.services.deployments import Deployment
from bosco.services.model import Standing
from bosco.services.section import SERVICES, service_name
from bosco.services.service import Services
from bosco.services.spans import Span, month_of
from bosco.services.spans import month as month_span
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

PINGS_TOLD = 20
LONGEST = 200
MONTH = r"^(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])$"


def routes(
    probes: Probes, heartbeats: Heartbeats, services: Services, current: CurrentPlan, shell: Shell, clock: Clock
) -> list[Any]:
    """Return the API of what watches."""

    def language(request: AnyRequest) -> Language:
        return shell.reader(request).language

    @get("/api/v1/probes", summary="Every probe and its state")
    async def listed(
        request: AnyRequest,
        service: Annotated[str | None, Parameter(description="Only the probes of that service.")] = None,
        standing: Annotated[
            Outcome | None, Parameter(query="state", description="Only the probes in that state.")
        ] = None,
    ) -> list[ProbeOut]:
        views = [one for one in probes.views(service) if standing is None or one.state == standing]
        return [probe_out(one, language(request)) for one in views]

    @get("/api/v1/probes/{name:str}", summary="One probe, with what its last look saw")
    async def one(request: AnyRequest, visitor: Visitor, name: str) -> ProbeDetail:
        view = probes.view(name)
        heartbeat = await _heartbeat(name, visitor) if probes.is_heartbeat(name) else None
        return ProbeDetail(probe_out(view, language(request)), heartbeat)

    async def _heartbeat(name: str, visitor: Visitor) -> HeartbeatOut:
        beat = heartbeats.beat(name)
        # Who knows the address can speak for the job, and a job's output may say anything.
        trusted = visitor.may("responder")
        pings = await heartbeats.last_pings(name, PINGS_TOLD) if trusted else []
        return HeartbeatOut(
            address=heartbeats.address(name) if trusted else None,
            due=heartbeats.due(name),
            last=beat.last,
            running_since=beat.started,
            took=None if beat.took is None else beat.took.total_seconds(),
            pings=[ping_out(ping) for ping in pings],
        )

    @post(
        "/api/v1/probes/{name:str}/check",
        summary="Look now",
        description="Looks at once, counts like any other look, and tells what it saw.",
        status_code=200,
        guards=[may("responder")],
    )
    async def check(request: AnyRequest, name: str) -> ProbeOut:
        return probe_out(await probes.check_now(name), language(request))

    @get("/api/v1/services", summary="Every service and its state")
    async def all_services(request: AnyRequest) -> list[ServiceOut]:
        standings = await services.standings()
        return [_service(name, standings.get(name), language(request)) for name in current.plan[SERVICES]]

    @get("/api/v1/services/{name:str}", summary="One service, and how available it was in a month")
    async def one_service(
        request: AnyRequest,
        name: str,
        month: Annotated[
            str | None, Parameter(description="A month as 2026-11; the present one if left out.", pattern=MONTH)
        ] = None,
    ) -> ServiceDetail:
        span = _month(month)
        found = await services.availability(name, span)
        sla = current.plan[SERVICES][name].sla
        budget = None if sla is None else judge(found, sla)
        standing = (await services.standings()).get(name)
        return ServiceDetail(_service(name, standing, language(request)), month_out(found, budget, language(request)))

    @post(
        "/api/v1/services/{name:str}/corrections",
        summary="Correct what was seen",
        description="Says what a service was in a time that has passed; the reason is kept, with who says it.",
        guards=[may("manager")],
    )
    async def correct(visitor: Visitor, name: str, data: CorrectionIn) -> CorrectionIn:
        span = Span(_aware(data.start), _aware(data.end))
        await services.correct(name, span, data.says, by=visitor.actor, reason=data.reason)
        return data

    @post(
        "/api/v1/deployments",
        summary="Tell that a version was deployed",
        description="It stands beside the charts and on the board of environments. The same within ten minutes is one.",
        guards=[may("responder")],
    )
    async def deploy(visitor: Visitor, data: DeploymentIn) -> DeploymentOut:
        at = clock.read() if data.at is None else _aware(data.at)
        one = Deployment(data.version.strip()[:LONGEST], at, visitor.actor, data.service, data.environment, data.link)
        new = await services.deployed(one)
        return DeploymentOut(one.version, one.service, one.environment, one.at, one.by, one.link, new)

    def _month(text: str | None) -> Span:
        zone = current.plan[TIMEZONE]
        if text is None:
            return month_of(clock.read(), zone)
        year, number = text.split("-")
        return month_span(int(year), int(number), zone)

    def _aware(at: datetime) -> datetime:
        return at if at.tzinfo else at.replace(tzinfo=current.plan[TIMEZONE])

    def _service(name: str, standing: Standing | None, spoken: Language) -> ServiceOut:
        service = current.plan[SERVICES][name]
        state, since = state_of(standing)
        because = standing.because if standing else msg("no probe watches it")
        return ServiceOut(
            name=name,
            label=say(service_name(current.plan, name), spoken),
            state=state,
            since=since,
            because=say(because, spoken),
            sla=service.sla,
            needs=list(service.needs),
            probes=[view.name for view in probes.views(name)],
        )

    return [listed, one, check, all_services, one_service, correct, deploy, *ping_routes(heartbeats, clock)]
