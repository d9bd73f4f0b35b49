"""The page of the team: who is in it, how each is reached, and who cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from bosco.kit.words import Message, Sayable, Text, msg
from bosco.people.mask import masked
from bosco.people.page_on_call import Asked
from bosco.people.reach import WAYS, ways_to
from bosco.people.section import ON_CALL, ROLES, TEAM, Person, members_of, shown_name
from bosco.plan.load import Plan
from bosco.plan.section import Together, together
from bosco.web.visitor import AnyRequest, Visitor


@dataclass(frozen=True)
class Member:
    """Somebody of the team."""

    key: str
    name: Sayable | Text
    roles: Together | None
    level: int | None
    ways: tuple[tuple[Message, str], ...]
    teams: Together | None
    # The rotations that they are on call of now, and those in which they take turns.
    now: Together | None
    turns: Together | None
    wanting: Message | None
    me: bool = False


@dataclass(frozen=True)
class Team:
    """A group, its people, and those of them whom nothing reaches."""

    key: str
    name: Sayable | Text
    people: tuple[Sayable | Text, ...]
    reached: bool


def people_routes(asked: Asked) -> list[Any]:
    """Return the route."""

    @get("/people")
    async def page(request: AnyRequest, visitor: Visitor) -> Response[str]:
        plan, now, me = asked.current.plan, asked.clock.read(), await asked.me(visitor)
        duties = {key: asked.on_call.duty(key, now).people for key in plan[ON_CALL]}
        members = [
            _member(plan, key, person, duties, me, whole=visitor.may("manager") or key == me)
            for key, person in plan[TEAM].items()
            if not person.is_group
        ]
        return asked.shell.page(
            request,
            "people/people.html",
            members=members,
            teams=[_team(plan, key) for key, person in plan[TEAM].items() if person.is_group],
            unreachable=[one for one in members if not one.ways],
        )

    return [page]


def _member(
    plan: Plan, key: str, person: Person, duties: Mapping[str, tuple[str, ...]], me: str | None, *, whole: bool
) -> Member:
    groups = [team for team, one in plan[TEAM].items() if one.is_group and key in members_of(plan, team)]
    turning = [rotation for rotation in plan[ON_CALL] if key in _turning(plan, rotation)]
    ways = tuple((WAYS[word], address if whole else masked(address)) for word, address in ways_to(person))
    return Member(
        key=key,
        name=shown_name(plan, key),
        roles=together(ROLES[role] for role in person.roles),
        level=person.level,
        ways=ways,
        teams=together(shown_name(plan, team) for team in groups),
        now=together(shown_name(plan, rotation) for rotation, people in duties.items() if key in people),
        turns=together(shown_name(plan, rotation) for rotation in turning),
        wanting=_wanting(person, on_call=bool(turning)),
        me=key == me,
    )


def _turning(plan: Plan, rotation: str) -> set[str]:
    layers = plan[ON_CALL][rotation].all_layers
    return {person for layer in layers for name in layer.people for person in members_of(plan, name)}


def _wanting(person: Person, *, on_call: bool) -> Message | None:
    """Say what is lacking to reach somebody."""
    if not person.can_be_reached:
        return msg("Nothing reaches them: no e-mail, no phone, no chat.")
    if on_call and not person.phone:
        return msg("Takes turns on call without a phone.")
    return None


def _team(plan: Plan, key: str) -> Team:
    people = members_of(plan, key)
    reached = any(plan[TEAM][one].can_be_reached for one in people)
    return Team(key, shown_name(plan, key), tuple(shown_name(plan, one) for one in people), reached)
