"""What alerts do to cases: open them, join them, let them be well again, bring them back; each in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.alerts.model import AlertTurned
from bosco.incidents import store
from bosco.incidents.join import Belongs, belongs_to
from bosco.incidents.model import IncidentRecovered
from bosco.incidents.section import INCIDENTS, Opens, opened_by
from bosco.incidents.store import Case, Joined
from bosco.journal import write as write_line
from bosco.kit.packed import pack, unpack
from bosco.kit.refusal import Refusal
from bosco.kit.units import say_duration, write_duration
from bosco.kit.words import msg, say
from bosco.notices.service import Notices
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.records.matters import matter_of
from bosco.records.moves import allowed, kind_of
from bosco.records.pledge import urgency
from bosco.records.record import Record
from bosco.records.section import priorities_of
from bosco.records.service import Records
from bosco.services.spans import Span, joined, total
from bosco.store.tx import Tx

BOSCO = "bosco"
VERIFYING = "verifying"
DOWNTIME = "downtime"
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Hands:
    """What the verbs work with."""

    plan: Plan
    records: Records
    notices: Notices


def take(tx: Tx, hands: Hands, fact: AlertTurned) -> str | None:
    """Let an alert join the case that it belongs to, or open one; return its number if it has one."""
    if (known := store.number_of(tx, fact.alert)) is not None:
        return known
    opens = opened_by(hands.plan, fact.priority)
    if opens is None:
        return None
    if (found := _belongs(tx, hands, fact, opens)) is not None:
        return _join(tx, hands, fact, found)
    return _open(tx, hands, fact, opens)


def _belongs(tx: Tx, hands: Hands, fact: AlertTurned, opens: Opens) -> Belongs | None:
    # What is urgent is never put away in a ticket; what is not joins the incident that it belongs to.
    kinds = ("incident",) if opens == "incident" else ("incident", "ticket")
    candidates = [case for kind in kinds for case in store.open_cases(tx, kind) if not _is_over(tx, hands, case)]
    before = store.last_with(tx, fact.fingerprint)
    same = before.number if before else None
    return belongs_to(hands.plan, fact.service, same, candidates, tx.at, hands.plan[INCIDENTS].join)


def _is_over(tx: Tx, hands: Hands, case: Case) -> bool:
    record = hands.records.of(tx, case.number)
    return record.over or record.merged_into is not None


def _open(tx: Tx, hands: Hands, fact: AlertTurned, opens: Opens) -> str:
    own = priorities_of(hands.plan, opens)
    number = hands.records.open(
        tx,
        opens,
        _title(hands.plan, fact),
        by=BOSCO,
        priority=fact.priority if fact.priority in own else None,
        service=fact.service,
        why=_say(hands.plan, fact.because) or None,
        since=fact.since,
        taking_over=(f"alert:{fact.alert}",),
    )
    store.add_case(tx, Case(number, opens, fact.service, fact.since, fact.at))
    store.join(tx, _joined(fact, number))
    return number


def _join(tx: Tx, hands: Hands, fact: AlertTurned, found: Belongs) -> str:
    number, key = found.case.number, f"alert:{fact.alert}"
    store.join(tx, _joined(fact, number))
    record = hands.records.link(tx, number, key, by=BOSCO, how="alert")
    data = {"record": number, "alert": fact.title, "because": pack(found.why), "id": fact.alert}
    write_line(tx, subject=record.subject, what="incident.joined", actor=BOSCO, why=str(found.why), data=data)
    if found.case.recovered is not None:
        _bring_back(tx, hands, record, fact)
    record = raise_priority(tx, hands, number, fact)
    if kind_of(hands.plan, record.kind).calls:
        why = pack(msg("{alert} joined it", alert=unpack(fact.title)))
        hands.notices.open(tx, matter_of(hands.plan, record, tx.at, {}), why, taking_over=(key,))
    return number


def _bring_back(tx: Tx, hands: Hands, record: Record, fact: AlertTurned) -> None:
    """Take note that a case is not over after all."""
    store.change_case(tx, record.number, recovered=None)
    data = {"record": record.number, "alert": fact.title, "id": fact.alert}
    write_line(tx, subject=record.subject, what="incident.came-back", actor=BOSCO, data=data)
    if record.stage in kind_of(hands.plan, record.kind).back:
        hands.records.fail(tx, record.number, by=BOSCO, why=_say(hands.plan, msg("its alert is back")))


def raise_priority(tx: Tx, hands: Hands, number: str, fact: AlertTurned) -> Record:
    """Make a case as urgent as its most urgent alert; less urgent it is made by people alone."""
    record = hands.records.of(tx, number)
    plan = hands.plan
    if record.over or fact.priority not in priorities_of(plan, record.kind):
        return record
    if urgency(plan, record.kind, fact.priority) < urgency(plan, record.kind, record.priority):
        why = _say(plan, msg("its alert is {priority}", priority=fact.priority))
        return hands.records.change_priority(tx, number, fact.priority, by=BOSCO, why=why)
    return record


def resolve(tx: Tx, hands: Hands, alert: str, at: datetime) -> str | None:
    """Note that an alert is over; return its case if it was the last one that kept it."""
    number = store.resolve(tx, alert, at)
    if number is None or store.still_firing(tx, number):
        return None
    case = store.case_of(tx, number)
    return None if case is None or case.recovered is not None or _is_over(tx, hands, case) else number


def recover(tx: Tx, hands: Hands, number: str, at: datetime, down: Sequence[Span]) -> None:
    """Take note that a case is well again: its downtime is known, and what is left is to make sure of it."""
    case = store.case_of(tx, number)
    if case is None or case.recovered is not None:
        return
    store.change_case(tx, number, recovered=at)
    lasted = timedelta(seconds=round((at - case.began).total_seconds()))
    data = {
        "record": number,
        "span": pack(say_duration(lasted)),
        "began": case.began.isoformat(),
    }
    write_line(tx, subject=f"record:{number}", what="incident.recovered", actor=BOSCO, data=data)
    tx.publish(IncidentRecovered(number=number, kind=case.kind, began=case.began, at=at))
    keep_downtime(tx, hands, number, down or [Span(case.began, at)])
    _go_on(tx, hands, number)
    if kind_of(hands.plan, case.kind).calls:
        # Whoever was told that it is wrong is told at once that it is well; what is left to do calls nobody.
        hands.notices.close(tx, f"record:{number}", pack(msg("all its alerts are over")))


def keep_downtime(tx: Tx, hands: Hands, number: str, down: Sequence[Span]) -> None:
    """Write how long it was down, unless a person has."""
    record = hands.records.of(tx, number)
    if DOWNTIME in kind_of(hands.plan, record.kind).fields and not record.fields.get(DOWNTIME):
        hands.records.set_field(tx, number, DOWNTIME, write_duration(total(joined(down))), by=BOSCO)


def _go_on(tx: Tx, hands: Hands, number: str) -> None:
    """Bring an incident to where its cure is verified, and end a ticket that nobody has touched."""
    record = hands.records.of(tx, number)
    kind = kind_of(hands.plan, record.kind)
    why = _say(hands.plan, msg("all its alerts are over"))
    to = None
    if record.kind == "ticket":
        to = kind.last[0] if record.stage == kind.flow[0] and record.acknowledged_by is None else None
    elif VERIFYING in allowed(kind, record) and record.stage not in kind.last:
        to = VERIFYING
    if to is None:
        return
    try:
        hands.records.move(tx, number, to, by=BOSCO, why=why)
    except Refusal:
        # Something is still to be written down; people see on its page that it is well again.
        return


def _joined(fact: AlertTurned, number: str) -> Joined:
    return Joined(fact.alert, number, fact.fingerprint, fact.service, fact.at)


def _title(plan: Plan, fact: AlertTurned) -> str:
    return _say(plan, fact.title)[:LONGEST_TITLE] or fact.fingerprint[:LONGEST_TITLE]


def _say(plan: Plan, packed: object) -> str:
    return str(say(unpack(packed), plan[LANGUAGE]) or "")
