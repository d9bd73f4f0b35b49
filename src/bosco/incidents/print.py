"""A post-mortem on paper."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bosco.incidents import learning
from bosco.incidents.postmortem import PARTS
from bosco.incidents.store import Postmortem
from bosco.kit.packed import unpack
from bosco.kit.words import Language, Message, msg, say
from bosco.records.record import Record
from bosco.web.paper import Chapter, Paper

_STATES: dict[str, Message] = {
    "draft": msg("Draft"),
    "review": msg("To be read"),
    "published": msg("Published"),
}


def paper_of(record: Record, one: Postmortem, language: Language, zone: ZoneInfo, foot: str) -> Paper:
    """Return the document: each sentence as it stands, those of the timeline with their time."""

    def told(words: object) -> str:
        return str(say(words, language))

    chapters = []
    for part, heading in PARTS.items():
        sentences = learning.sentences(one, part)
        lines = [told(unpack(each.says)) for each in sentences if part != "timeline" or each.at is None]
        moments = [
            (_clock(each.at, zone), told(unpack(each.says)))
            for each in sentences
            if part == "timeline" and each.at is not None
        ]
        chapters.append(Chapter(told(heading), lines or ([] if moments else ["—"]), moments))
    facts = [
        (told(msg("Priority")), record.priority),
        (told(msg("State")), told(_STATES[one.state])),
        (told(msg("Began")), _clock(record.opened_at, zone)),
    ]
    title = told(msg("Post-mortem of {number}", number=record.number))
    return Paper(title, record.title, chapters, foot, language, facts)


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
