"""The cells of the routing matrix: when a channel tells, to whom, and how the dashboard shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable
from bosco.kit.units import read_duration, say_duration, write_duration
from bosco.kit.words import Language, Message, Text, msg
from bosco.people.targets import ON_CALL_WORDS, Target, level_of, word_said
from bosco.plan.ledger import UnknownName, ledger_of, nearest
from bosco.plan.part import PlanPart
from bosco.plan.read_recurrence import read_recurrence
from bosco.plan.recurrence import Recurrence
from bosco.plan.section import together
from bosco.plan.spelling import plain
from bosco.plan.words import COLORS_TYPED, OneOrMany, read_color

How = Literal["now", "within", "grouped", "rhythm", "no"]
DASHBOARD = "dashboard"

_NOW = {"now", "yes", "oui", "immediate", "immediately", "immediat", "immediatement", "true"}
_NO = {"no", "non", "none", "never", "jamais", "aucun", "false", "-", "—"}
_GROUPED = ("grouped", "groupe", "groupes", "group")
_WITHIN = ("within ", "in ", "sous ", "dans ", "en ", "under ", "<= ", "<=", "< ", "<", "≤")
_BLINKING = {"blinking", "blink", "clignotant", "clignotante", "flashing"}
_EVEN_EMPTY = ("even empty", "meme vide")
_LIKE = msg("now, within 5m, grouped, daily at 08:30, weekly on mon at 09:00, on-call or no")


@dataclass(frozen=True)
class Tell:
    """When a channel tells something of a priority, and to whom if not to the channel as such."""

    how: How = "now"
    within: timedelta | None = None
    rhythm: Recurrence | None = None
    to: tuple[str, ...] = ()
    # The rhythm as it was written.
    written: str = ""
    # Whether a digest is sent although there is nothing to tell.
    empty: bool = False

    def __str__(self) -> str:
        when = {"now": "now", "no": "no", "grouped": "grouped", "rhythm": self._rhythm(), "within": ""}[self.how]
        if self.within is not None:
            when = f"{self.how} {write_duration(self.within)}"
        if not self.to:
            return when
        return ", ".join(self.to) + ("" if self.how == "now" else f" {when}")

    def _rhythm(self) -> str:
        return f"{self.written}, {_EVEN_EMPTY[0]}" if self.empty else self.written

    def say(self, language: Language) -> str:
        """Return it in words."""
        when = self._when()
        if not self.to or self.how == "no":
            return when.say(language)
        whom = together(word_said(one) or one for one in self.to)
        return msg("{when}, to {whom}", when=when, whom=whom).say(language)

    def _when(self) -> Message | Recurrence:
        if self.how == "rhythm" and self.rhythm:
            return self.rhythm
        if self.how == "within":
            return msg("within {span}", span=say_duration(self.within or timedelta(0)))
        if self.how == "grouped":
            return msg("grouped, every {span}", span=say_duration(self.within)) if self.within else msg("grouped")
        return msg("at once") if self.how == "now" else msg("not told")


@dataclass(frozen=True)
class Light:
    """How the dashboard shows a priority."""

    color: str
    blink: bool = False

    def __str__(self) -> str:
        return f"{self.color} blinking" if self.blink else self.color

    def say(self, language: Language) -> str:
        """Return it in words."""
        color = COLOR_NAMES.get(self.color) or Text({"en": self.color})
        return (msg("{color}, blinking", color=color) if self.blink else color).say(language)


COLOR_NAMES = {
    "red": msg("red"),
    "orange": msg("orange"),
    "yellow": msg("yellow"),
    "green": msg("green"),
    "blue": msg("blue"),
    "purple": msg("purple"),
    "grey": msg("grey"),
    "white": msg("white"),
    "black": msg("black"),
}


def read_light(text: str) -> Light:
    """Return the colour and whether it blinks: `red blinking`, `rouge clignotant`."""
    words = plain(text).split()
    colors = [word for word in words if word not in _BLINKING]
    if len(colors) != 1:
        expected = msg("something like {example}", example="red blinking")
        raise Unreadable(msg("“{text}” is not a colour", text=text[:40]), expected=expected)
    return Light(read_color(colors[0]), len(words) > 1)


def read_when(text: str) -> Tell | None:
    """Return when something is told, or None if the text says anything else."""
    words = plain(text)
    if words in _NOW:
        return Tell("now")
    if words in _NO:
        return Tell("no")
    for group in _GROUPED:
        if words == group or words.startswith(f"{group} "):
            rest = words[len(group) :].removeprefix(" every").removeprefix(" toutes les").strip()
            return Tell("grouped", read_duration(rest) if rest else None)
    for start in _WITHIN:
        if words.startswith(start) and words[len(start) :].strip()[:1].isdigit():
            return Tell("within", read_duration(words[len(start) :]))
    if words and words.split()[0] in _RHYTHMS:
        end = next((end for end in _EVEN_EMPTY if words.endswith(end)), "")
        written = " ".join(text.split())
        written = written[: len(written) - len(end)].rstrip(" ,")
        return Tell("rhythm", rhythm=read_recurrence(written), written=written, empty=bool(end))
    return None


_RHYTHMS = {
    *("daily", "weekly", "monthly", "quarterly", "yearly", "hourly", "every", "each", "on"),
    *(
        "quotidien",
        "quotidienne",
        "hebdomadaire",
        "mensuel",
        "mensuelle",
        "trimestriel",
        "annuel",
        "chaque",
        "tous",
        "toutes",
    ),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


def read_tell(text: str, known: frozenset[str] | None) -> Tell:
    """Return a cell: when, or whom, or whom and then when (`on-call within 5m`)."""
    if when := read_when(text):
        return when
    words = text.split()
    for cut in range(len(words), 0, -1):
        whom = tuple(part.strip() for part in " ".join(words[:cut]).split(",") if part.strip())
        if whom and all(_is_target(one, known) for one in whom):
            when = read_when(" ".join(words[cut:])) if cut < len(words) else Tell("now")
            if when:
                return Tell(when.how, when.within, when.rhythm, whom, when.written, when.empty)
    near = nearest(text, {"now", "grouped", "daily", "weekly", "on-call", "no", *(known or ())})
    raise UnknownName(msg("“{text}” does not say when or to whom", text=text[:60]), _LIKE, near)


def _is_target(word: str, known: frozenset[str] | None) -> bool:
    if word in ON_CALL_WORDS or level_of(word) is not None:
        return True
    return known is not None and word in known


class TellWords(PlanPart):
    """A cell written out: when, and to whom."""

    when: str = "now"
    to: OneOrMany[Target] = ()


class _Cell:
    """Reads one cell of the matrix."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.with_info_after_validator_function(_read_text, core_schema.str_schema())
        long = core_schema.no_info_after_validator_function(_read_words, handler.generate_schema(TellWords))
        return core_schema.no_info_before_validator_function(
            lambda value: str(value) if isinstance(value, (Tell, Light)) else value,
            core_schema.union_schema([text, long]),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )


def _read_text(text: str, info: ValidationInfo) -> Tell | Light:
    ledger = ledger_of(info.context)
    people, rotations = ledger.names("team"), ledger.names("on_call")
    known = None if people is None and rotations is None else (people or frozenset()) | (rotations or frozenset())
    words = set(plain(text).split())
    if words & _BLINKING or words & COLORS_TYPED:
        return read_light(text)
    return read_tell(text, known)


def _read_words(words: TellWords) -> Tell:
    when = read_when(words.when)
    if when is None:
        raise Unreadable(msg("“{text}” does not say when", text=words.when[:60]), expected=_LIKE)
    return Tell(when.how, when.within, when.rhythm, words.to, when.written, when.empty)


Cell = Annotated[Tell | Light, _Cell()]
Row = Mapping[str, Tell | Light]
