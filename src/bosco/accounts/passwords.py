"""Passwords: what makes one good enough, and how it is kept and compared."""

import base64
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from bosco.accounts.weak import is_easily_guessed
from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.refusal import Code
from bosco.kit.words import Message, msg
from bosco.web.limit import TooOften

SHORTEST = 12
LONGEST = 256
# A comparison takes some 35 ms on purpose: a longer queue of strangers would only be answered after they have left.
MOST_WAITING = 100
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html, the line with the smallest memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def _nothing_to_match(hasher: PasswordHasher) -> str:
    salt, digest = (base64.b64encode(bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


# Compared with when there is no such account, so that the answer takes as long as for one that exists.
NOBODYS = _nothing_to_match(HASHER)


def normal(password: str) -> str:
    """Return the password as it is compared: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def refuse_password(password: str, *about: str) -> Message | None:
    """Say why the password may not be chosen by somebody who is known by those words, or None if it may."""
    if len(password) > LONGEST:
        return msg("Choose at most {count} characters.", count=LONGEST)
    shown = normal(password)
    if len(shown) < SHORTEST:
        return msg("Choose at least {count} characters: a few words make a good password.", count=SHORTEST)
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in shown):
        return msg("A password is made of letters, digits, signs and spaces only.")
    if contains_one_of(shown, about):
        return msg("A password must not contain your login, your name or your e-mail address.")
    if is_easily_guessed(shown):
        return msg("This password is among the first that would be tried. Choose a few words that do not go together.")
    return None


def contains_one_of(password: str, about: tuple[str, ...]) -> bool:
    """Say whether one of those names, or a part of one that is long enough to mean something, is in the password."""
    folded = normal(password).casefold()
    for name in about:
        whole = normal(name).casefold()
        for part in {whole, whole.partition("@")[0], *whole.replace("@", " ").replace(".", " ").split()}:
            if len(part) >= 4 and part in folded:
                return True
    return False


@dataclass(frozen=True)
class Compared:
    """Whether a password was the right one, and how it should be kept from now on if its manner has aged."""

    right: bool
    rehashed: str | None = None


@service
class Passwords:
    """Hashes and compares in threads of its own; a flood of strangers never takes the thread of known devices."""

    def __init__(self, clock: Clock, hasher: PasswordHasher = HASHER) -> None:
        self._clock = clock
        self._hasher = hasher
        self._nobodys = _nothing_to_match(hasher)
        self._strangers = ThreadPoolExecutor(1, "password-stranger")
        self._known = ThreadPoolExecutor(1, "password-known")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the password in the form that is kept."""
        kept = normal(password)
        return await self._clock.in_thread(self._known, lambda: self._hasher.hash(kept))

    async def compare(self, kept: str | None, password: str, *, known_device: bool) -> Compared:
        """Compare a password with the kept form; with none kept it takes as long, and is wrong."""
        if known_device:
            return await self._clock.in_thread(self._known, lambda: self.compare_now(kept, password))
        if self._waiting >= MOST_WAITING:
            raise TooOften(Code.TOO_MANY, msg("Too many people are signing in just now."), msg("Try again."), wait=5)
        self._waiting += 1
        try:
            return await self._clock.in_thread(self._strangers, lambda: self.compare_now(kept, password))
        finally:
            self._waiting -= 1

    def compare_now(self, kept: str | None, password: str) -> Compared:
        """Compare in this very thread."""
        # What could never have been chosen is still compared, for the sake of time; it only must not match.
        possible = kept is not None and len(password) <= LONGEST
        typed = normal(password[:LONGEST]).encode("utf-8", "replace")
        try:
            self._hasher.verify(kept if kept and possible else self._nobodys, typed)
        except (VerificationError, InvalidHashError):
            return Compared(False)
        if not possible or kept is None:
            return Compared(False)
        return Compared(True, self._hasher.hash(typed) if self._hasher.check_needs_rehash(kept) else None)
