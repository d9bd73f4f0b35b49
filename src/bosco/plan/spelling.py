"""Words as people type them in a hurry, and the known word that is nearest to one."""

import difflib
import unicodedata
from collections.abc import Iterable

from bosco.kit.words import Message, msg


def plain(text: str) -> str:
    """Return the text in small letters, without accents, with single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def did_you_mean(word: str, known: Iterable[str], at_least: float = 0.6) -> Message | None:
    """Return the question that names the nearest known word, or None if none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=at_least)
    return msg("did you mean “{word}”?", word=near[0]) if near else None
