"""Signed links by which a person takes what a letter tells of, without signing in, for as long as they are good."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bosco.accounts.vault import Vault
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

GOOD_FOR = timedelta(hours=72)
_PURPOSE = "acknowledge"
_STAMP = 32
_LONGEST = 400


@dataclass(frozen=True)
class AckLink:
    """What a link is signed for: a telling, the person it was told to (empty: whoever signs in), until when."""

    telling: str
    person: str
    until: datetime


class AckLinks:
    """Signs and reads links with the installation's own key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def path(self, telling: str, person: str, now: datetime) -> str:
        """Return the path of a link that is good from now on for some days."""
        until = int((now + GOOD_FOR).timestamp())
        content = f"{telling}~{until}~{person}"
        body = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        return f"/ack/{body}.{self._stamp(content)}"

    def read(self, token: str, now: datetime) -> AckLink:
        """Return what a token is signed for; refuse one that is forged, cut or no longer good."""
        body, _, stamp = token.partition(".")
        try:
            if len(token) > _LONGEST:
                raise ValueError
            content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True).decode()
            telling, until, person = content.split("~", 2)
            ends = datetime.fromtimestamp(int(until), UTC)
        except (ValueError, binascii.Error, OverflowError, OSError):
            raise _not_ours() from None
        if not hmac.compare_digest(stamp.encode("utf-8", "replace"), self._stamp(content).encode()):
            raise _not_ours()
        if now >= ends:
            raise Refusal(
                Code.NOT_FOUND,
                msg("This link is no longer good."),
                msg("Sign in to see how things stand; a newer message has a newer link."),
            )
        return AckLink(telling, person, ends)

    def _stamp(self, content: str) -> str:
        return self._vault.stamp(_PURPOSE, content)[:_STAMP]


def _not_ours() -> Refusal:
    return Refusal(
        Code.NOT_FOUND,
        msg("This link is not one of ours, or part of it is missing."),
        msg("Copy it whole from the message, or sign in."),
    )
