"""Words as people type them in a hurry, and the known word that was probably meant."""

import unicodedata
from collections.abc import Iterable

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message, msg
from bosco.plan.ledger import UnknownName, nearest

LONGEST = 300


def plain(text: str) -> str:
    """Return the text in small letters, without accents, with single spaces; refuse what nobody types in a line."""
    if len(text) > LONGEST:
        raise Unreadable(msg("“{text}…” is too long to be read", text=text[:60]))
    letters = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def not_known(says: Message, word: str, known: Iterable[str], like: Message | None = None) -> UnknownName:
    """Return the refusal that names the nearest known word, or else what such words are like."""
    near = nearest(word, known)
    return UnknownName(says, None if near else like, near)
