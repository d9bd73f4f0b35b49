"""The plan as a readable document, what is wrong with its files, and its revisions."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import Parameter

from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.diff import diff
from bosco.revisions.document import chapters
from bosco.revisions.opening import read_sources
from bosco.revisions.place import PlanPlace
from bosco.revisions.service import Revisions
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [Nav(msg("Plan"), "/plan", icon="book-open-text", order=80)]
PAGE = 20
Number = Annotated[int, Parameter(ge=1, le=2**31 - 1)]


def routes(shell: Shell, revisions: Revisions, current: CurrentPlan, place: PlanPlace, clock: Clock) -> list[Any]:
    """Return the plan's pages."""

    @get("/plan")
    async def document(request: AnyRequest) -> Response[str]:
        return shell.page(
            request,
            "revisions/plan.html",
            plan=current.plan,
            chapters=chapters(current.plan),
            newest=await revisions.newest(),
            mistakes=revisions.mistakes,
            warnings=revisions.warnings,
        )

    @get("/plan/revisions")
    async def history(request: AnyRequest, before: Number | None = None) -> Response[str]:
        found = await revisions.page(before, PAGE + 1)
        more = found[PAGE - 1].number if len(found) > PAGE else None
        return shell.page(request, "revisions/revisions.html", revisions=found[:PAGE], more=more, first=before is None)

    @get("/plan/revisions/{number:int}")
    async def one(request: AnyRequest, number: Number, against: Number | None = None) -> Response[str]:
        newest = await revisions.newest()
        chosen = await revisions.find(number)
        other = await revisions.find(against) if against else None
        changes = await compare(chosen.sources, other.sources) if other else None
        return shell.page(
            request, "revisions/revision.html", revision=chosen, newest=newest, against=other, changes=changes
        )

    async def compare(new: dict[str, str], old: dict[str, str]) -> Any:
        def work() -> Any:
            before, after = read_sources(old, place).plan, read_sources(new, place).plan
            return diff(before, after) if before and after else None

        return await clock.in_thread(None, work)

    @post("/plan/revisions/{number:int}/why", guards=[may("manager")])
    async def explain(request: AnyRequest, number: Number, visitor: Visitor) -> Response[Any]:
        form = await Form.read(request)
        why = form.text("why", most=500)
        form.refuse_if_wrong()
        await revisions.explain(number, why, actor=visitor.actor)
        return shell.go(request, f"/plan/revisions/{number}", msg("The reason is written down."))

    @post("/plan/revisions/{number:int}/restore", guards=[may("admin")])
    async def restore(request: AnyRequest, number: Number, visitor: Visitor) -> Response[Any]:
        form = await Form.read(request)
        why = form.text("why", most=500)
        form.refuse_if_wrong()
        await revisions.go_back(number, actor=visitor.actor, why=why)
        return shell.go(request, "/plan", msg("The plan of revision {number} is in force again.", number=number))

    @post("/plan/look", guards=[may("manager")])
    async def look(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        made = await revisions.look(actor=visitor.actor)
        if revisions.mistakes:
            told = msg("The files have {count} mistakes; the plan in force stays.", count=len(revisions.mistakes))
        elif made:
            told = msg("Revision {number} of the plan took effect.", number=made.number)
        else:
            told = msg("The files are what is in force.")
        return shell.go(request, "/plan", told)

    return [document, history, one, explain, restore, look]
