"""The page of one probe, and the button that looks at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.notices.urgency import urgency_of
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.probes.days import Days
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.page_chart import (
    POINTS,
    answer_chart,
    chart_start,
    first_point,
    phase_bar,
    phase_chart,
    phase_shares,
    state_markers,
)
from bosco.probes.page_days import bars
from bosco.probes.page_heartbeat import ENDINGS, PING_WORDS, examples, job_of, job_verdict
from bosco.probes.page_probe import meaning, rhythm_of, rule_of, target_of, verdict_of
from bosco.probes.page_span import SPANS, span_called, span_tabs
from bosco.probes.page_state import word_of
from bosco.probes.results import ProbeResults
from bosco.probes.section import PROBES, probe_name
from bosco.probes.service import Probes
from bosco.services.intervals import Interval
from bosco.services.section import SERVICES, service_name
from bosco.services.service import Services
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

RESULTS = 20
PINGS = 20
HISTORY = 15
# Microseconds since 1970: where the page of older looks begins.
Before = Annotated[int | None, Parameter(ge=0, le=2**53)]


@dataclass(frozen=True)
class Sources:
    """What the page of a probe asks."""

    shell: Shell
    clock: Clock
    current: CurrentPlan
    probes: Probes
    heartbeats: Heartbeats
    results: ProbeResults
    services: Services
    days: Days


def probe_routes(  # noqa: PLR0913, PLR0917 - the page shows what every other part knows
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    probes: Probes,
    heartbeats: Heartbeats,
    results: ProbeResults,
    services: Services,
    days: Days,
) -> list[Any]:
    """Return the routes of one probe."""
    ask = Sources(shell, clock, current, probes, heartbeats, results, services, days)

    @get("/probes/{name:str}")
    async def probe_page(
        request: AnyRequest, visitor: Visitor, name: str, span: str = "24h", before: Before = None
    ) -> Response[str]:
        values = await _now(ask, request, visitor, name)
        if request.headers.get("hx-request"):
            return shell.fragment(request, "probes/probe.html#now", **values)
        older = await _looks(ask, name, before)
        charts = await _charts(ask, name, span)
        return shell.page(request, "probes/probe.html", **values, **older, **charts)

    @get("/probes/{name:str}/looks")
    async def looks(request: AnyRequest, name: str) -> Response[str]:
        values = await _looks(ask, name, None)
        return shell.fragment(request, "probes/probe.html#looks", view=probes.view(name), **values)

    @post("/probes/{name:str}/check", guards=[may("responder")], status_code=200)
    async def check(request: AnyRequest, visitor: Visitor, name: str) -> Response[Any]:
        view = await probes.check_now(name)
        if not request.headers.get("hx-request"):
            return shell.go(request, f"/probes/{name}", msg("Bosco has looked: {because}", because=_seen(view)))
        values = await _now(ask, request, visitor, name)
        # The row of this look is durable a moment later, so the list of looks fetches itself anew.
        return shell.fragment(request, "probes/probe.html#now", headers={"HX-Trigger-After-Settle": "looked"}, **values)

    return [probe_page, looks, check]


def _seen(view: Any) -> object:
    return view.reading.because if view.reading and view.reading.because else view.because


async def _now(ask: Sources, request: AnyRequest, visitor: Visitor, name: str) -> dict[str, Any]:
    view, plan, now = ask.probes.view(name), ask.current.plan, ask.clock.read()
    probe, standing = plan[PROBES].get(name), ask.probes.standings.get(name)
    word = word_of(view, standing)
    values: dict[str, Any] = {
        "view": view,
        "title": view.label or name,
        "probe": probe,
        "word": word,
        "meaning": await _meaning(ask, plan, name, view.service),
        "service_label": service_name(plan, view.service) if view.service else None,
        "needed": probe_name(plan, name),
        "target": target_of(probe) if probe else "",
        "rhythm": rhythm_of(probe) if probe else None,
        "rule": rule_of(probe) if probe else None,
        "priority": _priority(plan, name),
        "urgency": urgency_of(plan, _priority(plan, name)) if view.state == "down" else None,
        "lateness": timedelta(seconds=ask.probes.schedule.lateness.percentile(0.99)),
        "phase_bar": phase_bar,
        "phase_shares": phase_shares,
        "job": None,
        "may_check": visitor.may("responder") and not view.paused,
        "trusted": visitor.may("responder"),
        "days": bars((await ask.days.of_probes([name], now))[name]),
    }
    if not ask.probes.is_heartbeat(name):
        return {**values, "verdict": verdict_of(view, word, probe, standing, now)}
    job = job_of(ask.heartbeats.beat(name), ask.heartbeats.due(name), now)
    values.update(verdict=job_verdict(view, word, job), job=job, may_check=False, ping_words=PING_WORDS, pings=[])
    if visitor.may("responder"):
        # Who knows the address can speak for the job, and a job's output may say anything.
        base = ask.shell.site.url or f"{request.url.scheme}://{request.url.netloc}"
        url = base.rstrip("/") + ask.heartbeats.address(name)
        rhythm = getattr(probe.look, "rhythm", None) if probe else None
        cron = None if rhythm is None or isinstance(rhythm, timedelta) else str(rhythm)
        values.update(
            pings=await ask.heartbeats.last_pings(name, PINGS),
            url=url,
            endings=ENDINGS,
            examples=examples(url, cron),
        )
    return values


async def _meaning(ask: Sources, plan: Plan, name: str, service: str | None) -> object:
    if service is None:
        return None
    standing = (await ask.services.standings()).get(service)
    if standing is None:
        return None
    others = [one for one in ask.probes.views(service) if one.name != name and one.state == standing.state]
    return meaning(service_name(plan, service), standing.state, alone=not others)


def _priority(plan: Plan, name: str) -> str | None:
    probe = plan[PROBES].get(name)
    if probe is None:
        return None
    service = plan[SERVICES].get(probe.service) if probe.service else None
    return probe.down or (service.down if service else None)


async def _looks(ask: Sources, name: str, before: int | None) -> dict[str, Any]:
    ask.probes.view(name)
    at = None if before is None else _instant(before)
    found = await ask.results.last(name, RESULTS + 1, at)
    older = None
    if len(found) > RESULTS:
        older = round(found[RESULTS - 1].at.timestamp() * 1_000_000)
    return {"results": found[:RESULTS], "older": older, "before": before}


def _instant(micros: int) -> datetime:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    except OverflowError as error:
        raise Refusal(Code.INVALID, msg("This is not a date with a time.")) from error


async def _charts(ask: Sources, name: str, word: str) -> dict[str, Any]:
    span, now = span_called(word), ask.clock.read()
    since = now - span.length
    view = ask.probes.view(name)
    states: list[Interval] = await ask.probes.intervals([name], now - SPANS[-1].length, now)
    series = await ask.results.series(name, chart_start(since, states, now), now, POINTS)
    markers = state_markers(states, first_point(series), now)
    summary = (await ask.results.summaries(since, now)).get(name)
    return {
        "span": span,
        "tabs": span_tabs(span, f"/probes/{name}"),
        "summary": summary,
        "answers": answer_chart(series, view.every, markers) if any(one is not None for one in series.mean) else None,
        "phases": phase_chart(series, view.every, markers),
        "history": states[-HISTORY:][::-1],
    }
