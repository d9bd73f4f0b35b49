"""Notes who is on call, tells a hand-over once, and sets the timer of the next."""

from collections.abc import Callable, Sequence
from typing import Any

from bosco.journal import write as write_line
from bosco.kit.packed import pack
from bosco.kit.plural import plural
from bosco.kit.words import Sayable, Text, msg
from bosco.people import store
from bosco.people.model import Change, Duty, ShiftBegan
from bosco.people.on_call import duty
from bosco.people.section import ON_CALL, shown_name
from bosco.plan.day_words import listed
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx

HANDOVER = "people.handover"
# What is open now, each as a packed sentence: asked when somebody takes over.
OpenMatters = Callable[[Tx], Sequence[Any]]


def named(plan: Plan, people: Sequence[str]) -> Sayable | Text:
    """Return people as a sentence lists them."""
    if not people:
        return msg("nobody")
    names: list[Any] = [shown_name(plan, one) for one in people]
    return names[0] if len(names) == 1 else listed(names)


def settle(tx: Tx, plan: Plan, rotation: str, changes: Sequence[Change], open_matters: OpenMatters) -> None:
    """Bring what is noted of a rotation up to this instant; asked twice, it tells nothing twice."""
    now = duty(plan, rotation, tx.at, changes)
    before = store.duty_of(tx, rotation)
    if before is None or set(before[0]) != set(now.people):
        store.put_duty(tx, rotation, now.people)
        # In the hour that comes twice the one who leaves is told nothing: nobody new has come.
        if before is not None and (set(now.people) - set(before[0]) or not now.people):
            _tell(tx, plan, now, before[0], open_matters)
    if now.next_at is None:
        timers.cancel(tx, HANDOVER, rotation)
    elif timers.due_of(tx, HANDOVER, rotation) != now.next_at:
        timers.set(tx, HANDOVER, rotation, now.next_at)


def settle_all(tx: Tx, plan: Plan, changes: Sequence[Change], open_matters: OpenMatters) -> None:
    """Do so for every rotation, and forget those that the plan no longer has."""
    for rotation in store.known_duties(tx):
        if rotation not in plan[ON_CALL]:
            store.forget_duty(tx, rotation)
            timers.cancel(tx, HANDOVER, rotation)
    for rotation in plan[ON_CALL]:
        settle(tx, plan, rotation, changes, open_matters)


def _tell(tx: Tx, plan: Plan, now: Duty, before: tuple[str, ...], open_matters: OpenMatters) -> None:
    waiting = list(open_matters(tx)) if now.people else []
    data = {
        "rotation": pack(shown_name(plan, now.rotation)),
        "now": pack(named(plan, now.people)),
        "before": pack(named(plan, before)),
        "open": pack(plural(len(waiting), "{n} matter is open", "{n} matters are open")),
        "matters": waiting[:20],
        "people": list(now.people),
        "until": now.next_at.isoformat() if now.next_at else None,
    }
    what = "on-call.handed-over" if now.people else "on-call.nobody"
    write_line(tx, subject=f"rotation:{now.rotation}", what=what, actor="bosco", data=data)
    tx.publish(
        ShiftBegan(
            rotation=now.rotation,
            people=now.people,
            before=before,
            at=tx.at,
            until=now.next_at,
            next_people=now.next_people,
        )
    )
