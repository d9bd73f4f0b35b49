"""Which person of the plan somebody is who has signed in: by their login, or by the same e-mail address."""

from bosco.accounts.users import find_user
from bosco.people.section import TEAM
from bosco.plan.load import Plan
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor


def person_of(tx: Tx, plan: Plan, visitor: Visitor) -> str | None:
    """Return the name in the team; None for a program, and for somebody whom the plan does not know."""
    if visitor.via != "session" or not visitor.id:
        return None
    people = {key: one for key, one in plan[TEAM].items() if not one.is_group}
    if visitor.id in people:
        return visitor.id
    user = find_user(tx, visitor.id)
    known = {visitor.id, (user.email or "").casefold() if user else ""} - {""}
    return next((key for key, one in people.items() if one.email and one.email.casefold() in known), None)
