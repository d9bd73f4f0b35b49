"""Addresses that prove themselves: a link that confirms a contact, and where a gateway hands on what phones answer."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from bosco.accounts.vault import Vault
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg

_LENGTH = 32
_LONGEST = 1000


@dataclass(frozen=True)
class Confirm:
    """What a link confirms: an address of a person, until when."""

    person: str
    address: str
    until: datetime


class Signed:
    """Signs and reads them with the installation's own key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def path(self, link: Confirm) -> str:
        """Return the path of a link."""
        content = f"{int(link.until.timestamp())}~{link.person}~{link.address}"
        body = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        return f"/confirm/{body}.{self._stamp('contact link', content)}"

    def read(self, token: str, now: datetime) -> Confirm:
        """Return what a link confirms; refuse one that is forged, cut or no longer good, in the same words."""
        body, _, stamp = token.partition(".")
        refused = Refusal(
            Code.NOT_FOUND, msg("This link is no longer good, or part of it is missing."), msg("Ask for another one.")
        )
        try:
            if len(token) > _LONGEST:
                raise ValueError
            content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True).decode()
            until, person, address = content.split("~", 2)
            ends = datetime.fromtimestamp(int(until), UTC)
        except (ValueError, binascii.Error, OverflowError, OSError):
            raise refused from None
        if not _same(stamp, self._stamp("contact link", content)) or now >= ends:
            raise refused
        return Confirm(person, address, ends)

    def replies_path(self, channel: str) -> str:
        """Return where the gateway of a channel hands on what phones answer."""
        return f"/sms/{channel}/{self._stamp('text message replies', channel)}"

    def check_replies(self, channel: str, proof: str) -> None:
        """Refuse an address that is not ours."""
        if not _same(proof, self._stamp("text message replies", channel)):
            raise not_found(msg("Nothing is here."))

    def _stamp(self, purpose: str, content: str) -> str:
        return self._vault.stamp(purpose, content)[:_LENGTH]


def _same(shown: str, ours: str) -> bool:
    return hmac.compare_digest(shown.encode("utf-8", "replace"), ours.encode())
