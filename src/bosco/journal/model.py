"""A line of the journal, and what a look at the whole chain found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bosco.journal.telling import tell_line
from bosco.kit.words import Language, Message


@dataclass(frozen=True)
class Line:
    """One thing that happened; `place` is None while the line waits for its place in the one order."""

    place: int | None
    id: str
    at: datetime
    subject: str
    what: str
    actor: str
    why: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """Tell the line as a sentence: `{{ line|say }}` on a page."""
        return tell_line(self.what, self.subject, self.actor, self.why, self.data, language)


@dataclass(frozen=True)
class Anchor:
    """A place and the digest that was written down for it outside the database."""

    place: int
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What verifying the chain found: `broken_at` names the first place that is not as it was sealed."""

    lines: int
    waiting: int
    digest: str
    broken_at: int | None = None
    why: Message | None = None

    @property
    def whole(self) -> bool:
        """Say whether nothing was removed, altered or reordered."""
        return self.why is None
