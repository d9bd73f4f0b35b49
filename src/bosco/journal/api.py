"""The journal for programs: pages by cursor, and a stream of what happens."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter
from litestar.response import Stream

from bosco.journal.model import Line
from bosco.journal.paging import PAGE, Question
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import Language
from bosco.web.events import Event, Stopping, event_stream, last_seen
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

LARGEST_PLACE = 2**53
LARGEST_PAGE = 500
Place = Annotated[int | None, Parameter(ge=0, le=LARGEST_PLACE)]
Limit = Annotated[int, Parameter(ge=1, le=LARGEST_PAGE)]
Name = Annotated[
    str | None, Parameter(min_length=1, max_length=300, description="Exact, or open at the end with a star: `probe:*`.")
]


class TimelineLine(msgspec.Struct, kw_only=True):
    """One thing that happened; `place` orders the whole journal, `says` tells the line in the reader's language."""

    place: int
    id: str
    at: datetime
    subject: str
    what: str
    actor: str
    why: str | None
    data: dict[str, Any]
    says: str


class Timeline(msgspec.Struct, kw_only=True):
    """Lines in the order of their places; go on with `before=older` or `after=newer`."""

    lines: list[TimelineLine]
    older: int | None
    newer: int | None


def told(line: Line, language: Language) -> TimelineLine:
    """Return the line as programs read it."""
    assert line.place is not None
    return TimelineLine(
        place=line.place,
        id=line.id,
        at=line.at,
        subject=line.subject,
        what=line.what,
        actor=line.actor,
        why=line.why,
        data=line.data,
        says=line.say(language),
    )


def routes(shell: Shell, journal: Journal, stopping: Stopping, clock: Clock) -> list[Any]:
    """Return what programs may ask of the journal."""

    @get("/api/v1/timeline", tags=["journal"])
    async def timeline(  # noqa: PLR0913, PLR0917 - a filter is asked for in words
        request: AnyRequest,
        visitor: Visitor,
        after: Place = None,
        before: Place = None,
        limit: Limit = PAGE,
        subject: Name = None,
        what: Name = None,
        actor: Name = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Timeline:
        """Read the journal: the last lines, the last ones before a place, or the first ones after a place."""
        asked = Question(after, before, limit, subject, what, actor, _aware(since), _aware(until))
        page = await journal.page(asked, visitor)
        language = shell.reader(request).language
        return Timeline(lines=[told(line, language) for line in page.lines], older=page.older, newer=page.newer)

    @get("/api/v1/timeline/stream", tags=["journal"], media_type="text/event-stream")
    async def stream(request: AnyRequest, visitor: Visitor, after: Place = None) -> Stream:
        """Follow the journal as server-sent events, from now on or from after a place; each event's id is its place."""
        language = shell.reader(request).language
        seen = last_seen(request)
        start = int(seen) if seen and seen.isascii() and seen.isdigit() and int(seen) <= LARGEST_PLACE else after

        async def events() -> AsyncIterator[Event]:
            async for line in journal.tail(start):
                if await journal.shows(line, visitor):
                    data = msgspec.json.encode(told(line, language)).decode()
                    yield Event(data, name="line", id=str(line.place))

        return event_stream(events(), stopping, clock)

    return [timeline, stream]


def _aware(at: datetime | None) -> datetime | None:
    # An instant without its zone means UTC, as everywhere in the API.
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
