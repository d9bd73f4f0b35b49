"""Ids that sort by the time they were made, and secrets that nobody guesses."""

import secrets
from datetime import datetime
from random import Random
from typing import Protocol

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80


class Ids(Protocol):
    """Where identity and chance come from."""

    def new(self, at: datetime) -> str:
        """Return a fresh id of 26 characters; later ids sort after earlier ones of the same process."""

    def secret(self, size: int = 32) -> str:
        """Return an unguessable word, safe in a URL."""

    def chance(self) -> float:
        """Return a number between 0 and 1, for jitter."""


def _written(number: int) -> str:
    digits = []
    for _ in range(26):
        number, rest = divmod(number, 32)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


class _SortedIds:
    def __init__(self) -> None:
        self._last = 0

    def new(self, at: datetime) -> str:
        stamp = int(at.timestamp() * 1000) << _RANDOM_BITS
        # Within one millisecond, or when the clock steps back, count on from the last id.
        self._last = max(stamp | self._bits(_RANDOM_BITS), self._last + 1)
        return _written(self._last)

    def _bits(self, count: int) -> int:
        raise NotImplementedError


class RealIds(_SortedIds):
    """Chance from the operating system."""

    def _bits(self, count: int) -> int:
        return secrets.randbits(count)

    def secret(self, size: int = 32) -> str:
        """Return an unguessable word, safe in a URL."""
        return secrets.token_urlsafe(size)

    def chance(self) -> float:
        """Return a number between 0 and 1."""
        return secrets.randbelow(1 << 30) / (1 << 30)


class SeededIds(_SortedIds):
    """The same ids at every run, for stories and rehearsals; never for secrets of a real installation."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__()
        self._random = Random(seed)  # noqa: S311 - stories are to repeat, and hold no real secret

    def _bits(self, count: int) -> int:
        return self._random.getrandbits(count)

    def secret(self, size: int = 32) -> str:
        """Return a word that repeats from run to run."""
        return f"{self._random.getrandbits(size * 8):0{size * 2}x}"

    def chance(self) -> float:
        """Return a number that repeats from run to run."""
        return self._random.random()
