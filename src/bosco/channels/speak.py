"""Says a letter in the reader's language, and sets it as plain text."""

from typing import Any

from bosco.channels.kind import Said, SaidSection
from bosco.channels.model import Letter
from bosco.kit.packed import unpack
from bosco.kit.words import Language, say

LONGEST_TITLE = 300
LONGEST_LINE = 2000


def said(letter: Letter, letter_id: str, language: Language, site: str) -> Said:
    """Return the letter in that language; control characters are gone, and nothing is endless."""

    def words(packed: Any, limit: int = LONGEST_LINE) -> str:
        return clean(str(say(unpack(packed), language) or ""), limit)

    return Said(
        id=letter_id,
        event=letter.event,
        thread=letter.thread,
        title=words(letter.title, LONGEST_TITLE),
        brief=words(letter.brief),
        sections=tuple(
            SaidSection(
                words(one.heading) if one.heading is not None else "",
                tuple(words(line) for line in one.lines),
                tuple((words(label), words(value)) for label, value in one.facts),
                one.url,
                one.tone,
            )
            for one in letter.sections
        ),
        actions=tuple((one.kind, words(one.label), one.url) for one in letter.actions),
        to=tuple((one.person, one.address) for one in letter.to),
        language=language,
        site=site,
        priority=letter.priority,
        color=letter.color,
        rank=letter.rank,
        ends=letter.ends,
        subject=letter.subject,
        why=words(letter.why),
    )


def clean(text: str, limit: int) -> str:
    """Return text without control characters and without what turns the direction of writing, cut at the limit."""
    kept = "".join(sign if sign == "\n" or (sign.isprintable() and sign not in _TURNS) else " " for sign in text)
    return kept if len(kept) <= limit else f"{kept[: limit - 1]}…"


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def as_text(letter: Said) -> str:
    """Return the letter as plain text."""
    parts = [letter.title]
    for section in letter.sections:
        lines = [section.heading] if section.heading else []
        lines += [f"{label}: {value}" for label, value in section.facts]
        lines += list(section.lines)
        if section.url:
            lines.append(section.url)
        if lines:
            parts.append("\n".join(lines))
    if letter.actions:
        parts.append("\n".join(f"{label}: {url}" for _, label, url in letter.actions))
    return "\n\n".join(parts)
