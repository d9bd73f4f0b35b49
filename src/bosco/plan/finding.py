"""A mistake or a warning, told with its place: `file:line:column: what was found; what is expected; did you mean`."""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from bosco.kit.words import Language, Message, msg
from bosco.plan.section import Path
from bosco.plan.yaml_tree import Place, Trouble


@dataclass(frozen=True)
class Finding:
    """One thing to say about a plan, at one place of one file."""

    file: str
    line: int
    column: int
    says: Message
    expected: Message | None = None
    nearest: str | None = None
    path: Path = ()
    # A sentence of its own, when `expected` cannot say it.
    hint: Message | None = None

    @property
    def place(self) -> Place:
        """Return where it is."""
        return Place(self.file, self.line, self.column)

    def text(self, language: Language) -> str:
        """Return what is said, without its place."""
        parts = [self.says]
        if self.expected:
            parts.append(msg("expected {what}", what=self.expected))
        if self.hint:
            parts.append(self.hint)
        if self.nearest:
            parts.append(msg("did you mean “{word}”?", word=self.nearest))
        return reduce(lambda so_far, more: msg("{so_far}; {more}", so_far=so_far, more=more), parts).say(language)

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: Language) -> str:
        """Return the line that the terminal and the editor show."""
        return f"{self.place}: {self.text(language)}"

    def as_json(self, language: Language) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "says": self.says.say(language),
            "expected": self.expected.say(language) if self.expected else None,
            "hint": self.hint.say(language) if self.hint else None,
            "nearest": self.nearest,
            "path": list(self.path),
        }


def finding_of(trouble: Trouble) -> Finding:
    """Return a trouble of the YAML itself as a finding."""
    place = trouble.place
    return Finding(place.file, place.line, place.column, trouble.says, trouble.expected, trouble.nearest)
