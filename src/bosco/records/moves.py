"""May a record go there? What its kind allows, what is still missing, and whose word is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.plan.load import Plan
from bosco.plan.section import together
from bosco.records.pledge import priority_of
from bosco.records.record import Approval, Record
from bosco.records.section import RECORDS, Field, Kind


# Not frozen: Python itself writes a traceback into an exception on its way.
@dataclass(eq=False)
class Lacking(Refusal):
    """A move that something is missing for; pages lead to what it is."""

    fields: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    needs_reason: bool = False


@dataclass(frozen=True)
class Way:
    """A stage that a record may go to, and what that takes."""

    stage: str
    name: Text | Sayable
    # Whether it is the ordinary next one, a failure's return, an end, or an opening again.
    sort: str
    fields: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    needs_reason: bool = False
    who: tuple[str, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        """Say whether nothing is missing."""
        return not self.fields and not self.approvals


def kind_of(plan: Plan, key: str) -> Kind:
    """Return a kind of record; one that the plan no longer has keeps the usual flow for its old records."""
    return plan[RECORDS].get(key) or Kind()


def ways(plan: Plan, record: Record) -> list[Way]:
    """Return every stage that a record may go to from where it stands, the ordinary next one first."""
    kind = kind_of(plan, record.kind)
    found = [way(plan, record, stage) for stage in allowed(kind, record)]
    order = ("next", "end", "on", "return", "again")
    return sorted(found, key=lambda one: order.index(one.sort))


def allowed(kind: Kind, record: Record) -> tuple[str, ...]:
    """Return the stages that the flow allows."""
    return leads_to(kind, record.stage)


def leads_to(kind: Kind, here: str) -> tuple[str, ...]:
    """Return the stages to which the flow leads from one of them."""
    said = kind.moves.get(here)
    stages = said if said is not None else kind.flow
    back = kind.back.get(here)
    return tuple(dict.fromkeys(stage for stage in (*stages, *([back] if back else [])) if stage != here))


def way(plan: Plan, record: Record, stage: str) -> Way:
    """Return what going to a stage takes."""
    kind = kind_of(plan, record.kind)
    reopens = record.over and stage not in kind.last
    forward = _is_forward(kind, record.stage, stage)
    sort = _sort(kind, record, stage, reopens, forward)
    pauses = stage in kind.pauses
    return Way(
        stage=stage,
        name=kind.stage_name(stage),
        sort=sort,
        fields=tuple(missing_fields(kind, record, stage)) if forward else (),
        approvals=tuple(missing_approvals(plan, kind, record, stage)) if forward else (),
        needs_reason=reopens or pauses or sort == "return",
        who=tuple(kind.who.get(stage, ())),
    )


def _sort(kind: Kind, record: Record, stage: str, reopens: bool, forward: bool) -> str:
    if reopens:
        return "again"
    if kind.back.get(record.stage) == stage or not forward:
        return "return"
    if stage in kind.last:
        # The ordinary next one may well be the end.
        return "next" if _next(kind, record.stage) == stage else "end"
    return "next" if _next(kind, record.stage) == stage else "on"


def _next(kind: Kind, stage: str) -> str | None:
    flow = list(kind.flow)
    if stage not in flow:
        return None
    after = [one for one in flow[flow.index(stage) + 1 :] if one not in kind.pauses]
    said = kind.moves.get(stage)
    return next((one for one in after if said is None or one in said), None)


def _is_forward(kind: Kind, here: str, there: str) -> bool:
    flow = list(kind.flow)
    return here not in flow or (there in flow and flow.index(there) > flow.index(here))


def missing_fields(kind: Kind, record: Record, stage: str) -> list[str]:
    """Return the fields without which that stage may not be entered."""
    passed = passed_on_the_way(kind, record.stage, stage, from_the_start=True)
    found = []
    for name, one in kind.fields.items():
        gate = one.before or (kind.last[0] if one.required else None)
        if gate in passed and is_empty(one, record.fields.get(name)):
            found.append(name)
    return found


def passed_on_the_way(kind: Kind, here: str, there: str, *, from_the_start: bool = False) -> frozenset[str]:
    """Return the stages whose demands count for a move: those between; where `moves` leads there itself, that one."""
    flow = list(kind.flow)
    if here in kind.moves or there not in flow:
        return frozenset([there] if there in flow else flow)
    start = 0 if from_the_start or here not in flow else flow.index(here) + 1
    return frozenset(flow[start : flow.index(there) + 1])


def is_empty(field: Field, value: Any) -> bool:
    """Say whether a field still wants its value."""
    if field.type == "checklist" and isinstance(value, list):
        # Demanded of a list of things to check: every one of them.
        return len(value) < len(field.options)
    return value is None or value in ("", [])


@dataclass(frozen=True)
class Asked:
    """Whose word the plan asks for before a stage, and whether it was given."""

    target: str
    before: str
    given: Approval | None = None


def missing_approvals(plan: Plan, kind: Kind, record: Record, stage: str) -> list[str]:
    """Return whose word is still owed before that stage: its own, and those of the stages on the way."""
    flow = list(kind.flow)
    if stage not in flow:
        return []
    way = passed_on_the_way(kind, record.stage, stage)
    owed = [one.target for one in asked_to_approve(plan, record) if one.before in way and one.given is None]
    return list(dict.fromkeys(owed))


def asked_to_approve(plan: Plan, record: Record) -> list[Asked]:
    """Return whose approval the plan asks for, stage by stage."""
    kind = kind_of(plan, record.kind)
    said = kind.approve.get(record.priority)
    priority = priority_of(plan, record.kind, record.priority)
    before_gate = said if said is not None else priority.approve if priority else ()
    wanted = dict.fromkeys(
        [
            *((target, kind.gate) for target in before_gate),
            *((target, stage) for stage in kind.approved_stages for target in kind.approve[stage]),
        ]
    )
    order = list(kind.flow)
    pairs = sorted(wanted, key=lambda one: order.index(one[1]) if one[1] in order else len(order))
    return [Asked(target, before, _given(record, target, before)) for target, before in pairs]


def _given(record: Record, target: str, before: str) -> Approval | None:
    return next((one for one in record.approvals if one.target == target and one.before in (before, "")), None)


def refuse_move(plan: Plan, record: Record, stage: str, why: str | None) -> Way:
    """Return the way to a stage, or refuse it with everything that is missing."""
    kind = kind_of(plan, record.kind)
    if record.merged_into:
        raise Refusal(
            Code.CONFLICT, msg("{number} is now a part of {into}.", number=record.number, into=record.merged_into)
        )
    here = kind.stage_name(record.stage)
    if stage == record.stage:
        raise Refusal(Code.CONFLICT, msg("{number} is in {stage} already.", number=record.number, stage=here))
    known = allowed(kind, record)
    if stage not in known:
        listed = together(kind.stage_name(one) for one in known)
        hint = msg("It can go to: {names}.", names=listed) if listed else None
        name = kind.stage_name(stage) if stage in kind.flow else stage[:60]
        raise Refusal(Code.CONFLICT, msg("From {here} it cannot go to {there}.", here=here, there=name), hint, "stage")
    found = way(plan, record, stage)
    lacks_reason = found.needs_reason and not (why or "").strip()
    if not found.is_open or lacks_reason:
        raise Lacking(
            Code.CONFLICT,
            msg("{number} cannot go to {stage} yet.", number=record.number, stage=found.name),
            together(_owed(kind, found, lacks_reason), " "),  # type: ignore[arg-type]
            "stage",
            found.fields,
            found.approvals,
            lacks_reason,
        )
    return found


def _owed(kind: Kind, found: Way, lacks_reason: bool) -> Sequence[Message]:
    owed = []
    if found.fields:
        owed.append(msg("Missing: {names}.", names=together(field_label(kind.fields, one) for one in found.fields)))
    if found.approvals:
        owed.append(msg("To be approved by: {names}.", names=", ".join(found.approvals)))
    if lacks_reason:
        owed.append(msg("Say what it waits for.") if found.stage in kind.pauses else msg("Say why."))
    return owed


def field_label(fields: Mapping[str, Field], name: str) -> Text | str:
    """Return how a field is called."""
    found = fields.get(name)
    return (found.label if found else None) or name.replace("_", " ").replace("-", " ")
