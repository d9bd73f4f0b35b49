"""One page of the timeline: what was asked for, and where the pages before and after it begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from bosco.journal.model import Line
from bosco.journal.reading import Filter, read_lines
from bosco.store.tx import Tx

PAGE = 50


@dataclass(frozen=True)
class Question:
    """What a reader asks for, as it stands in an address."""

    after: int | None = None
    before: int | None = None
    limit: int = PAGE
    subject: str | None = None
    what: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def filtered(self, hidden: Iterable[str], where: tuple[ColumnElement[bool], ...] = ()) -> Filter:
        """Return it as the reading wants it."""
        return Filter(
            self.subject or None, self.what or None, self.actor or None, self.since, self.until, tuple(hidden), where
        )


@dataclass(frozen=True)
class Page:
    """Lines in the order of their places; `older` and `newer` are where to go on, if there is more."""

    lines: list[Line]
    older: int | None
    newer: int | None


def read_page(tx: Tx, asked: Question, hidden: Iterable[str], where: tuple[ColumnElement[bool], ...] = ()) -> Page:
    """Return the page, with one look further for whether there is more."""
    which = asked.filtered(hidden, where)
    found = read_lines(tx, which, after=asked.after, before=asked.before, limit=asked.limit + 1)
    forward, more = asked.after is not None, len(found) > asked.limit
    lines = found[: asked.limit] if forward else found[-asked.limit :]
    if not lines:
        return Page([], None, None)
    first, last = lines[0].place, lines[-1].place
    if forward:
        is_older = bool(read_lines(tx, which, after=None, before=first, limit=1))
        is_newer = more
    else:
        is_older = more
        is_newer = asked.before is not None and bool(read_lines(tx, which, after=last, before=None, limit=1))
    return Page(lines, first if is_older else None, last if is_newer else None)
