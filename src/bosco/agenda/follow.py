"""Writes planned work as it begins, is moved, called off or over, so that a calendar changed later changes no past."""

from datetime import datetime, timedelta

from bosco.agenda import store
from bosco.agenda.store import Begun
from bosco.agenda.windows import Window, windows_between
from bosco.journal import write as write_line
from bosco.kit.packed import pack
from bosco.kit.words import Text
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.services.section import service_name
from bosco.services.spans import Span
from bosco.store.tx import Tx

INSTANT = timedelta(microseconds=1)


def follow(tx: Tx, plan: Plan) -> None:
    """Bring what is kept up to the present instant; work that was written after it began counts from then."""
    now = tx.at
    looked = min(store.looked_at(tx) or now, now)
    left = store.ending_after(tx, looked)
    for window in windows_between(plan, looked, now + INSTANT):
        for service in window.services:
            before = _same(left, window, service)
            if before is None:
                _begin(tx, plan, window, service, looked)
            else:
                left.remove(before)
                _go_on(tx, plan, before, window.end)
    for gone in left:
        _go_on(tx, plan, gone, min(gone.span.end, now))
    store.note_look(tx)


def next_edge(plan: Plan, now: datetime, within: timedelta) -> datetime:
    """Return when planned work begins or ends next, at the latest after that time."""
    latest = now + within
    edges = (edge for one in windows_between(plan, now, latest) for edge in (one.start, one.end))
    return min((edge for edge in edges if edge > now), default=latest)


def _same(left: list[Begun], window: Window, service: str) -> Begun | None:
    return next(
        (
            one
            for one in left
            if (one.service, one.key) == (service, window.key)
            and one.span.start < window.end
            and one.span.end > window.start
        ),
        None,
    )


def _begin(tx: Tx, plan: Plan, window: Window, service: str, looked: datetime) -> None:
    span = Span(max(window.start, looked), window.end)
    store.add(tx, service, window.key, window.name, window.impact, span)
    if window.excuses:
        _tell(tx, plan, service, "service.maintenance-began", window.name, span)
        if span.end <= tx.at:
            _tell(tx, plan, service, "service.maintenance-ended", window.name, span)


def _go_on(tx: Tx, plan: Plan, begun: Begun, ends: datetime) -> None:
    if ends != begun.span.end:
        store.end(tx, begun, max(ends, begun.span.start))
    if ends <= tx.at and begun.excuses:
        _tell(tx, plan, begun.service, "service.maintenance-ended", begun.name, Span(begun.span.start, ends))


def _on_the_wall(plan: Plan, span: Span) -> str:
    start, end = span.start.astimezone(plan[TIMEZONE]), span.end.astimezone(plan[TIMEZONE])
    return f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"


def _tell(tx: Tx, plan: Plan, service: str, what: str, work: Text | str, span: Span) -> None:
    data = {
        "service": pack(service_name(plan, service)),
        "work": pack(work),
        "start": span.start.isoformat(),
        "end": _on_the_wall(plan, span),
    }
    write_line(tx, subject=f"service:{service}", what=what, actor="bosco", data=data)
