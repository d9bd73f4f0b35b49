"""Incidents for programs: which there are, what moved first, what is to be said, what was learnt, and the figures."""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from litestar import get, post

from bosco.incidents import learning
from bosco.incidents.figures import Figures, figures_of
from bosco.incidents.pages_figures import SPANS, counted_of
from bosco.incidents.postmortem import PARTS, Part
from bosco.incidents.section import Audience
from bosco.incidents.service import Incidents
from bosco.incidents.store import Postmortem, State
from bosco.incidents.tell_world import Words
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Language, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.records.listing import may_write
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.store.store import Store
from bosco.web.visitor import Visitor

Span = Literal["90d", "1y", "all"]


class IncidentOut(msgspec.Struct, kw_only=True):
    """An incident with its instants; one that has not come is null."""

    number: str
    title: str
    priority: str
    stage: str
    service: str | None
    began: datetime
    detected: datetime
    acknowledged: datetime | None
    resolved: datetime | None
    over: bool
    # Whether it was resolved in time; null while that is open.
    kept: bool | None


class MoveOut(msgspec.Struct, kw_only=True):
    """A signal that left its usual range, the earliest first."""

    name: str
    label: str
    unit: str
    at: datetime
    usual: float
    reached: float


class SentenceOut(msgspec.Struct, kw_only=True):
    """A sentence, and the line of the journal that it rests on; a person's own has none."""

    says: str
    line: str | None
    at: datetime | None


class PostmortemOut(msgspec.Struct, kw_only=True):
    """What was learnt: `state` is draft, review or published."""

    number: str
    state: State
    version: int
    due: datetime | None
    published: datetime | None
    parts: dict[str, list[SentenceOut]]


class WordsIn(msgspec.Struct, kw_only=True):
    """Words about an incident, in one language or both; those for the world count as the word that was due."""

    fr: str = ""
    en: str = ""
    audience: Audience = "public"


class PartIn(msgspec.Struct, kw_only=True):
    """The sentences of a part, over which version they are written."""

    sentences: list[str]
    version: int


class FiguresOut(msgspec.Struct, kw_only=True):
    """Figures of a time: seconds in the middle; null where nothing was counted."""

    count: int
    open: int
    to_detect: float | None
    to_acknowledge: float | None
    to_resolve: float | None
    kept: float | None


def routes(
    incidents: Incidents, records: Records, sight: Sight, store: Store, clock: Clock, current: CurrentPlan
) -> list[Any]:
    """Return the API of incidents."""

    async def cases(visitor: Visitor, span: Span) -> list[Any]:
        hidden = await store.read(lambda tx: sight.hidden(tx, visitor))
        found = await incidents.cases(clock.read() - SPANS[span][0])
        return [(case, record) for case, record in found if record.kind not in hidden]

    @get("/api/v1/incidents", summary="Incidents, the latest first")
    async def listed(visitor: Visitor, span: Span = "90d") -> list[IncidentOut]:
        return [_out(counted_of(case, record), record) for case, record in await cases(visitor, span)]

    @get("/api/v1/incidents/figures", summary="How incidents went, in figures")
    async def figures(visitor: Visitor, span: Span = "90d") -> FiguresOut:
        return _figures(figures_of([counted_of(case, record) for case, record in await cases(visitor, span)]))

    @get("/api/v1/incidents/{number:str}/moves", summary="What moved first around the start of an incident")
    async def moves(visitor: Visitor, number: str) -> list[MoveOut]:
        room = await incidents.room(await sight.get(number, visitor))
        return [msgspec.convert(one, MoveOut, from_attributes=True) for one in room.moves]

    @post("/api/v1/incidents/{number:str}/words", summary="Keep what is said about an incident", status_code=200)
    async def words(visitor: Visitor, number: str, data: WordsIn) -> IncidentWords:
        await _may_write(visitor, number)
        await incidents.keep_words(number, Words(data.audience, data.fr, data.en), visitor.actor)
        return IncidentWords(number=number, told=(await records.get(number)).told)

    @get("/api/v1/incidents/{number:str}/postmortem", summary="What was learnt from an incident")
    async def postmortem(visitor: Visitor, number: str, language: Language | None = None) -> PostmortemOut:
        await sight.get(number, visitor)
        return await _postmortem(number, language)

    @post("/api/v1/incidents/{number:str}/postmortem/{part:str}", summary="Write a part of it", status_code=200)
    async def write(visitor: Visitor, number: str, part: str, data: PartIn) -> PostmortemOut:
        await _may_write(visitor, number)
        spoken: Language = current.plan[LANGUAGE]
        lines = data.sentences
        await incidents.write_part(number, part, lines, version=data.version, by=visitor.actor, language=spoken)
        return await _postmortem(number, None)

    async def _postmortem(number: str, language: Language | None) -> PostmortemOut:
        found = await incidents.postmortem(number)
        if found is None:
            raise not_found(msg("{number} has no post-mortem.", number=number[:60]))
        spoken: Language = current.plan[LANGUAGE]
        return _learnt(found, language or spoken)

    async def _may_write(visitor: Visitor, number: str) -> None:
        if not may_write(visitor):
            raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))
        await sight.get(number, visitor)

    return [listed, figures, moves, words, postmortem, write]


class IncidentWords(msgspec.Struct, kw_only=True):
    """When the world was told about an incident, so far."""

    number: str
    told: tuple[datetime, ...]


def _out(one: Any, record: Any) -> IncidentOut:
    return IncidentOut(
        number=one.number,
        title=record.title,
        priority=one.priority,
        stage=record.stage,
        service=one.service,
        began=one.began,
        detected=one.detected,
        acknowledged=one.acknowledged,
        resolved=one.resolved,
        over=record.over,
        kept=one.kept,
    )


def _learnt(found: Postmortem, language: Language) -> PostmortemOut:
    def said(part: Part) -> list[SentenceOut]:
        sentences = learning.sentences(found, part)
        return [SentenceOut(says=str(say(unpack(one.says), language)), line=one.line, at=one.at) for one in sentences]

    return PostmortemOut(
        number=found.number,
        state=found.state,
        version=found.version,
        due=found.due,
        published=found.published,
        parts={part: said(part) for part in PARTS},
    )


def _figures(found: Figures) -> FiguresOut:
    def seconds(times: Any) -> float | None:
        middle: timedelta | None = times.median if times else None
        return middle.total_seconds() if middle is not None else None

    return FiguresOut(
        count=found.count,
        open=found.open,
        to_detect=seconds(found.detect),
        to_acknowledge=seconds(found.acknowledge),
        to_resolve=seconds(found.resolve),
        kept=found.kept,
    )
