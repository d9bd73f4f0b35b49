"""Who may send: an API token, or a secret of the plan shown or signed with; compared in constant time."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256

from bosco.accounts.service import Accounts
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.secrets import Secrets
from bosco.receivers.kind import Body
from bosco.receivers.section import TOKEN, Receiver


async def check_token(accounts: Accounts, text: str) -> str:
    """Return the actor behind an API token, or refuse."""
    visitor = await accounts.by_token(text) if text else None
    if visitor is None:
        raise Refusal(
            Code.UNAUTHENTICATED,
            msg("An API token of Bosco is needed here, and this is none, or one that has ended."),
            msg("Make one with the role “Responder”, and send it as Authorization: Bearer …"),
        )
    if not visitor.may("responder"):
        raise Refusal(Code.FORBIDDEN, msg("This token may not send alerts: it needs the role “Responder”."))
    return visitor.actor


async def check_sender(
    accounts: Accounts, secrets: Secrets, receiver: Receiver, body: Body, headers: Mapping[str, str]
) -> None:
    """Refuse who cannot prove to be the sender that the plan names."""
    shown = credentials(headers)
    if receiver.secret == TOKEN:
        await check_token(accounts, shown)
        return
    secret = secrets.fill(receiver.secret)
    if not secret:
        raise Refusal(Code.UNAVAILABLE, msg("The secret of this receiver is empty."))
    signature = receiver.signed(body)  # type: ignore[attr-defined]
    if signature is not None:
        made, over = signature
        if not hmac.compare_digest(hmac.new(secret.encode(), over, sha256).digest(), _digits(made)):
            raise Refusal(
                Code.UNAUTHENTICATED,
                msg("The signature does not fit the body."),
                msg("The sender and the plan must hold the same secret, and nothing between them may change the body."),
            )
    elif not hmac.compare_digest(shown.encode(), secret.encode()):
        raise Refusal(
            Code.UNAUTHENTICATED, msg("There is no signature, and the secret of the plan was not shown either.")
        )


def credentials(headers: Mapping[str, str]) -> str:
    """Return what is shown in `Authorization`: a bearer token, or the password of a basic one."""
    scheme, _, proof = headers.get("authorization", "").strip().partition(" ")
    if scheme.casefold() == "basic":
        try:
            return base64.b64decode(proof.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return proof.strip()


def _digits(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature.strip())
    except ValueError:
        return b""
