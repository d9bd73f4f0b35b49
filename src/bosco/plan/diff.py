"""What changes from one plan to another, in words: `Services / api: sla 99.9% → 99.95%`."""

from collections.abc import Iterator
from typing import Any

from bosco.kit.words import Message, Text, msg
from bosco.plan.load import Plan
from bosco.plan.section import AnySection

_LONGEST = 60
_NOTHING: tuple[Any, ...] = (None, [], {}, "")


def diff(old: Plan, new: Plan) -> list[Message]:
    """Return each change, in the order of the document."""
    known = {section.key: section for section in (*old.sections, *new.sections)}
    changes = (_section(section, old.written(section), new.written(section)) for section in known.values())
    return [change for changed in changes for change in changed]


def _section(section: AnySection, before: Any, after: Any) -> Iterator[Message]:
    if before == after and list(before or ()) == list(after or ()):
        return
    if not isinstance(before, dict) or not isinstance(after, dict) or section.is_one_thing:
        yield from _inside(section.title, (), before, after)
        return
    for name in _names(before, after):
        place = msg("{section} / {name}", section=section.title, name=name)
        if name not in after:
            yield msg("{place}: removed", place=place)
        elif name not in before:
            yield msg("{place}: added", place=place)
        else:
            yield from _inside(place, (), before[name], after[name])
    if set(before) == set(after) and list(before) != list(after):
        yield msg("{section}: in another order", section=section.title)


def _names(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [*before, *(name for name in after if name not in before)]


def _inside(place: Message, words: tuple[str, ...], before: Any, after: Any) -> Iterator[Message]:
    """Yield what changed in an entry, as deep as both sides can be compared word by word."""
    before, after = _by_name(before), _by_name(after)
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and not _is_text(before) and not _is_text(after):
        for word in _names(before, after):
            yield from _inside(place, (*words, word), before.get(word), after.get(word))
        return
    said = msg("{place}: {word}", place=place, word=" / ".join(words)) if words else place
    if before in _NOTHING:
        yield msg("{place} {after}, new", place=said, after=_told(after))
    elif after in _NOTHING:
        yield msg("{place} {before}, no longer", place=said, before=_told(before))
    elif words:
        yield msg("{place} {before} → {after}", place=said, before=_told(before), after=_told(after))
    else:
        yield msg("{place}: {before} → {after}", place=said, before=_told(before), after=_told(after))


def _by_name(value: Any) -> Any:
    """Compare lists of mappings by the names that they hold, else by their places."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return value
    if all(len(one) == 1 for one in value) and len({next(iter(one)) for one in value}) == len(value):
        return {name: inner for one in value for name, inner in one.items()}
    return {str(place): one for place, one in enumerate(value, 1)}


def _is_text(value: dict[str, Any]) -> bool:
    return bool(value) and set(value) <= {"fr", "en"}


def _told(value: Any) -> Message | Text | str:
    if isinstance(value, bool):
        return msg("yes") if value else msg("no")
    if isinstance(value, dict) and _is_text(value):
        return Text({language: str(text) for language, text in value.items()})
    if isinstance(value, dict):
        return _short(", ".join(f"{word} {inner}" for word, inner in value.items()))
    if isinstance(value, list):
        return _short(", ".join(str(one) for one in value))
    return _short(str(value))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
