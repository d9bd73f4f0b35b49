"""The pages of anomalies: those that are open, a sheet that comes in, and one that goes out."""

from typing import Any

from litestar import Response, get, post

from bosco.anomalies.api import MARKDOWN, read_bytes
from bosco.anomalies.meaning import ANOMALY
from bosco.anomalies.mistakes import Mistake, WrongSheet
from bosco.anomalies.service import Anomalies
from bosco.anomalies.sheet import LARGEST
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.people.section import TEAM, shown_name
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.records.listing import Wanted, find, may_write
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.records.sight import Sight
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.forms import MISSING, Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [Nav(msg("Anomalies"), "/anomalies", icon="bug", order=41)]


def routes(
    shell: Shell, current: CurrentPlan, anomalies: Anomalies, records: Records, store: Store, sight: Sight
) -> list[Any]:
    """Return the pages."""

    @get("/anomalies")
    async def listed(request: AnyRequest, visitor: Visitor, over: bool = False, before: str = "") -> Response[str]:
        def read(tx: Tx) -> tuple[list[tuple[Any, Record]], str | None]:
            wanted = Wanted(kind=ANOMALY, over=over, before=before, hidden=sight.hidden(tx, visitor))
            rows, older = find(tx, wanted, 25)
            known = records.of_many(tx, [row.number for row in rows])
            return [(row, known[row.number]) for row in rows], older

        rows, older = await store.read(read)
        plan = current.plan
        return shell.page(
            request,
            "anomalies/list.html",
            rows=[_shown(plan, row, record, anomalies) for row, record in rows],
            older=f"/anomalies?over={int(over)}&before={older}" if older else None,
            over=over,
            severities=list(priorities_of(plan, ANOMALY).items()),
            approvers=_approvers(plan),
            writes=may_write(visitor),
        )

    @get("/anomalies/import")
    async def sheet_form(request: AnyRequest, visitor: Visitor) -> Response[str]:
        _refuse_reader(visitor)
        return _import(request, None, ())

    @post("/anomalies/import", status_code=200, request_max_body_size=4 * LARGEST)
    async def take(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        _refuse_reader(visitor)
        form = await Form.read(request)
        try:
            text = await _sheet_in(form)
            if not text.strip():
                form.fail("sheet", MISSING)
                return _import(request, form, ())
            number = await anomalies.take(text, by=visitor.actor)
        except WrongSheet as wrong:
            form.fail("sheet", wrong.says)
            return _import(request, form, wrong.mistakes)
        except Refusal as refusal:
            form.fail(
                "sheet", msg("{says} {hint}", says=refusal.says, hint=refusal.hint) if refusal.hint else refusal.says
            )
            return _import(request, form, ())
        return shell.go(request, f"/records/{number}", msg("{number} is open.", number=number))

    def _import(request: AnyRequest, form: Form | None, mistakes: tuple[Mistake, ...]) -> Response[str]:
        status = 422 if form is not None else 200
        return shell.page(
            request, "anomalies/import.html", status=status, form=form, mistakes=mistakes, example=EXAMPLE
        )

    @get("/anomalies/{number:str}/sheet.md")
    async def sheet(request: AnyRequest, visitor: Visitor, number: str) -> Response[str]:
        await sight.get(number, visitor)
        text = await anomalies.sheet(number, shell.reader(request).language)
        name = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in number)
        headers = {"Content-Disposition": f'attachment; filename="{name}.md"', "X-Content-Type-Options": "nosniff"}
        return Response(text, media_type=MARKDOWN, headers=headers)

    return [listed, sheet_form, take, sheet]


async def _sheet_in(form: Form) -> str:
    """Return what was typed, or else the file that was chosen, letter by letter."""
    if (file := form.files.get("file")) is not None and file.filename:
        text = read_bytes(await file.read(2 * LARGEST))
        form.values["sheet"] = text
        return text
    # A browser sends line ends of its own for what is typed.
    text = form.value("sheet").replace("\r\n", "\n")
    form.values["sheet"] = text
    return text


def _shown(plan: Plan, row: Any, record: Record, anomalies: Anomalies) -> dict[str, Any]:
    known = priorities_of(plan, ANOMALY).get(record.priority)
    return {
        "row": row,
        "record": record,
        "color": (known.color if known else None) or "grey",
        "blink": bool(known and known.blink and not record.over),
        "severity": (known.name if known else None) or record.priority,
        "stage": kind_of(plan, ANOMALY).stage_name(record.stage),
        "owed": [_named(plan, one) for one in anomalies.owed(record)],
    }


def _approvers(plan: Plan) -> dict[str, list[Any]]:
    said, known = kind_of(plan, ANOMALY).approve, priorities_of(plan, ANOMALY)
    return {key: [_named(plan, name) for name in said.get(key, one.approve)] for key, one in known.items()}


def _named(plan: Plan, name: str) -> Any:
    return shown_name(plan, name) if name in plan[TEAM] else name


def _refuse_reader(visitor: Visitor) -> None:
    if not may_write(visitor):
        raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))


EXAMPLE = """\
# ANOMALIE ZB-2025-001

## Informations Générales
- **Date/Heure** : 2025-01-15 14:30 UTC
- **Gravité** : Critique
- **Service affecté** : invoice
- **Impact utilisateur** : Génération PDF bloquée

## Reproduction
### Étapes
1. Ouvrir une facture
2. Cliquer sur « Télécharger »
"""
