"""The page of one service, and the form with which a manager corrects what was counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from litestar import Response, get, post

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.probes.burning import burns_of
from bosco.probes.days import Days
from bosco.probes.model import ProbeView
from bosco.probes.page_chart import POINTS, answer_chart, chart_start, first_point, phase_chart, state_markers
from bosco.probes.page_days import bars
from bosco.probes.page_probe import next_look
from bosco.probes.page_probes import row_of
from bosco.probes.page_service import banner_of, causes_of, effects, last_months, month_kept
from bosco.probes.page_services import link, stands
from bosco.probes.page_span import SPANS, span_called
from bosco.probes.page_state import WORDS, word_of
from bosco.probes.page_tree import needed_by
from bosco.probes.results import ProbeResults
from bosco.probes.section import PROBES
from bosco.probes.service import Probes
from bosco.services.availability import Said
from bosco.services.maintenance import Work
from bosco.services.marks import SORTS
from bosco.services.model import SAID
from bosco.services.section import SERVICES, service_name
from bosco.services.service import Services
from bosco.services.spans import Span
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

LINES = 12
HISTORY = 12
MARKS = 30
# So much planned work is told, of so long a time.
WORKS, AHEAD = 4, timedelta(days=31)
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Asked:
    """What the page of a service asks."""

    shell: Shell
    clock: Clock
    current: CurrentPlan
    services: Services
    probes: Probes
    results: ProbeResults
    days: Days
    journal: Journal


def service_routes(ask: Asked) -> list[Any]:
    """Return the routes of one service."""

    @get("/services/{name:str}")
    async def service_page(
        request: AnyRequest, visitor: Visitor, name: str, span: str = "24h", probe: str = ""
    ) -> Response[str]:
        values = await _now(ask, name)
        if request.headers.get("hx-request"):
            return ask.shell.fragment(request, "probes/service.html#now", **values)
        more = {**await _past(ask, name), **await _charts(ask, name, span, probe)}
        return ask.shell.page(
            request, "probes/service.html", form=None, manages=visitor.may("manager"), **values, **more
        )

    @post("/services/{name:str}/corrections", guards=[may("manager")], status_code=200)
    async def correct(request: AnyRequest, visitor: Visitor, name: str) -> Response[Any]:
        _known(ask, name)
        form = await Form.read(request)
        zone = ask.shell.reader(request).zone
        start, end = form.instant("start", zone), form.instant("end", zone)
        says, reason = form.choice("says", SAID), form.lines("reason", most=LONGEST_REASON)
        if start and end and form.ok:
            try:
                await ask.services.correct(name, Span(start, end), cast(Said, says), by=visitor.actor, reason=reason)
            except Refusal as refusal:
                if refusal.code is not Code.INVALID:
                    raise
                form.fail(refusal.where or "end", refusal.says)
        if form.ok:
            return ask.shell.go(request, f"/services/{name}#months", msg("The correction is kept, with its reason."))
        values = {**await _now(ask, name), **await _past(ask, name), **await _charts(ask, name, "24h", "")}
        return ask.shell.page(request, "probes/service.html", status=422, form=form, manages=True, **values)

    return [service_page, correct]


def _known(ask: Asked, name: str) -> None:
    if name not in ask.current.plan[SERVICES]:
        raise not_found(msg("There is no service called {name}.", name=name[:100]))


async def _now(ask: Asked, name: str) -> dict[str, Any]:
    _known(ask, name)
    plan, now, standings = ask.current.plan, ask.clock.read(), await ask.services.standings()
    one = stands(plan, name, standings)
    leaning = needed_by(plan[SERVICES], name)
    views = ask.probes.views(name)
    figures = await ask.results.summaries(now - SPANS[0].length, now)
    rows = [
        row_of(view, word_of(view, ask.probes.standings.get(view.name)), None, figures.get(view.name)) for view in views
    ]
    drawn = (await ask.days.of_services([name], now))[name]
    marks = await ask.services.what_touched(name, Span(drawn[0].start, now))
    return {
        "one": one,
        "banner": banner_of(one, [service_name(plan, other) for other in leaning], _next_look(ask, views, now)),
        "now": now,
        "needed_by": [link(plan, other, standings) for other in leaning],
        "rows": sorted(rows, key=lambda row: WORDS.index(row.word)),
        "days": bars(drawn, marks),
        "marks": marks[::-1][:MARKS],
        "sorts": SORTS,
        "works": await _works(ask, name, now),
        "lines": (await ask.journal.of(f"service:{name}", LINES))[::-1][:LINES],
    }


async def _works(ask: Asked, name: str, now: datetime) -> list[Work]:
    """Return the planned work that is under way or comes next."""
    found = await ask.services.works(name, Span(now, now + AHEAD))
    return [one for one in found if one.excuses][:WORKS]


def _next_look(ask: Asked, views: list[ProbeView], now: datetime) -> datetime | None:
    """Return when Bosco looks next at what is not well."""
    plan = ask.current.plan[PROBES]
    return min(
        (
            next_look(view, plan[view.name], ask.probes.standings.get(view.name), now)
            for view in views
            if view.state != "up" and not view.paused and view.name in plan and not plan[view.name].look.comes_to_us
        ),
        default=None,
    )


async def _past(ask: Asked, name: str) -> dict[str, Any]:
    plan, now = ask.current.plan, ask.clock.read()
    sla = plan[SERVICES][name].sla
    spans = last_months(now, plan[TIMEZONE])
    months = [month_kept(await ask.services.availability(name, span), sla) for span in spans]
    states = await ask.services.intervals([name], now - SPANS[-1].length, now)
    needs = [key for key in plan[SERVICES][name].needs if key in plan[SERVICES]]
    leaning = await ask.services.intervals(needs, months[0].span.start, now) if needs else []
    burning = await burns_of(plan, name, now, ask.services, ask.results)
    return {
        "burn": max((one for one in burning if one.rate is not None), key=lambda one: one.rate or 0, default=None),
        "month": months[0],
        "causes": causes_of(months[0], [(service_name(plan, key), key) for key in needs], leaning),
        "months": [month for month in months if month.seen or month is months[0]],
        "excused": any(month.found.maintenance_down for month in months),
        "corrections": effects(months),
        "said": SAID,
        "history": states[-HISTORY:][::-1],
    }


async def _charts(ask: Asked, name: str, word: str, probe: str) -> dict[str, Any]:
    span, now = span_called(word), ask.clock.read()
    views = [view for view in ask.probes.views(name) if not ask.probes.is_heartbeat(view.name)]
    chosen = next((view for view in views if view.name == probe), views[0] if views else None)
    if chosen is None:
        return {"chosen": None, "answers": None, "phases": None, "tabs": [], "others": []}
    since = now - span.length
    watched = await ask.probes.intervals([chosen.name], since, now)
    series = await ask.results.series(chosen.name, chart_start(since, watched, now), now, POINTS)
    begins = first_point(series)
    marks = await ask.services.what_touched(name, Span(begins, now))
    markers = state_markers(await ask.services.intervals([name], since, now), begins, now, marks)
    path = f"/services/{name}?probe={chosen.name}"
    return {
        "chosen": chosen,
        "others": [
            {
                "href": f"/services/{name}?span={span.word}&probe={view.name}#charts",
                "label": view.label or view.name,
                "current": view is chosen,
            }
            for view in views
        ],
        "answers": answer_chart(series, chosen.every, markers) if any(one is not None for one in series.mean) else None,
        "phases": phase_chart(series, chosen.every, markers),
        "tabs": [
            {"href": f"{path}&span={one.word}#charts", "label": one.label, "current": one is span} for one in SPANS
        ],
    }
