"""Numbers as people write them in French and English, read strictly and written back."""

import math
import re

from bosco.kit.words import Message, Text, msg

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
SPACES = f" {NO_BREAK_SPACE}{NARROW_SPACE}"

# 2500 · 2 500 · 2,500 · 2,500.5 · 2.5 · 2,5
NUMBER = rf"[+-]?(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
_NUMBER = re.compile(NUMBER)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_EXPONENT = re.compile(r"[+-]?\d*\.?\d+e[+-]?\d{1,3}", re.IGNORECASE)
_PADDED = re.compile(r"[+-]?0\d+")
_BASED = re.compile(r"0[xob][0-9a-f]+", re.IGNORECASE)
_LARGEST = 1e15


class Unreadable(ValueError):  # noqa: N818 - named as what happened
    """Something typed that cannot be read: what is wrong with it, and what to write instead.

    `hint` is a sentence of its own; `expected` is a thing, told after “expected”.
    """

    def __init__(self, says: Message, hint: Message | None = None, *, expected: Message | None = None) -> None:
        super().__init__(says, hint, expected)
        self.says = says
        self.hint = hint
        self.expected = expected

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.says, self.expected, self.hint) if part)


def read_number(value: str | float) -> float:
    """Return the number, refusing spellings that programs read in surprising ways (`1e3`, `0755`, `0x1F`, `.5`)."""
    text = str(value).strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    elif not _NUMBER.fullmatch(text) or _PADDED.match(text):
        raise _odd(text)
    elif _THOUSANDS.fullmatch(text):
        number = float(text.replace(",", ""))
    else:
        number = float(re.sub(f"[{SPACES}]", "", text).replace(",", "."))
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise Unreadable(msg("{text} is too large a number", text=text[:40]))
    return number


def read_whole(value: str | float) -> int:
    """Return the whole number, refusing anything after its comma."""
    number = read_number(value)
    if number != int(number):
        raise Unreadable(msg("{text} is not a whole number", text=str(value)))
    return int(number)


def _odd(text: str) -> Unreadable:
    """Say what is odd about it, and how it is written instead."""
    hint: Message | None = None
    if _EXPONENT.fullmatch(text):
        value = float(text)
        if math.isfinite(value) and abs(value) <= _LARGEST:
            hint = msg("write it out: {number}", number=write_number(value))
        return Unreadable(msg("{text} is a number with an exponent", text=text), hint)
    if _PADDED.fullmatch(text):
        hint = msg("write {number}", number=str(int(text)))
        return Unreadable(msg("{text} starts with a zero, which some programs read as octal", text=text), hint)
    if _BASED.fullmatch(text):
        hint = msg("write {number}", number=str(int(text, 0))) if len(text) < 20 else None
        return Unreadable(msg("{text} is not written in ordinary digits", text=text[:40]), hint)
    if text.startswith(".") and _NUMBER.fullmatch("0" + text):
        return Unreadable(
            msg("{text} lacks the digit before its point", text=text), msg("write {number}", number="0" + text)
        )
    shown = text if len(text) <= 60 else text[:57] + "…"
    return Unreadable(msg("“{text}” is not a number", text=shown), expected=msg("a number such as 12 or 2.5"))


def write_number(number: float, places: int = 6) -> str:
    """Return the number as the plan and English write it: no exponent, no needless zeros."""
    text = f"{number:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def say_number(number: float, places: int = 2) -> Text:
    """Return the number with its thousands apart: 2,500.5 in English, 2 500,5 in French."""
    text = write_number(round(number, places), places)
    whole, _, part = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole.lstrip("-")) > 3 else whole
    english = f"{grouped}.{part}" if part else grouped
    french = grouped.replace(",", NARROW_SPACE) + (f",{part}" if part else "")
    return Text({"fr": french, "en": english})
