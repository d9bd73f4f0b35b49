"""What the words of a sheet mean for a record: each read as its field wants it, or a mistake at its line."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bosco.anomalies.mistakes import Mistake
from bosco.anomalies.sheet import Sheet
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Refusal
from bosco.kit.words import LANGUAGES, Message, Sayable, msg, say
from bosco.plan.header import TIMEZONE
from bosco.plan.ledger import nearest
from bosco.plan.load import Plan
from bosco.plan.spelling import plain
from bosco.records.moves import kind_of
from bosco.records.section import Field, priorities_of
from bosco.records.values import option_key, read_value
from bosco.services.section import SERVICES

ANOMALY = "anomaly"
# These say what every record has; all others are fields of the kind, if it has them.
OF_THE_RECORD = ("severity", "service", "detected_at")
# How the four severities are called where the plan calls them otherwise, the most urgent first.
_RANKS = (("critique", "critical"), ("haute", "high"), ("moyenne", "medium"), ("faible", "low"))
_FIRST_NUMBER = re.compile(r"[+-]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)?")
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4})(?:\s+(?:à\s+|at\s+)?|T)(\d{1,2})[:hH](\d\d)(?::\d\d)?\s*(.*)")
_UTC = ("z", "utc", "gmt")


@dataclass
class Meaning:
    """What a record is made of, and what could not be understood."""

    values: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def meaning_of(plan: Plan, sheet: Sheet) -> Meaning:
    """Return what a sheet says, by its fields; what has no place in a record stays in the sheet alone."""
    found = Meaning()
    lines = {piece.field: piece.line for piece in reversed(sheet.layout) if piece.field}
    for key, words in sheet.fields.items():
        if not words.strip():
            continue
        try:
            value = read_words(plan, key, words)
        except Refusal as refusal:
            found.mistakes.append(Mistake(lines.get(key, 1), _why(refusal)))
            continue
        except Unreadable as odd:
            found.mistakes.append(Mistake(lines.get(key, 1), _both(odd.says, odd.expected or odd.hint)))
            continue
        if value is not None:
            found.values[key] = value
    if not sheet.fields.get("severity"):
        names = ", ".join(_severities(plan))
        found.mistakes.append(
            Mistake(lines.get("severity", 1), msg("the severity is missing; one of {names}", names=names))
        )
    return found


def _why(refusal: Refusal) -> Sayable:
    return _both(refusal.says, refusal.hint)


def _both(says: Sayable, more: Sayable | None) -> Sayable:
    return msg("{says} ({more})", says=says, more=more) if more else says


def read_words(plan: Plan, key: str, words: str) -> Any:
    """Return what the words of one field mean; None where a record has no place for it."""
    if key == "severity":
        return read_severity(plan, words)
    if key == "service" and len(plan[SERVICES]):
        return read_service(plan, words)
    if key == "detected_at":
        return read_instant(words, plan[TIMEZONE])
    declared = kind_of(plan, ANOMALY).fields.get(key)
    return None if declared is None else _read(plan, key, declared, words)


def _read(plan: Plan, key: str, declared: Field, words: str) -> Any:
    match declared.type:
        case "number" | "percentage":
            # “15 companies”, “8.5% (critical: 5%)”: the figure counts, the words stay in the sheet.
            return read_value(plan, key, declared, _figure(words, share="%" in words.split("(", maxsplit=1)[0]))
        case "choice":
            return read_value(plan, key, declared, _chosen(declared, words))
        case "list":
            return read_value(plan, key, declared, words.splitlines())
        case _:
            return read_value(plan, key, declared, words)


def _figure(words: str, *, share: bool) -> str:
    found = _FIRST_NUMBER.match(words.strip())
    if found is None:
        return words
    return found[0].strip() + ("%" if share else "")


def _chosen(declared: Field, words: str) -> str:
    """Return the choice that the words name among others: “Monitoring Coolify” is Monitoring."""
    said = plain(words[:200])
    for option in declared.options:
        for language in LANGUAGES:
            if re.search(rf"\b{re.escape(plain(str(say(option, language))))}\b", said):
                return option_key(option)
    return words


def _severities(plan: Plan) -> dict[str, str]:
    """Return the priorities of anomalies by every name that they have."""
    known = priorities_of(plan, ANOMALY)
    names = {str(say(one.name, language)): key for language in LANGUAGES for key, one in known.items() if one.name}
    return names or {key: key for key in known}


def read_severity(plan: Plan, words: str) -> str:
    """Return the priority that a severity means."""
    known = list(priorities_of(plan, ANOMALY))
    said = plain(words[:200])
    named = {plain(name): key for name, key in _severities(plan).items()} | {plain(key): key for key in known}
    if said in named:
        return named[said]
    if len(known) == len(_RANKS):
        for key, rank in zip(known, _RANKS, strict=True):
            if said in rank:
                return key
    names = list(_severities(plan))
    raise Unreadable(msg("there is no severity “{name}”", name=words[:60]), expected=_or_near(words, names))


def read_service(plan: Plan, words: str) -> str:
    """Return the service that is meant, by its key or its name; `invoice_service` is invoice."""
    said = _bare(words)
    services = plan[SERVICES]
    for key, one in services.items():
        names = [key, *([str(say(one.name, language)) for language in LANGUAGES] if one.name else [])]
        if said in {_bare(name) for name in names}:
            return key
    raise Unreadable(
        msg("the plan knows no service “{name}”", name=words[:60]), expected=_or_near(said, list(services))
    )


def _bare(name: str) -> str:
    said = re.sub(r"[\s_-]+", " ", plain(name[:200]))
    return re.sub(r"^service | service$", "", said)


def _or_near(words: str, names: list[str]) -> Message:
    near = nearest(words, names)
    return msg("did you mean “{near}”?", near=near) if near else msg("one of {names}", names=", ".join(names))


def read_instant(words: str, zone: ZoneInfo) -> datetime:
    """Return when it was noticed: `2025-01-15 14:30 UTC`, `15/01/2025 à 14h30`; without a zone, in the plan's."""
    text = words.strip()
    if found := _LOCAL.fullmatch(text):
        day, hour, minute, where = found[1], found[2], found[3], found[4].strip()
        if "/" in day:
            day = "-".join(reversed(day.split("/")))
        if where.casefold() in _UTC:
            where = "+00:00"
        text = f"{day}T{int(hour):02}:{minute}{where}"
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(
            msg("“{text}” is not a time", text=words[:60]),
            expected=msg("like {example}", example="2025-01-15 14:30 UTC"),
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)
