"""How incidents went, in figures: by service, cause and priority, month by month, and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get

from bosco.incidents.figures import Case, Figures, by, figures_of
from bosco.incidents.pages_one import Ask
from bosco.incidents.store import Case as Kept
from bosco.kit.words import Message, msg
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records.record import Record
from bosco.services.section import SERVICES, service_name
from bosco.web.visitor import AnyRequest, Visitor

SPANS: dict[str, tuple[timedelta, Message]] = {
    "90d": (timedelta(days=90), msg("Ninety days")),
    "1y": (timedelta(days=365), msg("A year")),
    "all": (timedelta(days=3650), msg("Ten years")),
}
HEAD = ("number", "priority", "service", "cause", "began", "detected", "acknowledged", "resolved")
SECONDS = ("to_detect", "to_acknowledge", "to_resolve")
# A spreadsheet runs what begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figure_routes(ask: Ask) -> list[Any]:
    """Return the page of the figures, and its table."""

    async def counted(visitor: Visitor, span: str) -> list[Case]:
        since = ask.clock.read() - SPANS.get(span, SPANS["90d"])[0]
        found = await ask.incidents.cases(since)
        hidden = await ask.store.read(lambda tx: ask.sight.hidden(tx, visitor))
        return [counted_of(case, record) for case, record in found if record.kind not in hidden]

    @get("/incidents/figures")
    async def figures_page(request: AnyRequest, visitor: Visitor, span: str = "90d") -> Response[str]:
        plan = ask.current.plan
        span = span if span in SPANS else "90d"
        cases = await counted(visitor, span)
        return ask.shell.page(
            request,
            "incidents/figures.html",
            figures=figures_of(cases),
            groups=_groups(plan, cases),
            months=_months(cases, plan[TIMEZONE]),
            tabs=[
                {"href": f"/incidents/figures?span={key}", "label": name, "current": key == span}
                for key, (_, name) in SPANS.items()
            ],
            span=span,
        )

    @get("/incidents/figures.csv")
    async def figures_csv(visitor: Visitor, span: str = "all") -> Response[str]:
        name = {"Content-Disposition": 'attachment; filename="incidents.csv"'}
        return Response(as_csv(await counted(visitor, span)), media_type="text/csv; charset=utf-8", headers=name)

    return [figures_page, figures_csv]


def counted_of(case: Kept, record: Record) -> Case:
    """Return an incident as the figures count it."""
    resolved = case.recovered or case.ended
    kept = "resolve" not in record.broke if resolved or "resolve" in record.broke else None
    cause = str(record.fields.get("cause") or "") or None
    taken = record.acknowledged_at
    return Case(record.number, record.priority, record.service, cause, case.began, case.detected, taken, resolved, kept)


def _groups(plan: Plan, cases: Sequence[Case]) -> list[tuple[Message, list[tuple[Any, Figures]]]]:
    def name(service: str) -> Any:
        return service_name(plan, service) if service in plan[SERVICES] else service

    found = [
        (msg("By service"), [(name(key), one) for key, one in by(cases, lambda case: case.service).items()]),
        (msg("By priority"), list(by(cases, lambda case: case.priority).items())),
        (msg("By cause"), [(key, one) for key, one in by(cases, lambda case: case.cause).items() if key]),
    ]
    return [(heading, rows) for heading, rows in found if rows]


def _months(cases: Sequence[Case], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the charts of the months: how many incidents, how long until they were well again, how many in time."""
    of = by(cases, lambda case: f"{case.began.astimezone(zone):%Y-%m}")
    if len(of) < 2:
        return []
    names = sorted(of)
    at = [datetime.fromisoformat(f"{name}-01T00:00").replace(tzinfo=zone) for name in names]
    figures = [of[name] for name in names]
    minutes = [one.resolve.median / timedelta(minutes=1) if one.resolve else None for one in figures]
    kept = [100 * one.kept if one.kept is not None else None for one in figures]
    return [
        _chart("count", msg("Incidents"), "", at, [float(one.count) for one in figures], "blue"),
        _chart("minutes", msg("Well again after"), "min", at, minutes, "orange"),
        _chart("kept", msg("In time"), "%", at, kept, "green"),
    ]


def _chart(
    key: str, name: Message, unit: str, at: Sequence[datetime], values: Sequence[float | None], tone: str
) -> Any:
    drawing = {"unit": unit, "at": at, "series": [{"name": name, "values": values, "tone": tone}], "from": 0}
    return {"id": f"month-{key}", "title": msg("{what}, by month", what=name), "drawing": drawing}


def as_csv(cases: Sequence[Case]) -> str:
    """Return one row for each incident: its instants in ISO 8601, and how long things took in seconds."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([*HEAD, *SECONDS, "kept"])
    for one in cases:
        spans = (
            one.detected - one.began,
            one.acknowledged - one.detected if one.acknowledged else None,
            one.resolved - one.detected if one.resolved else None,
        )
        table.writerow(
            [
                *(_cell(getattr(one, name)) for name in HEAD),
                *("" if span is None else max(0, round(span.total_seconds())) for span in spans),
                "" if one.kept is None else "yes" if one.kept else "no",
            ]
        )
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
