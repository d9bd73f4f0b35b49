"""What people read: sentences in French and English, and texts of the plan in either or both."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True)
class Message:
    """A sentence that has not yet chosen its language; made with `msg`."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """Return the sentence in that language."""
        said = {name: say(value, language) for name, value in self.values.items()}
        return translate(self.text, language).format_map(said) if said else translate(self.text, language)

    def __str__(self) -> str:
        return self.say("en")


def msg(text: str, /, **values: Any) -> Message:
    """Mark an English sentence for translation; `{name}` stands for a value, which may itself be a Message."""
    return Message(text, values)


Sayable = Message | str


def say(value: Any, language: Language) -> Any:
    """Return the value, in the language if it is a Message or a Text."""
    return value.say(language) if hasattr(value, "say") else value


def translate(text: str, language: Language) -> str:
    """Return the sentence in that language; English sentences are their own key."""
    return text if language == "en" else catalogue(language).get(text, text)


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Return the translations of a language from every `locale/<language>/*.po` file."""
    found: dict[str, str] = {}
    folder = resources.files("bosco").joinpath("locale", language)
    if folder.is_dir():
        for file in folder.iterdir():
            if file.name.endswith(".po"):
                found.update(read_po(file.read_text(encoding="utf-8")))
    return found


_PO_ESCAPE: dict[str, str] = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def _unquoted(line: str) -> str:
    inner = line[line.index('"') + 1 : line.rindex('"')]
    return re.sub(r"\\(.)", lambda found: _PO_ESCAPE.get(found[1], found[1]), inner)


def read_po(text: str) -> dict[str, str]:
    """Read a gettext catalogue: `msgid`/`msgstr` pairs, continued over lines; empty translations are left out."""
    pairs: dict[str, str] = {}
    parts: dict[str, str] = {}
    current = ""
    for line in [*text.splitlines(), 'msgid ""']:
        if line.startswith(("msgid ", "msgstr ")):
            if line.startswith("msgid ") and parts.get("msgid") and parts.get("msgstr"):
                pairs[parts["msgid"]] = parts["msgstr"]
            current = line.split(" ", 1)[0]
            parts[current] = _unquoted(line)
            if current == "msgid":
                parts.pop("msgstr", None)
        elif line.startswith('"') and current:
            parts[current] += _unquoted(line)
    return pairs


@dataclass(frozen=True)
class Text:
    """A text of the plan: one string for everybody, or one for each language."""

    texts: dict[Language, str]

    def say(self, language: Language) -> str:
        """Return it in that language, else in the other one."""
        return self.texts.get(language) or next(iter(self.texts.values()), "")

    def __str__(self) -> str:
        return self.say("en")


def language_of(environment: Callable[[str], str | None] = os.environ.get) -> Language | None:
    """Return the language that a terminal's environment asks for, or None if it asks for neither."""
    for name in ("BOSCO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = (environment(name) or "").lower()
        for language in LANGUAGES:
            if asked.startswith(language):
                return language
    return None
