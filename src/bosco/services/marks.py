"""What stands beside a line of time: incidents, deployments, planned work; other rooms tell theirs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bosco.kit.words import Message, Sayable, Text, msg
from bosco.services.spans import Span
from bosco.store.tx import Tx

Sort = Literal["incident", "deployment", "maintenance"]
SORTS: dict[Sort, Message] = {
    "incident": msg("Incident"),
    "deployment": msg("Deployment"),
    "maintenance": msg("Planned work"),
}
TONES: dict[Sort, str] = {"incident": "red", "deployment": "blue", "maintenance": "grey"}


@dataclass(frozen=True)
class Mark:
    """One thing that happened to a service; without an end it was an instant, or goes on."""

    sort: Sort
    at: datetime
    says: Sayable | Text
    until: datetime | None = None
    href: str | None = None
    # What is said of it where there is little room.
    short: Sayable | Text = ""

    @property
    def tone(self) -> str:
        """Return the tone in which it is drawn."""
        return TONES[self.sort]


# Tells what touched a service within a span.
Marks = Callable[[Tx, str, Span], Iterable[Mark]]
