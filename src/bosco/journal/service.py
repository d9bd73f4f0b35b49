"""The journal's verbs: seal, read, follow, verify."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from bosco.journal import seal
from bosco.journal.append import BELL
from bosco.journal.audience import Audience, Keeps, Narrowing, hidden_from
from bosco.journal.model import Anchor, Line, Verdict
from bosco.journal.paging import Page, Question, read_page
from bosco.journal.reading import SUBJECT, Filter, is_shown, last_place, line_of, read_lines, waiting_lines
from bosco.journal.verify import Walk, read_end
from bosco.kit.clock import Clock
from bosco.kit.marks import engine, service
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor

log = logging.getLogger(__name__)
# Lines that come one by one share a seal's commit when they come this close together.
GATHER = timedelta(milliseconds=10)
AFTER_A_FAILURE = timedelta(seconds=5)


@service
class Journal:
    """The log book."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._words: dict[str, int] = {}
        self._audience = Audience()

    async def read(  # noqa: PLR0913 - a filter is asked for in words
        self,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 50,
        subject: str | None = None,
        what: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Line]:
        """Return lines in the order of their places: the first ones after a place, or else the last ones before one.

        Names are exact, or open at the end with a star: `subject="probe:*"`. Lines without a place are not told.
        """
        which = Filter(subject, what, actor, since, until)
        return await self._store.read(lambda tx: read_lines(tx, which, after=after, before=before, limit=limit))

    def narrow(self, narrowing: Narrowing) -> None:
        """Keep lines of some subjects from those whom another room says."""
        self._audience.narrow(narrowing)

    def keeps(self, visitor: Visitor, subject: ColumnElement[str]) -> Keeps:
        """Return what must hold of the subject of whatever a visitor may read, for other lists than the journal's."""
        return lambda tx: self._audience.conditions(tx, visitor, subject)

    async def page(self, asked: Question, visitor: Visitor) -> Page:
        """Return one page of what a reader asks for, without what is hidden from this reader."""
        hidden = hidden_from(visitor)

        def work(tx: Tx) -> Page:
            return read_page(tx, asked, hidden, self._audience.conditions(tx, visitor, SUBJECT))

        return await self._store.read(work)

    async def shows(self, line: Line, visitor: Visitor) -> bool:
        """Say whether a visitor may read a line."""
        place = line.place
        if place is None or line.what.startswith(hidden_from(visitor)):
            return False

        def work(tx: Tx) -> bool:
            where = self._audience.conditions(tx, visitor, SUBJECT)
            return not where or is_shown(tx, place, Filter(where=where))

        return await self._store.read(work)

    async def of(self, subject: str, limit: int = 200) -> list[Line]:
        """Return the last lines of a subject, also those that are committed but still wait for their place."""
        return await self._store.read(
            lambda tx: [
                *read_lines(tx, Filter(subject), after=None, before=None, limit=limit),
                *waiting_lines(tx, subject),
            ]
        )

    async def line(self, line_id: str) -> Line | None:
        """Return the line of that id, once it has its place."""
        return await self._store.read(lambda tx: line_of(tx, line_id))

    async def tail(self, after: int | None = None) -> AsyncIterator[Line]:
        """Follow the journal from after that place, or from its present end, for as long as somebody listens."""
        place = await self._store.read(last_place) if after is None else after
        news = asyncio.Event()
        unhook = self._store.bells.hook(seal.BELL, news.set)
        try:
            while True:
                news.clear()
                for line in await self.read(after=place, limit=500):
                    assert line.place is not None
                    place = line.place
                    yield line
                    news.set()
                if not news.is_set():
                    await self._store.look_again(news)
        finally:
            unhook()

    async def verify(self, anchor: Anchor | None = None) -> Verdict:
        """Walk the whole chain; the verdict names the first line that is not as it was sealed."""
        walk = Walk(await self._store.read(read_end), anchor)
        while await self._store.read(walk.go_on):
            pass
        return walk.finish()

    async def settle(self) -> None:
        """Give a place to every line committed so far."""
        while await self._seal_batch():
            pass

    @engine("journal")
    async def seal(self) -> None:
        """Give places to lines as they are committed."""
        news = asyncio.Event()
        unhook = self._store.bells.hook(BELL, news.set)
        try:
            while True:
                news.clear()
                try:
                    if await self._store.read(seal.anything_waits):
                        await self.settle()
                except Exception:
                    log.exception("the journal could not be sealed")
                    await self._clock.sleep(AFTER_A_FAILURE)
                    news.set()
                if not news.is_set():
                    await self._store.look_again(news)
                await self._clock.sleep(GATHER)
        except asyncio.CancelledError:
            # What was written while everything else stopped gets its place before the night.
            with contextlib.suppress(Exception):
                await self.settle()
            raise
        finally:
            unhook()

    async def _seal_batch(self) -> bool:
        if len(self._words) > seal.REMEMBERED:
            self._words.clear()
        known = self._words
        sealed = await self._store.write(lambda tx: seal.seal_batch(tx, known), serializable=False)
        if sealed is None:
            return False
        self._words.update(sealed.words)
        if sealed.seal is not None:
            # Whoever keeps the logs elsewhere thereby keeps a proof that nobody with the database alone can change.
            log.info(
                "journal sealed", extra={"seal": sealed.seal, "place": sealed.place, "digest": sealed.digest.hex()}
            )
        return sealed.lines == seal.BATCH
