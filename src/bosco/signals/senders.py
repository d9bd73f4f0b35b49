"""Programs that send samples or read them: an API token, as bearer or as the password of basic authentication."""

import base64
import binascii

from bosco.accounts.service import Accounts
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.helm import Helm
from bosco.web.visitor import AnyRequest, Visitor


async def program_of(request: AnyRequest, accounts: Accounts) -> Visitor:
    """Return the program that asks, or refuse it."""
    scheme, _, proof = request.headers.get("authorization", "").strip().partition(" ")
    found = None
    for text in _tokens(scheme.casefold(), proof.strip()):
        found = found or await accounts.by_token(text)
    if found is None:
        raise Refusal(
            Code.UNAUTHENTICATED,
            msg("This address needs an API token."),
            msg("Send it as a bearer token, or as the password of basic authentication."),
        )
    return found


async def sender_of(request: AnyRequest, accounts: Accounts) -> Visitor:
    """Return the program that sends, or refuse it."""
    found = await program_of(request, accounts)
    if not found.may("responder"):
        raise Refusal(Code.FORBIDDEN, msg("This API token may not send: it needs the role responder."))
    return found


def must_keep(helm: Helm) -> None:
    """Refuse where nobody would judge what is kept: of several processes, one watches and judges what it has itself."""
    if not helm.mine:
        raise Refusal(
            Code.UNAVAILABLE,
            msg("Another process of Bosco takes measures at the moment."),
            msg("Send the same there, or here again in a moment."),
        )


def _tokens(scheme: str, proof: str) -> list[str]:
    if scheme == "bearer":
        return [proof]
    if scheme != "basic":
        return []
    try:
        name, _, password = base64.b64decode(proof, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return []
    return [password, name]
