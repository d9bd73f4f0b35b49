"""Which person of the plan somebody is who has signed in: by their login, or by the same e-mail address."""

from bosco.accounts.users import find_user
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
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


def refuse_for_others(visitor: Visitor, me: str | None, person: str) -> None:
    """Refuse who speaks for somebody else without being a manager."""
    if me != person and not visitor.may("manager"):
        raise Refusal(
            Code.FORBIDDEN,
            msg("Only a manager speaks for somebody else."),
            msg("Your account is somebody of the team if its login is their name, or its e-mail address theirs."),
        )
