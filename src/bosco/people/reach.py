"""How somebody is reached: which of their addresses a kind of channel needs."""

from bosco.kit.words import Message, msg
from bosco.people.section import TEAM, Person
from bosco.plan.load import Plan

_ADDRESS = {"smtp": "email", "email": "email", "sms": "phone", "phone": "phone", "slack": "slack", "discord": "discord"}


def address_of(plan: Plan, person: str, channel_kind: str) -> str | None:
    """Return the address of somebody on that kind of channel; None where they have none there."""
    found = plan[TEAM].get(person)
    return None if found is None else _own(found, channel_kind)


def _own(person: Person, channel_kind: str) -> str | None:
    field = _ADDRESS.get(channel_kind)
    address: str | None = getattr(person, field) if field else None
    return address or None


# The ways by which somebody may be reached, by the word of the plan.
WAYS: dict[str, Message] = {
    "email": msg("E-mail"),
    "phone": msg("Phone"),
    "slack": msg("Slack"),
    "discord": msg("Discord"),
}


def ways_to(person: Person) -> list[tuple[str, str]]:
    """Return every address of somebody, with its word."""
    return [(word, address) for word in WAYS if (address := getattr(person, word))]
