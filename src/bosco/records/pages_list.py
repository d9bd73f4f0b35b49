"""The list of records: found, sorted, taken out as a table, and changed many at once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import Parameter
from litestar.response import Stream

from bosco.kit.plural import plural
from bosco.kit.words import msg
from bosco.people.section import shown_name
from bosco.plan.load import Plan
from bosco.records import rows
from bosco.records.actors import person_of
from bosco.records.api import refuse_reader
from bosco.records.bulk import Outcome, at_once
from bosco.records.listing import NOBODY, SORTS, Sort, Wanted, due_of, every, find, may_write
from bosco.records.moves import kind_of
from bosco.records.pages_record import Desk, color_of, people_of
from bosco.records.section import RECORDS, kind_name, priorities_of
from bosco.records.table import lines
from bosco.services.section import SERVICES, service_name
from bosco.store.tx import Tx
from bosco.web.forms import Form
from bosco.web.visitor import AnyRequest, Visitor

ME = "me"
MOST_LINES = 100_000
_OFF = ("", "0", "false")
Word = Annotated[str, Parameter(max_length=200)]
_SORTS = {
    "opened": msg("Latest first"),
    "due": msg("Due first"),
    "urgent": msg("Urgent first"),
    "changed": msg("Changed last"),
}
_HEAD = ("number", "kind", "title", "stage", "priority", "service", "assignee")
_REST = ("opened", "changed", "over", "due", "broken")


def routes(desk: Desk) -> list[Any]:
    """Return the list, its table, and its bulk form."""

    def asked(request: AnyRequest) -> Wanted:
        return wanted_of({name: str(value)[:200] for name, value in request.query_params.items()})

    @get("/records")
    async def listed(request: AnyRequest, visitor: Visitor) -> Response[str]:
        return await _page(desk, request, visitor, asked(request))

    @get("/records.csv")
    async def table(request: AnyRequest, visitor: Visitor) -> Stream:
        wanted = asked(request)

        def work(tx: Tx) -> list[str]:
            return list(lines(*_table(tx, desk, _seen(tx, desk, wanted, visitor))))

        found = await desk.store.read(work)
        headers = {"Content-Disposition": 'attachment; filename="records.csv"'}
        return Stream(iter(found), media_type="text/csv", headers=headers)

    @post("/records/bulk", status_code=200)
    async def bulk(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        refuse_reader(visitor)
        form = await Form.read(request)
        word = form.value("act")
        value = form.value(word) if word != "move" else form.value("stage")
        wanted = wanted_of(dict(form.values))

        def work(tx: Tx) -> Outcome:
            ask = desk.asking(tx, request, visitor)
            return at_once(ask, desk.current.plan, form.picked("number"), word, value, form.value("why") or None)

        outcome = await desk.store.write(work)
        if outcome.refused:
            return await _page(desk, request, visitor, wanted, outcome, 422)
        toast = plural(len(outcome.done), "It is done with {n} record.", "It is done with {n} records.")
        return desk.shell.go(request, address(wanted), toast)

    return [listed, table, bulk]


def wanted_of(said: dict[str, str]) -> Wanted:
    """Return what an address asks for; a word that is not known is left out."""
    sort: Sort = next((one for one in SORTS if one == said.get("sort")), "opened")

    def word(name: str) -> str:
        # The bulk form has a stage and a priority of its own: there, those of the filter go by another name.
        own = "" if "act" in said else said.get(name, "")
        return said.get(f"in-{name}", own).strip()

    return Wanted(
        kind=word("kind"),
        stage=word("stage"),
        priority=word("priority"),
        service=word("service"),
        person=said.get("person", "").strip(),
        broken=said.get("broken", "") not in _OFF,
        over=said.get("over", "") not in _OFF,
        q=said.get("q", "").strip(),
        sort=sort,
        before=said.get("before", ""),
    )


def address(wanted: Wanted, path: str = "/records", **more: Any) -> str:
    """Return the address of a list."""
    asked = replace(wanted, **more)
    said = {
        "q": asked.q,
        "kind": asked.kind,
        "stage": asked.stage,
        "priority": asked.priority,
        "service": asked.service,
        "person": asked.person,
        "broken": "1" if asked.broken else "",
        "over": "1" if asked.over else "",
        "sort": "" if asked.sort == "opened" else asked.sort,
        "before": asked.before,
    }
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{query}" if query else path


def _seen(tx: Tx, desk: Desk, wanted: Wanted, visitor: Visitor) -> Wanted:
    person = wanted.person
    if person == ME:
        # Somebody whom the plan does not know has nothing.
        person = person_of(tx, desk.current.plan, visitor.actor) or "\N{NO ENTRY SIGN}"
    return replace(wanted, person=person, hidden=desk.sight.hidden(tx, visitor))


async def _page(
    desk: Desk,
    request: AnyRequest,
    visitor: Visitor,
    wanted: Wanted,
    outcome: Outcome | None = None,
    status: int = 200,
) -> Response[str]:
    def work(tx: Tx) -> tuple[Wanted, list[Any], str | None]:
        seen = _seen(tx, desk, wanted, visitor)
        return (seen, *find(tx, seen))

    seen, found, older = await desk.store.read(work)
    plan = desk.current.plan
    kinds = [(key, kind_name(plan, key)) for key in plan[RECORDS] if key not in seen.hidden]
    usual = Wanted(kind=wanted.kind)
    return desk.shell.page(
        request,
        "records/list.html",
        status=status,
        rows=[(row, _shown(plan, row)) for row in found],
        older=address(wanted, before=older) if older else None,
        wanted=wanted,
        tabs=[
            {"label": label, "href": address(one), "current": replace(wanted, before="") == one}
            for label, one in (
                (msg("Open"), usual),
                (msg("Due first"), replace(usual, sort="due")),
                (msg("Mine"), replace(usual, person=ME)),
                (msg("Nobody’s"), replace(usual, person=NOBODY)),
                (msg("Promise broken"), replace(usual, broken=True)),
                (msg("Over"), replace(usual, over=True)),
            )
        ],
        form=Form(
            {
                "q": wanted.q,
                "kind": wanted.kind,
                "in-stage": wanted.stage,
                "priority": wanted.priority,
                "service": wanted.service,
                "person": wanted.person,
                "sort": wanted.sort,
            }
        ),
        kinds=kinds,
        stages=_stages(plan, wanted.kind),
        priorities=_priorities(plan, wanted.kind),
        services=[(key, service_name(plan, key)) for key in plan[SERVICES]],
        people=people_of(plan),
        asked_people=[(ME, msg("Mine")), (NOBODY, msg("Nobody’s")), *people_of(plan)],
        sorts=[(sort, _SORTS[sort]) for sort in SORTS],
        csv=address(wanted, "/records.csv", before=""),
        everything=address(Wanted()),
        outcome=outcome,
        narrowed=bool(wanted.stage or wanted.priority or wanted.service),
        writes=may_write(visitor),
        filtered=replace(wanted, before="", sort="opened") != Wanted(),
    )


def _shown(plan: Plan, row: Any) -> dict[str, Any]:
    return {
        "stage": kind_of(plan, row.kind).stage_name(row.stage),
        "kind": kind_name(plan, row.kind),
        "color": color_of(plan, row.kind, row.priority),
        "assignee": shown_name(plan, row.assignee) if row.assignee else None,
        "service": service_name(plan, row.service) if row.service in plan[SERVICES] else row.service,
        "due": due_of(row),
    }


def _stages(plan: Plan, kind: str) -> list[tuple[str, Any]]:
    kinds = [kind] if kind in plan[RECORDS] else [*plan[RECORDS]]
    return list(
        {stage: kind_of(plan, one).stage_name(stage) for one in kinds for stage in kind_of(plan, one).flow}.items()
    )


def _priorities(plan: Plan, kind: str) -> list[str]:
    kinds = [kind] if kind in plan[RECORDS] else [*plan[RECORDS]]
    return list(dict.fromkeys(name for one in kinds for name in priorities_of(plan, one)))


def _table(tx: Tx, desk: Desk, wanted: Wanted) -> tuple[list[str], Iterator[list[Any]]]:
    # With a kind, what its fields say is a part of the table.
    fields = [*kind_of(desk.current.plan, wanted.kind).fields] if wanted.kind else []

    def told() -> Iterator[list[Any]]:
        batch: list[Any] = []
        for row in every(tx, replace(wanted, before=""), MOST_LINES):
            batch.append(row)
            if len(batch) == 500:
                yield from _lines(tx, batch, fields)
                batch = []
        yield from _lines(tx, batch, fields)

    return [*_HEAD, *_REST, *fields], told()


def _lines(tx: Tx, batch: list[Any], fields: list[str]) -> Iterator[list[Any]]:
    said = rows.load_many(tx, [row.number for row in batch]) if fields else {}
    for row in batch:
        own = [getattr(row, name) for name in _HEAD]
        rest = [row.opened_at, row.changed_at, row.over_at, due_of(row), row.broken]
        known = said[row.number].fields if row.number in said else {}
        yield [*own, *rest, *(known.get(name) for name in fields)]
