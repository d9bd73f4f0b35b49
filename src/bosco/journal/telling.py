"""Tells a line in a language: each room's `model.py` holds the sentences of its own lines, in `SAYINGS`."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import bosco
from bosco.kit.packed import unpack
from bosco.kit.words import Language, Message, msg, say, translate

# The value of a sentence that the line does not hold.
NOTHING = "—"


@cache
def sayings() -> dict[str, Message]:
    """Return every room's sentences, by the word for what happened."""
    return {what: saying for module in _models() for what, saying in getattr(module, "SAYINGS", {}).items()}


@cache
def audiences() -> dict[str, str]:
    """Return who alone may read which lines: each room's `AUDIENCE`, from the beginning of a word to a role."""
    return {start: role for module in _models() for start, role in getattr(module, "AUDIENCE", {}).items()}


def _models() -> Iterator[Any]:
    for room in pkgutil.iter_modules(bosco.__path__):
        if room.ispkg:
            package = importlib.import_module(f"bosco.{room.name}")
            if any(file.name == "model" for file in pkgutil.iter_modules(package.__path__)):
                yield importlib.import_module(f"bosco.{room.name}.model")


def tell_line(what: str, subject: str, actor: str, why: str | None, data: dict[str, Any], language: Language) -> str:
    """Return the sentence of a line; one that no room has a sentence for is told plainly."""
    try:
        told = _values(what, subject, actor, why, data).said(language)
        saying = sayings().get(what) or (_PLAIN if told["why"] == NOTHING else _PLAIN_WITH_REASON)
        return translate(saying.text, language).format_map(told)
    except (ValueError, LookupError, AttributeError, TypeError):
        # Neither odd data nor a sentence that asks for too much may keep the page from being read.
        return f"{subject}: {what}"


_PLAIN = msg("{subject}: {what}")
_PLAIN_WITH_REASON = msg("{subject}: {what} ({why})")
# How a packed sentence is known among other data.
_PACKED = {"msg", "plural", "text"}


class _Values(dict[str, Any]):
    """What a sentence may ask for; what is missing shows as a dash."""

    def said(self, language: Language) -> "_Values":
        """Return the values in that language."""
        return _Values({name: _plain(say(value, language)) for name, value in self.items() if value is not None})

    def __missing__(self, name: str) -> str:
        return NOTHING


def _values(what: str, subject: str, actor: str, why: str | None, data: dict[str, Any]) -> _Values:
    kind, _, name = subject.partition(":")
    words = what.replace(".", ": ").replace("-", " ")
    values = _Values({kind: name or subject, "subject": subject, "what": words, "actor": actor, "why": why})
    values.update({word: _sentence(value) for word, value in data.items()})
    # A reason that was packed speaks both languages.
    values["why"] = values.get("because") or values.get("why")
    return values


def _sentence(value: Any) -> Any:
    return unpack(value) if isinstance(value, dict) and _PACKED & value.keys() else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(str(_plain(one)) for one in value)
    return value
