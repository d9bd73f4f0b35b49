"""Where measures come from, for programs: each source and each scraped target, and how they do."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter

from bosco.kit.words import Language, Sayable, msg, say
from bosco.plan.current import CurrentPlan
from bosco.signals.built_in import BUILT_IN
from bosco.signals.feeding import Asked
from bosco.signals.scrape import Scraped
from bosco.signals.section import SIGNALS, is_fed, source_of, unfed, unit_of
from bosco.signals.service import Feeds
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

MOST = 1000
Limit = Annotated[int, Parameter(ge=1, le=MOST)]
Offset = Annotated[int, Parameter(ge=0)]


class SourceOut(msgspec.Struct):
    """A measure that the plan or Bosco itself feeds, and how the last question to its source went."""

    measure: str
    kind: str
    unit: str
    fed: bool
    # Why nothing comes, as far as that is known.
    why: str | None = None
    asked_at: datetime | None = None
    seconds: float | None = None
    values: int | None = None


class TargetOut(msgspec.Struct):
    """A scraped address, and how the last scrape went."""

    job: str
    address: str
    up: bool | None = None
    why: str | None = None
    scraped_at: datetime | None = None
    seconds: float | None = None
    samples: int | None = None


def source_routes(feeds: Feeds, current: CurrentPlan, shell: Shell) -> list[Any]:
    """Return both lists."""

    def one(name: str, language: Language) -> SourceOut:
        plan, asked = current.plan, feeds.feeding.asked.get(name)
        signal = plan[SIGNALS].get(name)
        why = (source_of(signal).unfed if signal else unfed(plan, name)) or (why_silent(asked) if asked else None)
        return SourceOut(
            name,
            signal.kind if signal else "bosco",
            unit_of(plan, name),
            is_fed(plan, name) and not why,
            say(why, language) if why else None,
            asked.at if asked else None,
            asked.took.total_seconds() if asked else None,
            asked.values if asked else None,
        )

    @get("/api/v1/signals", summary="Where measures come from")
    async def sources(request: AnyRequest, limit: Limit = MOST, offset: Offset = 0) -> list[SourceOut]:
        plan = current.plan
        names = [*plan[SIGNALS], *(name for name in BUILT_IN if name not in plan[SIGNALS])]
        return [one(name, shell.reader(request).language) for name in names[offset : offset + limit]]

    @get("/api/v1/scrape", summary="What is scraped")
    async def targets(request: AnyRequest, limit: Limit = MOST, offset: Offset = 0) -> list[TargetOut]:
        found = list(feeds.scraping.targets.items())[offset : offset + limit]
        return [_target(job, address, target.last, shell.reader(request).language) for (job, address), target in found]

    return [sources, targets]


def _target(job: str, address: str, last: Scraped | None, language: Language) -> TargetOut:
    if last is None:
        return TargetOut(job, address)
    why = say(last.why, language) if last.why else None
    return TargetOut(job, address, last.up, why, last.at, last.took.total_seconds(), last.samples)


def why_silent(asked: Asked) -> Sayable | None:
    """Return why the last question to a source brought no value."""
    return asked.why or (None if asked.values else msg("the source gave no value"))
