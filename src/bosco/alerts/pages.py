"""The pages of alerts: those that hold, and one of them with what happened and what comes next."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from bosco.alerts import covering
from bosco.alerts.model import Alert
from bosco.alerts.pages_rules import rule_routes
from bosco.alerts.pages_silences import SilencePages, silence_routes
from bosco.alerts.rows import Asked, place_of
from bosco.alerts.service import Alerts, Rules, Silences
from bosco.alerts.shown import Shown, shown
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.words import msg
from bosco.notices.model import Ahead
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.services.section import SERVICES, service_name
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [
    Nav(msg("Alerts"), "/alerts", icon="bell", order=11),
    Nav(msg("Levels"), "/rules", icon="sliders-horizontal", order=24),
]
STATES = {
    "firing": msg("They hold"),
    "unowned": msg("Nobody has them"),
    "held": msg("Muted"),
    "resolved": msg("Over"),
}
EMPTY = {
    "firing": msg("No alert holds"),
    "unowned": msg("Somebody has each of them"),
    "held": msg("Nothing is muted"),
    "resolved": msg("No alert is over yet"),
}
ON_A_PAGE = 50


def routes(  # noqa: PLR0913, PLR0917 - the page of an alert tells what happened, and what comes next
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    alerts: Alerts,
    silences: Silences,
    rules: Rules,
    notices: Notices,
    journal: Journal,
) -> list[Any]:
    """Return the routes."""

    async def listed(found: list[Alert]) -> list[Shown]:
        ahead = await notices.ahead_of([one.subject for one in found if one.state == "firing"])
        return [shown(current.plan, one, ahead.get(one.subject)) for one in found]

    @get("/alerts")
    async def alerts_page(
        request: AnyRequest, which: str = "firing", service: str = "", priority: str = "", before: str = ""
    ) -> Response[str]:
        plan, word = current.plan, which if which in STATES else "firing"
        first = () if word == "resolved" else (*plan[PRIORITIES],)
        asked = Asked(word, service[:200], priority[:200], before=before[:60], limit=ON_A_PAGE, most_urgent_first=first)
        found = await alerts.page(asked)
        counts = await alerts.counts(asked)
        narrowed = {name: value for name, value in (("service", service), ("priority", priority)) if value}
        page = found[:ON_A_PAGE]
        older = {"which": word, **narrowed, "before": place_of(asked, page[-1])} if len(found) > ON_A_PAGE else None
        return shell.page(
            request,
            "alerts/alerts.html",
            shown=await listed(page),
            tabs=[
                {
                    "href": f"/alerts?{urlencode({'which': key, **narrowed})}",
                    "label": label,
                    "current": key == word,
                    "count": counts.get(key),
                }
                for key, label in STATES.items()
            ],
            older=f"/alerts?{urlencode(older)}" if older else None,
            here_again=f"/alerts?{urlencode({'which': word, **narrowed, 'before': asked.before})}",
            state=word,
            empty=EMPTY[word],
            form=Form({"service": service, "priority": priority}),
            narrowed=bool(narrowed),
            services=[(key, service_name(plan, key)) for key in plan[SERVICES]],
            priorities=[
                (key, msg("{key} - {name}", key=key, name=one.name or key)) for key, one in plan[PRIORITIES].items()
            ],
        )

    @get("/alerts/{alert_id:str}")
    async def alert_page(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[str]:
        return await one_page(request, visitor, alert_id, None)

    @post("/alerts/{alert_id:str}/acknowledge", guards=[may("responder")], status_code=200)
    async def acknowledge(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[Any]:
        await alerts.acknowledge(alert_id, visitor.actor)
        return shell.go(request, f"/alerts/{alert_id}", msg("It is yours."))

    @post("/alerts/{alert_id:str}/give-back", guards=[may("responder")], status_code=200)
    async def give_back(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[Any]:
        await alerts.unacknowledge(alert_id, visitor.actor)
        return shell.go(request, f"/alerts/{alert_id}", msg("It is in nobody’s hands again."))

    @post("/alerts/{alert_id:str}/close", guards=[may("responder")], status_code=200)
    async def close(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[Any]:
        form = await Form.read(request)
        reason = form.text("reason", most=500)
        if not form.ok:
            return await one_page(request, visitor, alert_id, form)
        await alerts.close(alert_id, visitor.actor, reason)
        return shell.go(request, f"/alerts/{alert_id}", msg("It is closed."))

    async def one_page(request: AnyRequest, visitor: Visitor, alert_id: str, form: Form | None) -> Response[str]:
        one, plan = await alerts.get(alert_id), current.plan
        holds = one.state == "firing"
        ahead = (await notices.ahead_of([one.subject])).get(one.subject, Ahead()) if holds else Ahead()
        return shell.page(
            request,
            "alerts/alert.html",
            status=200 if form is None else 422,
            form=form,
            each=shown(plan, one, ahead),
            one=one,
            lines=(await journal.of(one.subject))[::-1],
            steps=[{"at": step.at, "says": unpack(step.says), "why": unpack(step.why)} for step in ahead.steps],
            earlier=[shown(plan, before) for before in await alerts.earlier(one)],
            details=[(unpack(name), unpack(value)) for name, value in one.details],
            acts=visitor.may("responder") and holds,
            scopes=covering.scopes(plan, one),
            spans=covering.spans(),
            silencing=Form({"scope": "this", "lasts": "1h"}),
        )

    pages = SilencePages(shell, clock, current, alerts, silences)
    return [
        alerts_page,
        alert_page,
        acknowledge,
        give_back,
        close,
        *silence_routes(pages),
        *rule_routes(shell, clock, current, rules, alerts),
    ]
