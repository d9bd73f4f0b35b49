"""Which passwords an attacker would try first: common words, rows of keys and repetitions, however decorated."""

import re
from functools import cache
from importlib import resources

ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm")
# What people write instead of letters, and believe to be clever.
DECORATION = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
YEAR = re.compile(r"(19|20)\d\d")
ENOUGH = 5


@cache
def words() -> list[str]:
    """Return what stands at the top of published lists of leaked passwords, French and English, longest first."""
    text = resources.files("bosco.accounts").joinpath("weak_words.txt").read_text(encoding="utf-8")
    return sorted(text.split(), key=len, reverse=True)


def _without_rows(text: str) -> str:
    kept, at = [], 0
    while at < len(text):
        length = max((_row_at(text, at, row) for row in (*ROWS, *(row[::-1] for row in ROWS))), default=0)
        if length >= 4:
            at += length
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _row_at(text: str, at: int, row: str) -> int:
    start = row.find(text[at])
    if start < 0:
        return 0
    length = 0
    while at + length < len(text) and start + length < len(row) and text[at + length] == row[start + length]:
        length += 1
    return length


def _without_words(text: str) -> str:
    for word in words():
        text = text.replace(word, "")
    return text


def remainder(password: str) -> str:
    """Return what is left of the password once everything that comes first to mind has been taken out."""
    plain = password.casefold()
    undone = _without_words(_without_words(plain).translate(DECORATION)) if plain else ""
    rest = _without_rows(YEAR.sub("", _without_words(plain)))
    return min(rest, undone, key=lambda text: len(set(text)))


def is_easily_guessed(password: str) -> bool:
    """Say whether too little is left: `P@ssw0rd2026!` is `password` and nothing else."""
    return len(set(remainder(password))) < ENOUGH
