"""The pages of silences: those that hold, those that are over, a new one with what it would mute."""

from typing import Any

from litestar import Response, get, post

from bosco.alerts import covering
from bosco.alerts.model import Alert
from bosco.alerts.service import Alerts, Silences
from bosco.alerts.shown import shown
from bosco.alerts.silence_verbs import Covered
from bosco.alerts.silences import Silence
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.notices.audience import name_of
from bosco.notices.section import PRIORITIES
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.services.section import SERVICES, service_name
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

ON_A_PAGE = 50
SHOWN = 10


class SilencePages:
    """What the pages of silences have in common."""

    def __init__(self, shell: Shell, clock: Clock, current: CurrentPlan, alerts: Alerts, silences: Silences) -> None:
        self.shell = shell
        self._clock = clock
        self._current = current
        self._alerts = alerts
        self.silences = silences

    async def alert_of(self, form: Form) -> Alert | None:
        """Return the alert that is silenced, if the silence began from one."""
        known = form.value("from")[:40]
        return await self._alerts.get(known) if known else None

    def covers_of(self, form: Form, alert: Alert | None) -> dict[str, str]:
        """Return what the silence covers that is being made."""
        return covering.typed_covers(form) if alert is None else covering.scope_covers(alert, form.value("scope"))

    async def preview(self, form: Form, alert: Alert | None) -> Covered | None:
        """Return what the silence would mute; None while nothing is said of it."""
        covers = self.covers_of(form, alert)
        return await self.silences.covered(covers, SHOWN) if covers and form.ok else None

    async def make(self, form: Form, alert: Alert | None, by: str) -> Silence | None:
        """Make the silence; None if something in the form has to be put right."""
        plan = self._current.plan
        reason = form.text("reason", most=500)
        until = covering.typed_end(form, self._clock.read(), plan[TIMEZONE])
        covers = self.covers_of(form, alert)
        if not form.ok or until is None:
            return None
        try:
            return await self.silences.make(covers, until, by=by, reason=reason)
        except Refusal as refusal:
            if refusal.code is not Code.INVALID:
                raise
            form.fail(refusal.where or "reason", refusal.says)
            return None

    def preview_values(self, found: Covered | None) -> dict[str, Any]:
        """Return what the preview shows."""
        plan = self._current.plan
        return {
            "found": found,
            "muted": [shown(plan, one) for one in found.alerts] if found else [],
        }

    async def form_page(self, request: AnyRequest, form: Form, alert: Alert | None) -> Response[str]:
        """Show the form, with what is wrong in it and what it would mute."""
        plan = self._current.plan
        wrong = dict(form.errors)
        found = await self.preview(form, alert) if not wrong else None
        return self.shell.page(
            request,
            "alerts/silence.html",
            status=422 if wrong else 200,
            form=form,
            alert=alert,
            scopes=covering.scopes(plan, alert) if alert else [],
            spans=covering.spans(),
            services=[(key, service_name(plan, key)) for key in plan[SERVICES]],
            priorities=[(key, one.name or key) for key, one in plan[PRIORITIES].items()],
            sources=list(covering.SOURCES.items()),
            **self.preview_values(found),
        )

    def row(self, one: Silence, counts: dict[str, int]) -> dict[str, Any]:
        """Return a silence as its list shows it."""
        plan = self._current.plan
        return {
            "one": one,
            "covers": covering.said(plan, one.covers),
            "author": name_of(plan, one.author),
            "count": counts.get(one.id),
            "ended_by": name_of(plan, one.ended_by) if one.ended_by and one.ended_by != "bosco" else None,
        }


def silence_routes(pages: SilencePages) -> list[Any]:
    """Return the routes."""

    @get("/silences")
    async def silences_page(
        request: AnyRequest, visitor: Visitor, over: bool = False, before: str = ""
    ) -> Response[str]:
        found = await pages.silences.page(over=over, before=before[:40], limit=ON_A_PAGE)
        page = found[:ON_A_PAGE]
        counts = {} if over else await pages.silences.counts(page)
        older = f"/silences?over={int(over)}&before={page[-1].id}" if len(found) > ON_A_PAGE else None
        return pages.shell.page(
            request,
            "alerts/silences.html",
            rows=[pages.row(one, counts) for one in page],
            over=over,
            older=older,
            acts=visitor.may("responder"),
        )

    @get("/silences/new", guards=[may("responder")])
    async def new_page(request: AnyRequest) -> Response[str]:
        form = Form({"lasts": "1h", "scope": "this", **dict(request.query_params.items())})
        return await pages.form_page(request, form, await pages.alert_of(form))

    @get("/silences/preview", guards=[may("responder")])
    async def preview(request: AnyRequest) -> Response[str]:
        form = Form(dict(request.query_params.items()))
        try:
            found = await pages.preview(form, await pages.alert_of(form))
        except Refusal:
            found = None
        return pages.shell.fragment(request, "alerts/silence.html#preview", **pages.preview_values(found))

    @post("/silences/new", guards=[may("responder")], status_code=200)
    async def make(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        form = await Form.read(request)
        alert = await pages.alert_of(form)
        if form.value("step") == "preview" or await pages.make(form, alert, visitor.actor) is None:
            return await pages.form_page(request, form, alert)
        return pages.shell.go(request, alert.path if alert else "/silences", msg("It is silenced."))

    @post("/silences/{silence_id:str}/end", guards=[may("responder")], status_code=200)
    async def end(request: AnyRequest, visitor: Visitor, silence_id: str) -> Response[Any]:
        await pages.silences.end(silence_id, by=visitor.actor)
        return pages.shell.go(request, "/silences", msg("The silence is over."))

    return [silences_page, new_page, preview, make, end]
