"""One sentence for one thing and another for several, as each language counts."""

from dataclasses import dataclass, field
from typing import Any

from bosco.kit.words import Language, Message


@dataclass(frozen=True)
class Plural:
    """A sentence whose form depends on a number; made with `plural`."""

    count: float
    one: str
    many: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Return the English sentence that this language uses for the number: French says nought in the singular."""
        single = -2 < self.count < 2 if language == "fr" else self.count == 1
        return self.one if single else self.many

    def say(self, language: Language) -> str:
        """Return the sentence in that language."""
        return Message(self.text(language), {"n": self.count, **self.values}).say(language)

    def __str__(self) -> str:
        return self.say("en")


def plural(count: float, one: str, many: str, /, **values: Any) -> Plural:
    """Mark two English sentences for translation: `plural(3, "{n} probe", "{n} probes")`; a Message may hold it."""
    return Plural(count, one, many, values)
