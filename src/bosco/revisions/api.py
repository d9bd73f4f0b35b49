"""The plan for programs: as it is in force, its revisions, a check of another one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import get, post
from litestar.params import Body, Parameter

from bosco.kit.clock import Clock
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Finding
from bosco.plan.show import show
from bosco.revisions.opening import read_sources
from bosco.revisions.place import PlanPlace
from bosco.revisions.service import Revisions
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

MOST = 2_000_000


@dataclass
class FindingOut:
    """A mistake or a warning, with its place."""

    file: str
    line: int
    column: int
    says: str
    expected: str | None
    hint: str | None
    nearest: str | None


@dataclass
class PlanOut:
    """The plan in force: `text` is the resolved plan, with every default, as YAML."""

    revision: int | None
    digest: str
    text: str
    mistakes: list[FindingOut]
    warnings: list[FindingOut]


@dataclass
class RevisionOut:
    """One plan that was in force from an instant on."""

    number: int
    at: datetime
    digest: str
    actor: str
    why: str | None
    changes: list[str]


@dataclass
class PlanToCheck:
    """A plan's text, as one YAML file."""

    text: Annotated[str, Parameter(max_length=MOST)]


@dataclass
class Checked:
    """Whether a plan could be put into force, and everything there is to say about it."""

    valid: bool
    mistakes: list[FindingOut]
    warnings: list[FindingOut]


def routes(shell: Shell, revisions: Revisions, current: CurrentPlan, place: PlanPlace, clock: Clock) -> list[Any]:
    """Return the plan's API."""

    @get("/api/v1/plan", summary="The plan in force")
    async def plan(request: AnyRequest) -> PlanOut:
        return await in_force(request)

    @get("/api/v1/plan/revisions", summary="Its revisions, the newest first")
    async def history(
        request: AnyRequest,
        before: Annotated[int | None, Parameter(ge=1, le=2**31 - 1, required=False)] = None,
        limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
    ) -> list[RevisionOut]:
        language = shell.reader(request).language
        return [
            RevisionOut(
                one.number, one.at, one.digest, one.actor, one.why, [change.say(language) for change in one.changes]
            )
            for one in await revisions.page(before, limit)
        ]

    @post("/api/v1/plan/check", status_code=200, summary="Check a plan without putting it into force")
    async def check(request: AnyRequest, data: Annotated[PlanToCheck, Body()]) -> Checked:
        loaded = await clock.in_thread(None, lambda: read_sources({"plan.yml": data.text}, place))
        return Checked(
            loaded.plan is not None,
            [told(request, one) for one in loaded.mistakes],
            [told(request, one) for one in loaded.warnings],
        )

    @post("/api/v1/plan/reload", status_code=200, guards=[may("manager")], summary="Read the plan's files again")
    async def reload(request: AnyRequest, visitor: Visitor) -> PlanOut:
        await revisions.look(actor=visitor.actor)
        return await in_force(request)

    async def in_force(request: AnyRequest) -> PlanOut:
        newest = await revisions.newest()
        return PlanOut(
            newest.number if newest else None,
            current.plan.digest,
            show(current.plan),
            [told(request, one) for one in revisions.mistakes],
            [told(request, one) for one in revisions.warnings],
        )

    def told(request: AnyRequest, finding: Finding) -> FindingOut:
        language = shell.reader(request).language
        return FindingOut(
            finding.file,
            finding.line,
            finding.column,
            finding.says.say(language),
            finding.expected.say(language) if finding.expected else None,
            finding.hint.say(language) if finding.hint else None,
            finding.nearest,
        )

    return [plan, history, check, reload]
