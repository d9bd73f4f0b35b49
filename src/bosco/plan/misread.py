"""A word of the plan that cannot be read: said in both languages, with the nearest word that can."""

import difflib
import unicodedata
from collections.abc import Iterable

from bosco.kit.words import Message, msg


class Misread(ValueError):  # noqa: N818 - an answer to the author of a plan, as a refusal is
    """What was written, why it cannot be read, and what was perhaps meant."""

    def __init__(self, says: Message, hint: Message | None = None) -> None:
        super().__init__(says, hint)
        self.says = says
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.says, self.hint) if part)


def plain(text: str) -> str:
    """Return the text in small letters, without accents, with single spaces: as people type it in a hurry."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def did_you_mean(word: str, known: Iterable[str]) -> Message | None:
    """Return the question that names the nearest known word, or None if none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return msg("did you mean “{word}”?", word=near[0]) if near else None
