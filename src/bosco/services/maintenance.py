"""Planned work on a service, as whoever keeps the calendar tells it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bosco.kit.words import Message, Text
from bosco.services.marks import Mark
from bosco.services.spans import Span
from bosco.store.tx import Tx


@dataclass(frozen=True)
class Work:
    """One piece of planned work on a service; `excuses` when trouble in it was announced."""

    key: str
    name: Text | str
    impact: Message
    excuses: bool
    span: Span


# Tells what was planned for a service within a span, and what is, in order.
Works = Callable[[Tx, str, Span], Sequence[Work]]


def nothing_planned(tx: Tx, name: str, span: Span) -> Sequence[Work]:
    """Tell that nobody keeps a calendar."""
    return ()


def mark_of(work: Work) -> Mark:
    """Return work as a mark beside a line of time."""
    return Mark("maintenance", work.span.start, work.name, work.span.end)


def excused(works: Sequence[Work]) -> list[Span]:
    """Return the time in which trouble was announced."""
    return [one.span for one in works if one.excuses]
