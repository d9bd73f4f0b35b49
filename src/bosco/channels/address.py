"""To whom a letter goes, at which address, and in whose language."""

from collections.abc import Mapping
from typing import Any

from bosco.channels.model import Letter, Receiver
from bosco.channels.section import Channel
from bosco.kit.words import Language
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan


def receivers_of(plan: Plan, letter: Letter, channel: Channel) -> tuple[Receiver, ...]:
    """Return the letter's receivers, or when it names none those of its channel, each with the address it needs."""
    team, field = team_of(plan), channel.way.address
    if field == "none":
        return letter.to
    named = letter.to or tuple(Receiver(one) if one in team else Receiver(address=one) for one in channel.to)
    return tuple(
        one if one.address else Receiver(one.person, getattr(team.get(one.person), field, None) or "") for one in named
    )


def language_for(plan: Plan, letter: Letter) -> Language:
    """Return the language of the letter, of the first whom it is for, or of the plan."""
    person = team_of(plan).get(letter.to[0].person) if letter.to else None
    found: Language = letter.language or getattr(person, "language", None) or plan[LANGUAGE]
    return found


def team_of(plan: Plan) -> Mapping[str, Any]:
    """Return the people of the plan."""
    # The team's room stands beside this one: its people are read as the plan holds them.
    section = next((one for one in plan.sections if one.key == "team"), None)
    return {} if section is None else plan[section]
