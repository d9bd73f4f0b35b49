"""What the page of a case shows beside the record: how it stands, what happened, what moved first, what is alike."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bosco.incidents import store
from bosco.incidents.correlate import alike
from bosco.incidents.first_moves import FirstMoves
from bosco.incidents.gather import gather
from bosco.incidents.moves import CHARTS, Moved
from bosco.incidents.section import Audience, templates_of
from bosco.incidents.store import Case, Joined, Postmortem
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.kit.words import Language, Sayable, Text, say
from bosco.people.section import TEAM, shown_name
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.spelling import plain
from bosco.records import rows
from bosco.records.record import Record
from bosco.services.section import SERVICES, service_name
from bosco.store.store import Store
from bosco.store.tx import Tx

# How far back similar cases are looked for.
MEMORY = timedelta(days=365)
SHORT = 3
MOST_REMEMBERED = 200
AUDIENCES: tuple[Audience, ...] = ("public", "internal")
_PLACE = re.compile(r"\{(number|title|since|service)\}")
TONES: Mapping[str, str] = {
    "probe.went-down": "critical",
    "service.went-down": "critical",
    "alert.fired": "critical",
    "clock.broke": "critical",
    "notice.failed": "critical",
    "probe.degraded": "degraded",
    "service.degraded": "degraded",
    "clock.reached": "degraded",
    "incident.came-back": "degraded",
    "probe.came-back": "ok",
    "service.came-back": "ok",
    "alert.resolved": "ok",
    "incident.recovered": "ok",
    "record.closed": "ok",
    "notice": "info",
    "escalation": "info",
    "record": "info",
}
# What leads nowhere by itself when somebody reads in haste.
APART = (
    *("notice.owed", "notice.superseded", "notice.told", "matter.", "escalation.started"),
    *("clock.started", "clock.changed", "clock.paused", "clock.resumed", "clock.stopped"),
)


@dataclass(frozen=True)
class Alike:
    """A past case that is like this one."""

    number: str
    title: str
    began: datetime
    share: float


@dataclass(frozen=True)
class Room:
    """Everything around a case."""

    case: Case
    joined: Sequence[Joined]
    lines: Sequence[Line]
    related: Sequence[Alike]
    postmortem: Postmortem | None
    templates: Mapping[Audience, Sequence[tuple[str, Text]]]
    service: Sayable | Text | None
    number: str
    title: str
    now: datetime
    zone: ZoneInfo
    names: Mapping[str, Any]
    moves: Sequence[Moved] = ()

    @property
    def firing(self) -> int:
        """Return how many of its alerts hold."""
        return sum(one.resolved is None for one in self.joined)

    @property
    def drawn(self) -> list[tuple[Moved, dict[str, Any]]]:
        """Return what moved first with its charts, the first few alone."""
        return [(one, one.drawing(self.case.began, self.number)) for one in self.moves[:CHARTS]]

    @property
    def late(self) -> bool:
        """Say whether its post-mortem is overdue."""
        due = self.postmortem.due if self.postmortem else None
        return due is not None and due < self.now

    def tone(self, line: Line) -> str:
        """Return the tone of a line."""
        return next((tone for start, tone in TONES.items() if line.what.startswith(start)), "muted")

    def who(self, line: Line) -> Any:
        """Return who did what a line says, if it was not Bosco by itself."""
        name = line.actor.partition(":")[2] or line.actor
        return None if line.actor == "bosco" else self.names.get(name, name)

    @property
    def story(self) -> list[Line]:
        """Return what happened; what was only going to happen, and each turn of a clock, stand apart."""
        return [line for line in self.lines if not line.what.startswith(APART)]

    @property
    def apart(self) -> list[Line]:
        """Return what is written down beside the story."""
        return [line for line in self.lines if line.what.startswith(APART)]

    def fill(self, text: Text) -> Text:
        """Return words to begin with, their places filled in; an unknown place stays as it is."""
        values = {"number": self.number, "title": self.title, "since": f"{self.case.began.astimezone(self.zone):%H:%M}"}

        def filled(words: str, language: Language) -> str:
            known = {**values, "service": str(say(self.service or self.title, language))}
            return _PLACE.sub(lambda found: known.get(found[1], found[0]), words)

        return Text({language: filled(words, language) for language, words in text.texts.items()})


async def enter(data: Store, journal: Journal, plan: Plan, record: Record, now: datetime, moves: FirstMoves) -> Room:
    """Return the room of a case."""

    def read(tx: Tx) -> tuple[Case, list[Joined], Postmortem | None, list[Record]]:
        case = store.case_of(tx, record.number) or Case(
            record.number, record.kind, record.service, record.opened_at, record.opened_at, ended=record.over_at
        )
        others = [one for one in store.cases_since(tx, "incident", now - MEMORY) if one.number != record.number]
        past = list(rows.load_many(tx, [one.number for one in others[:MOST_REMEMBERED]]).values())
        return case, store.alerts_of(tx, [record.number]), store.postmortem_of(tx, record.number), past

    case, joined, postmortem, past = await data.read(read)
    service = record.service
    return Room(
        moves=await moves.of(case),
        case=case,
        joined=joined,
        lines=await gather(journal, plan, case, joined, now),
        related=_related(record, past),
        postmortem=postmortem,
        templates={one: list(templates_of(plan, one).items()) for one in AUDIENCES},
        zone=plan[TIMEZONE],
        names={name: shown_name(plan, name) for name in plan[TEAM]},
        number=record.number,
        title=record.title,
        now=now,
        service=service_name(plan, service) if service and service in plan[SERVICES] else service,
    )


def _related(record: Record, past: Sequence[Record]) -> list[Alike]:
    by_number = {one.number: one for one in past}
    found = alike(words_of(record), [(one.number, words_of(one)) for one in past])
    return [Alike(number, by_number[number].title, by_number[number].opened_at, share) for number, share in found]


def words_of(record: Record) -> list[str]:
    """Return the words by which cases are alike: of its title, its service and its cause."""
    said = [record.title, record.service or "", str(record.fields.get("cause") or "")]
    return [word for text in said for word in plain(text).split() if len(word) >= SHORT]
