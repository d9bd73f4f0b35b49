"""Recovery codes: for the day the telephone is lost, each good for one sign-in."""

import hashlib

from bosco.accounts.token_form import ALPHABET

COUNT = 10
LENGTH = 12
# What a hand writes for letters that the alphabet leaves out.
READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_codes(chance: str, count: int = COUNT) -> list[str]:
    """Return fresh codes made of that much chance, as they are shown: `abcd-efgh-jkmn`."""
    return [_code(f"{chance}:{number}") for number in range(count)]


def _code(chance: str) -> str:
    drawn = hashlib.sha256(chance.encode()).digest()
    letters = "".join(ALPHABET[byte & 31] for byte in drawn[:LENGTH])
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def plain(typed: str) -> str | None:
    """Return the code as it is kept, however it was typed, or None if it can be none."""
    letters = typed[:100].casefold().translate(READ_AS).replace("-", "")
    code = "".join(letters.split())
    return code if len(code) == LENGTH and all(letter in ALPHABET for letter in code) else None
