"""The verbs of anomalies: a sheet becomes a record, and a record its sheet."""

from collections.abc import Sequence
from typing import Any

from bosco.anomalies import store as sheets
from bosco.anomalies.current import current_sheet
from bosco.anomalies.manners import AnomalyManners
from bosco.anomalies.meaning import ANOMALY, OF_THE_RECORD, Meaning, meaning_of
from bosco.anomalies.mistakes import Mistake, mistakes_of_form, wrong_sheet
from bosco.anomalies.sheet import Sheet, read_sheet, write_sheet
from bosco.journal import write as write_line
from bosco.kit.marks import service
from bosco.kit.refusal import Refusal, not_found
from bosco.kit.words import Language, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.records.moves import kind_of, missing_approvals
from bosco.records.numbers import given_number
from bosco.records.record import Record
from bosco.records.service import Records
from bosco.records.texts import LONGEST_TITLE
from bosco.store.store import Store
from bosco.store.tx import Tx


@service
class Anomalies:
    """Defects from the sheet that describes them to the correction that ended them."""

    def __init__(self, store: Store, current: CurrentPlan, records: Records) -> None:
        self._store = store
        self._current = current
        self._records = records
        records.behave(ANOMALY, AnomalyManners(self))

    @property
    def _plan(self) -> Plan:
        return self._current.plan

    async def take(self, text: str, *, by: str) -> str:
        """Open the record that a sheet describes and return its number, or refuse with every mistake at its line."""
        sheet = read_sheet(text)
        plan = self._plan
        meant = meaning_of(plan, sheet)

        def work(tx: Tx) -> str:
            mistakes = [*mistakes_of_form(sheet), *meant.mistakes, *_wrong_number(tx, sheet)]
            if mistakes:
                raise wrong_sheet(mistakes)
            number = self._open(tx, plan, sheet, meant, by)
            sheets.put_sheet(tx, number, text, tx.at)
            line = {"record": number, "by": by}
            write_line(tx, subject=f"record:{number}", what="anomaly.imported", actor=by, data=line)
            return number

        return await self._store.write(work)

    def _open(self, tx: Tx, plan: Plan, sheet: Sheet, meant: Meaning, by: str) -> str:
        values = meant.values
        return self._records.open(
            tx,
            ANOMALY,
            " ".join(sheet.title.split())[:LONGEST_TITLE],
            by=by,
            priority=values.get("severity"),
            service=values.get("service"),
            since=values.get("detected_at"),
            fields=_fields(plan, values),
            number=sheet.number,
        )

    async def sheet(self, number: str, language: Language) -> str:
        """Return the sheet of an anomaly as it stands now."""
        record, text = await self._store.read(lambda tx: (self._records.of(tx, number), sheets.sheet_text(tx, number)))
        if record.kind != ANOMALY:
            raise not_found(msg("{number} is not an anomaly.", number=number[:60]))
        kept = read_sheet(text) if text is not None else None
        return write_sheet(current_sheet(self._plan, record, kept, language), language)

    def owed(self, record: Record) -> Sequence[str]:
        """Return whose approval an anomaly still needs before its correction goes out."""
        kind = kind_of(self._plan, record.kind)
        return () if record.over else missing_approvals(self._plan, kind, record, kind.gate)


def _fields(plan: Plan, values: dict[str, Any]) -> dict[str, Any]:
    declared = kind_of(plan, ANOMALY).fields
    return {key: value for key, value in values.items() if key in declared and key not in OF_THE_RECORD} | {
        key: values[key] for key in ("service",) if key in declared and key in values
    }


def _wrong_number(tx: Tx, sheet: Sheet) -> list[Mistake]:
    first = next((piece.line for piece in sheet.layout if piece.text.strip()), 1)
    try:
        given_number(tx, sheet.number)
    except Refusal as refusal:
        return [Mistake(first, refusal.says)]
    return []
