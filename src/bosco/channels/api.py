"""The ways out for programs: how each channel is, a test of it, the letters and how they ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import get, post
from litestar.params import Parameter

from bosco.channels.deliveries import SUBJECT, Asked, Delivery, LetterState
from bosco.channels.health import Health, Standing
from bosco.channels.section import KINDS, channel_name, ways_out
from bosco.channels.service import Channels
from bosco.journal.service import Journal
from bosco.kit.packed import unpack
from bosco.kit.words import Language, say
from bosco.plan.current import CurrentPlan
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may


@dataclass
class ChannelOut:
    """A channel, its state, and its letters of the last 24 hours; durations are in seconds."""

    name: str
    label: str
    kind: str
    state: Standing
    because: str
    missing_secrets: list[str]
    delivered: int
    failed: int
    waiting: int
    rests_until: datetime | None


@dataclass
class TrialOut:
    """What came of a test."""

    channel: str
    arrived: bool
    says: str
    seconds: float
    to: list[str]


@dataclass
class LetterOut:
    """One letter and its end; `next_try` is told while it waits."""

    id: str
    channel: str
    event: str
    subject: str
    priority: str | None
    title: str
    why: str
    to: list[str]
    state: LetterState
    because: str | None
    answer: str | None
    seconds: float | None
    at: datetime
    ended_at: datetime | None
    attempts: int
    next_try: datetime | None


Limit = Annotated[int, Parameter(ge=1, le=200, description="How many at most.")]
Word = Annotated[str, Parameter(max_length=100)]


def routes(channels: Channels, current: CurrentPlan, shell: Shell, journal: Journal) -> list[Any]:
    """Return the API of the channels."""

    def language(request: AnyRequest) -> Language:
        return shell.reader(request).language

    def told(name: str, health: Health, spoken: Language) -> ChannelOut:
        plan = current.plan
        return ChannelOut(
            name=name,
            label=say(channel_name(plan, name), spoken),
            kind=say(KINDS[ways_out(plan)[name].kind].called, spoken),
            state=health.state,
            because=say(health.because, spoken),
            missing_secrets=list(health.missing),
            delivered=health.counted.delivered,
            failed=health.counted.failed,
            waiting=health.counted.waiting,
            rests_until=health.rests_until,
        )

    @get("/api/v1/channels", summary="Every channel and how it is", tags=["channels"])
    async def listed(request: AnyRequest) -> list[ChannelOut]:
        return [told(name, one, language(request)) for name, one in (await channels.health()).items()]

    @post(
        "/api/v1/channels/{name:str}/test",
        summary="Send a test",
        description="Sends one at once, past the queue, and tells what the far end answered.",
        status_code=200,
        guards=[may("responder")],
        tags=["channels"],
    )
    async def test(request: AnyRequest, visitor: Visitor, name: Word) -> TrialOut:
        trial = await channels.test(name, visitor.actor)
        to = [one.person or one.address for one in trial.to]
        return TrialOut(name, trial.arrived, say(trial.says, language(request)), trial.took.total_seconds(), to)

    @get("/api/v1/letters", summary="Letters and how they ended, the latest first", tags=["channels"])
    async def letters(
        request: AnyRequest,
        visitor: Visitor,
        channel: Annotated[str, Parameter(description="Only of that channel.", max_length=100)] = "",
        which: Annotated[LetterState | None, Parameter(query="state", description="Only those.")] = None,
        before: Annotated[str, Parameter(description="The last id of the page before.", max_length=40)] = "",
        limit: Limit = 50,
    ) -> list[LetterOut]:
        found = await channels.deliveries(Asked(channel, which or "", before, limit), journal.keeps(visitor, SUBJECT))
        return [_letter(one, language(request), visitor) for one in found[:limit]]

    @post(
        "/api/v1/letters/{letter_id:str}/retry",
        summary="Send a letter that failed once more",
        description="It keeps its id, so that a receiver can tell a repetition.",
        status_code=200,
        guards=[may("responder")],
        tags=["channels"],
    )
    async def retry(request: AnyRequest, visitor: Visitor, letter_id: Word) -> LetterOut:
        return _letter(await channels.retry(letter_id, visitor.actor), language(request), visitor)

    return [listed, test, letters, retry]


def _letter(one: Delivery, spoken: Language, visitor: Visitor) -> LetterOut:
    def words(packed: Any) -> str | None:
        return None if packed is None else str(say(unpack(packed), spoken))

    trusted = visitor.may("responder")
    return LetterOut(
        id=one.id,
        channel=one.channel,
        event=one.event,
        subject=one.subject,
        priority=one.priority,
        title=words(one.title) or "",
        why=words(one.why) or "",
        to=[person or (address if trusted else "…") for person, address in one.receivers],
        state=one.state,
        because=words(one.because),
        answer=words(one.answer),
        seconds=None if one.took is None else one.took.total_seconds(),
        at=one.at,
        ended_at=one.ended_at,
        attempts=one.attempts,
        next_try=one.next_try,
    )
