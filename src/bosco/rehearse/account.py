"""The account of a rehearsal: the journal, as who was told what, when, and what happened to whom."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bosco.journal.model import Line
from bosco.kit.packed import unpack
from bosco.kit.words import Language, say

# What the house says about itself rather than about the scenario.
BESIDE_THE_POINT = (
    "plan.",
    "account.",
    "user.",
    "session.",
    "token.",
    "matter.opened",
    "matter.changed",
    "matter.closed",
)
# A letter that arrived is told by its own line.
TOLD_TWICE = ("notice.told",)


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `to` and `via` are empty for what is no message."""

    at: str
    what: str
    subject: str
    to: str | None
    via: str | None
    priority: str | None
    why: str | None
    says: str

    def written(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def entries_of(lines: Iterable[Line], zone: ZoneInfo, language: Language, since: datetime) -> list[Entry]:
    """Return what happened from that instant on, a message for several people as one entry each."""
    return [
        entry
        for line in lines
        if line.at >= since and not line.what.startswith(BESIDE_THE_POINT) and line.what not in TOLD_TWICE
        for entry in _entries(line, zone, language)
    ]


def _entries(line: Line, zone: ZoneInfo, language: Language) -> Iterator[Entry]:
    data = line.data
    receivers = data.get("to")
    named = receivers if isinstance(receivers, list) and receivers else [receivers]
    for receiver in named:
        yield Entry(
            at=line.at.astimezone(zone).isoformat(timespec="seconds"),
            what=line.what,
            subject=line.subject,
            to=_text(receiver, language),
            via=_text(data.get("via"), language),
            priority=_text(data.get("priority"), language),
            why=_text(data.get("why"), language) or _text(data.get("because"), language) or line.why,
            says=line.say(language),
        )


def _text(value: Any, language: Language) -> str | None:
    if value in (None, "", [], {}):
        return None
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(one, language) for one in value)))
    return str(say(unpack(value), language))
