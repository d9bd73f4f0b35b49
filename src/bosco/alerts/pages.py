"""The pages of alerts: those that hold, and one of them with what happened and what comes next."""

from typing import Any

from litestar import Response, get, post

from bosco.alerts.model import HOLDS
from bosco.alerts.rows import Asked
from bosco.alerts.service import Alerts
from bosco.journal.service import Journal
from bosco.kit.packed import unpack
from bosco.kit.words import msg
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.people.section import shown_name
from bosco.plan.current import CurrentPlan
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [Nav(msg("Alerts"), "/alerts", icon="bell", order=11)]
STATES = {"firing": msg("They hold"), "resolved": msg("Over")}
ON_A_PAGE = 50


def routes(shell: Shell, current: CurrentPlan, alerts: Alerts, notices: Notices, journal: Journal) -> list[Any]:
    """Return the routes."""

    def called(actor: str | None) -> Any:
        return None if actor is None else shown_name(current.plan, actor.partition(":")[2] or actor)

    def shown(one: Any) -> dict[str, Any]:
        known = current.plan[PRIORITIES].get(one.priority)
        return {
            "one": one,
            "title": unpack(one.title),
            "why": unpack(one.why),
            "seen": unpack(one.seen),
            "against": unpack(one.against),
            "color": (known.color if known else None) or "grey",
            "blink": bool(known and known.blink and one.state == "firing" and not one.hold),
            "owner": called(one.acknowledged_by),
            "held": (HOLDS[one.hold.kind], unpack(one.hold.why)) if one.hold else None,
        }

    @get("/alerts")
    async def alerts_page(request: AnyRequest, which: str = "firing", before: str = "") -> Response[str]:
        word = which if which in STATES else "firing"
        found = await alerts.page(Asked(state=word, before=before[:40], limit=ON_A_PAGE))
        page = found[:ON_A_PAGE]
        more = f"/alerts?which={word}&before={page[-1].id}" if len(found) > ON_A_PAGE else None
        tabs = [
            {"href": f"/alerts?which={key}", "label": label, "current": key == word} for key, label in STATES.items()
        ]
        return shell.page(
            request, "alerts/alerts.html", shown=[shown(one) for one in page], tabs=tabs, older=more, state=word
        )

    @get("/alerts/{alert_id:str}")
    async def alert_page(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[str]:
        return await one_page(request, visitor, alert_id, None)

    @post("/alerts/{alert_id:str}/acknowledge", guards=[may("responder")], status_code=200)
    async def acknowledge(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[Any]:
        await alerts.acknowledge(alert_id, visitor.actor)
        return shell.go(request, f"/alerts/{alert_id}", msg("It is yours."))

    @post("/alerts/{alert_id:str}/close", guards=[may("responder")], status_code=200)
    async def close(request: AnyRequest, visitor: Visitor, alert_id: str) -> Response[Any]:
        form = await Form.read(request)
        reason = form.text("reason", most=500)
        if not form.ok:
            return await one_page(request, visitor, alert_id, form)
        await alerts.close(alert_id, visitor.actor, reason)
        return shell.go(request, f"/alerts/{alert_id}", msg("It is closed."))

    async def one_page(request: AnyRequest, visitor: Visitor, alert_id: str, form: Form | None) -> Response[str]:
        one = await alerts.get(alert_id)
        steps = [] if one.state == "resolved" else await notices.next_steps(one.subject)
        return shell.page(
            request,
            "alerts/alert.html",
            status=200 if form is None else 422,
            form=form,
            lines=(await journal.of(one.subject))[::-1],
            steps=[{"at": step.at, "says": unpack(step.says)} for step in steps],
            acts=visitor.may("responder") and one.state == "firing",
            **shown(one),
        )

    return [alerts_page, alert_page, acknowledge, close]
