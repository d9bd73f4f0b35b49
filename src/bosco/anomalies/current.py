"""The sheet of a record as it stands now: words that still mean what the record says stay as they were written."""

from typing import Any

from bosco.anomalies.meaning import ANOMALY, read_words
from bosco.anomalies.sheet import FIELDS, Sheet, with_fields
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Refusal
from bosco.kit.units import write_percentage
from bosco.kit.words import Language, Text, say
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.records.section import Field, priorities_of
from bosco.services.section import SERVICES, service_name


def current_sheet(plan: Plan, record: Record, sheet: Sheet | None, language: Language) -> Sheet:
    """Return the sheet of a record: the one that it came with, with what has changed since; else a new one."""
    before = sheet or Sheet(record.number, {})
    values = values_of(plan, record)
    fields: dict[str, str] = {}
    for key in FIELDS:
        words = before.fields.get(key, "")
        if key not in values or (words and _still_means(plan, key, words, values[key])):
            continue
        if key == "detected_at" and words:
            continue
        fields[key] = _written(plan, key, values[key], language)
    return with_fields(Sheet(record.number, before.fields, before.layout), fields)


def values_of(plan: Plan, record: Record) -> dict[str, Any]:
    """Return what a record says of each field of a sheet that it has a place for."""
    declared = kind_of(plan, ANOMALY).fields
    found = {key: record.fields.get(key) for key in FIELDS if key in declared}
    found |= {"severity": record.priority, "service": record.service, "detected_at": record.opened_at}
    if "user_impact" not in declared:
        found["user_impact"] = record.title
    return found


def _still_means(plan: Plan, key: str, words: str, value: object) -> bool:
    if key == "user_impact" and "user_impact" not in kind_of(plan, ANOMALY).fields:
        return " ".join(words.split()) == value
    try:
        meant = read_words(plan, key, words)
    except (Refusal, Unreadable):
        # The plan has changed since: what it no longer knows counts as it stands.
        return value is not None and words == str(value)
    return bool(meant == value)


def _written(plan: Plan, key: str, value: Any, language: Language) -> str:
    if value in (None, "", []):
        return ""
    if key == "severity":
        found = priorities_of(plan, ANOMALY).get(value)
        return str(say(found.name, language)) if found and found.name else str(value)
    if key == "service" and value in plan[SERVICES]:
        return str(say(service_name(plan, value), language))
    if key == "detected_at":
        return f"{value.astimezone(plan[TIMEZONE]):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return _plain(kind_of(plan, ANOMALY).fields.get(key), value, language)


def _plain(declared: Field | None, value: Any, language: Language) -> str:
    if declared and declared.type == "percentage":
        return write_percentage(value)
    if declared and declared.type == "choice":
        texts = [option for option in declared.options if isinstance(option, Text) and option.say("en") == value]
        return str(say(texts[0], language)) if texts else str(value)
    return str(value)
