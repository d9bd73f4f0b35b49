"""A revision: what the plan was, since when, by whom and why."""

from dataclasses import dataclass
from datetime import datetime

from bosco.kit.facts import Fact
from bosco.kit.words import LANGUAGES, Language, Message, msg, say

SAYINGS = {
    "plan.took-effect": msg("Revision {number} of the plan took effect."),
    "plan.refused": msg("A changed plan was refused: {count} mistakes, the first at {first}."),
    "plan.explained": msg("Revision {number} of the plan was explained: {why}"),
    "plan.restored": msg("The plan was put back to revision {number}."),
}


@dataclass(frozen=True)
class Saying:
    """A sentence that was kept in every language, because what made it is gone."""

    texts: dict[Language, str]

    @classmethod
    def of(cls, message: Message) -> "Saying":
        """Keep a message in every language."""
        return cls({language: say(message, language) for language in LANGUAGES})

    def say(self, language: Language) -> str:
        """Return it in that language."""
        return self.texts.get(language, "")


@dataclass(frozen=True)
class Revision:
    """One plan that was in force from an instant on; `sources` are its files as they stood."""

    number: int
    at: datetime
    digest: str
    actor: str
    why: str | None
    sources: dict[str, str]
    changes: tuple[Saying, ...]


class PlanTookEffect(Fact, frozen=True, kw_only=True):
    """Another plan is in force."""

    number: int
    digest: str
