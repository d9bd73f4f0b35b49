"""Who does something: actors of the journal, people of the plan, and whose word counts for whom."""

from bosco.accounts.users import find_user
from bosco.people.section import TEAM
from bosco.people.targets import everybody_on
from bosco.plan.load import Plan
from bosco.store.tx import Tx

MACHINES = ("bosco", "alerts", "token:")


def is_person(actor: str) -> bool:
    """Say whether somebody did it, rather than a program."""
    return actor.startswith(("user:", "person:"))


def person_of(tx: Tx, plan: Plan, actor: str) -> str | None:
    """Return which person of the plan an actor is: by that name, or by the e-mail address of the account."""
    kind, _, name = actor.partition(":")
    if kind not in ("user", "person") or not name:
        return None
    if name in plan[TEAM]:
        return name
    user = find_user(tx, name) if kind == "user" else None
    if user is None or not user.email:
        return None
    wanted = user.email.casefold()
    return next((key for key, one in plan[TEAM].items() if one.email and one.email.casefold() == wanted), None)


def role_of(tx: Tx, actor: str) -> str | None:
    """Return the role of an account."""
    kind, _, name = actor.partition(":")
    user = find_user(tx, name) if kind == "user" else None
    return user.role if user else None


def speaks_for(tx: Tx, plan: Plan, actor: str, target: str) -> bool:
    """Say whether an actor is one of those whom a target means, or has the role that it names."""
    people = everybody_on(plan, target)
    person = person_of(tx, plan, actor)
    if person is not None and (person in people or target in plan[TEAM][person].roles):
        return True
    role = role_of(tx, actor)
    if role == "admin":
        return True
    # A target that the plan does not name yet stands for nobody: then a manager speaks for it.
    return role == target or (not people and role == "manager")


def spoken_for(plan: Plan, actor: str) -> bool:
    """Say whether an actor may stand where a name of the plan is wanted."""
    return actor in plan[TEAM]
