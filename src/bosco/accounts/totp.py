"""The six digits of an authenticator application (RFC 6238), and the address it is set up with."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
PERIOD = 30
# One step each way: RFC 6238 §5.2 allows for the clock of the telephone and the time of typing.
DRIFT = 1
SECRET_BYTES = 20


def step_of(at: datetime) -> int:
    """Return the number of the half minute that the instant lies in."""
    return int(at.timestamp()) // PERIOD


def code_of(secret: bytes, step: int, digits: int = DIGITS, manner: str = "sha1") -> str:
    """Return the code of one half minute (RFC 4226 §5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big", signed=True), manner).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, typed: str, now: datetime, after: int = -1) -> int | None:
    """Return the half minute whose code was typed, none at or before `after`: a code is used once."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    current = step_of(now)
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        # Every step is compared, so that the time taken does not tell which one was right.
        if hmac.compare_digest(code_of(secret, step), code) and step > after:
            found = step
    return found


def new_secret(chance: str) -> bytes:
    """Return a secret made of that much chance."""
    return hashlib.sha256(chance.encode()).digest()[:SECRET_BYTES]


def written(secret: bytes) -> str:
    """Return the secret as people type it, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def set_up_address(secret: bytes, *, installation: str, login: str) -> str:
    """Return the `otpauth:` address that an authenticator application reads from the picture."""
    # A colon separates the two parts of the label, so none may stand inside.
    issuer = installation.replace(":", " ").strip() or "Bosco"
    label = f"{quote(issuer, safe='')}:{quote(login, safe='')}"
    told = {"secret": base64.b32encode(secret).decode(), "issuer": issuer, "digits": DIGITS, "period": PERIOD}
    return f"otpauth://totp/{label}?{urlencode(told, quote_via=quote)}"
