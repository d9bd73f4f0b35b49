"""Who may see which records: a kind's `seen_by` keeps it from everybody else, wherever it would be shown."""

from sqlalchemy import ColumnElement, func, not_, select

from bosco.journal.service import Journal
from bosco.kit.marks import service
from bosco.kit.refusal import not_found
from bosco.kit.words import msg
from bosco.people.section import TEAM
from bosco.people.targets import everybody_on
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.records import rows
from bosco.records.actors import person_of
from bosco.records.record import Record
from bosco.records.section import RECORDS
from bosco.records.store import records
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.visitor import ROLES, Visitor

_SUBJECT = "record:"


@service
class Sight:
    """Shows records to those who may see them."""

    def __init__(self, store: Store, current: CurrentPlan, journal: Journal) -> None:
        self._store = store
        self._current = current
        journal.narrow(self._lines)

    def hidden(self, tx: Tx, visitor: Visitor) -> frozenset[str]:
        """Return the kinds that a visitor may not see."""
        return hidden_kinds(tx, self._current.plan, visitor)

    def of(self, tx: Tx, number: str, visitor: Visitor) -> Record:
        """Return a record, or refuse as if there were none."""
        record = rows.load(tx, number)
        if record.kind in self.hidden(tx, visitor):
            raise not_found(msg("There is no record {number}.", number=number[:60]))
        return record

    async def get(self, number: str, visitor: Visitor) -> Record:
        """Return a record, or refuse as if there were none."""
        return await self._store.read(lambda tx: self.of(tx, number, visitor))

    def _lines(self, tx: Tx, visitor: Visitor, subject: ColumnElement[str]) -> ColumnElement[bool] | None:
        hidden = self.hidden(tx, visitor)
        if not hidden:
            return None
        number = func.substr(subject, len(_SUBJECT) + 1)
        kept = select(records.c.id).where(records.c.number == number, records.c.kind.in_(hidden))
        return not_(subject.startswith(_SUBJECT, autoescape=True) & kept.exists())


def hidden_kinds(tx: Tx, plan: Plan, visitor: Visitor) -> frozenset[str]:
    """Return the kinds that a visitor may not see."""
    kept = {key: kind.seen_by for key, kind in plan[RECORDS].items() if kind.seen_by}
    if not kept or visitor.role == "admin":
        return frozenset()
    person = None if visitor.via == "token" else person_of(tx, plan, visitor.actor)
    return frozenset(key for key, whom in kept.items() if not any(_means(plan, one, visitor, person) for one in whom))


def _means(plan: Plan, target: str, visitor: Visitor, person: str | None) -> bool:
    for role in ROLES:
        if role == target and visitor.may(role):
            return True
    if person is None:
        return False
    return person in everybody_on(plan, target) or target in plan[TEAM][person].roles
