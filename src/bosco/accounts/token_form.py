"""The form of an API token: known to secret scanners, checked without the database, short enough for a routing key."""

import hashlib
import re
import zlib
from dataclasses import dataclass

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 8
SECRET_LENGTH = 32
CHECK_LENGTH = 7
PATTERN = re.compile(rf"bosco_([{ALPHABET}]{{{ID_LENGTH}}})_[{ALPHABET}]{{{SECRET_LENGTH + CHECK_LENGTH}}}")


@dataclass(frozen=True)
class NewToken:
    """A token as it is shown once, and what is kept of it."""

    id: str
    text: str
    digest: str


def _letters(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _checked(body: str) -> str:
    return body + _letters(zlib.crc32(body.encode()), CHECK_LENGTH)


def digest_of(text: str) -> str:
    """Return what is kept of a secret that chance alone has made: nobody can guess their way back from it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def new_token(chance: str) -> NewToken:
    """Return the token made of that much chance."""
    drawn = int.from_bytes(hashlib.sha256(chance.encode()).digest(), "big")
    identity = _letters(drawn, ID_LENGTH)
    text = _checked(f"bosco_{identity}_{_letters(drawn >> 5 * ID_LENGTH, SECRET_LENGTH)}")
    return NewToken(identity, text, digest_of(text))


def token_id(text: str) -> str | None:
    """Return the id inside a token, or None if the text is no token: mistyped, cut or made up."""
    found = PATTERN.fullmatch(text)
    if found is None or _checked(text[:-CHECK_LENGTH]) != text:
        return None
    return found[1]
