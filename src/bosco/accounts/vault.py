"""The installation's own key: seals what must be read again, stamps what must only be recognised."""

import base64
import binascii
import contextlib
import hashlib
import hmac
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bosco.kit.ids import Ids
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

log = logging.getLogger(__name__)
VARIABLE = "BOSCO_KEY"
NAME = "secrets/key"
KEY_BYTES = 32
NONCE_BYTES = 12


class Vault:
    """Holds the key of `BOSCO_KEY`, or of `secrets/key` in the data folder, made when it is first needed."""

    def __init__(self, data: Path, environ: Mapping[str, str], ids: Ids) -> None:
        self._file = data / "secrets" / "key"
        self._environ = environ
        self._ids = ids
        self._master: bytes | None = None
        self._derived: dict[str, bytes] = {}

    def seal(self, purpose: str, owner: str, content: bytes) -> str:
        """Return the content so that only this key reads it, for that purpose and that owner."""
        nonce = hashlib.sha256(self._ids.secret().encode()).digest()[:NONCE_BYTES]
        sealed = AESGCM(self._key(purpose)).encrypt(nonce, content, owner.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, purpose: str, owner: str, sealed: str) -> bytes:
        """Return what was sealed; refuse if it was sealed with another key, or for somebody else."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return AESGCM(self._key(purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as error:
            raise Refusal(
                Code.UNAVAILABLE,
                msg("What was sealed with Bosco's key cannot be read: the key has changed."),
                msg(
                    "Put the earlier key back into BOSCO_KEY or secrets/key, or forget the second factor on the server."
                ),
            ) from error

    def stamp(self, purpose: str, text: str) -> str:
        """Return a mark by which the text is recognised, and which nobody can search for without the key."""
        return hmac.new(self._key(purpose), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def fingerprint(self) -> str:
        """Return by what the key is recognised; nothing is learnt from it."""
        return self.stamp("fingerprint", "")

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            info = f"bosco/{purpose}".encode()
            self._derived[purpose] = HKDF(SHA256(), KEY_BYTES, None, info).derive(self._read())
        return self._derived[purpose]

    def _read(self) -> bytes:
        if self._master is None:
            given = self._environ.get(VARIABLE)
            try:
                self._master = _decoded(given, VARIABLE) if given else self._from_file()
            except OSError as error:
                # The exact place is for whoever runs Bosco; a stranger who tries to sign in may read the rest.
                log.exception("the key %s cannot be used", self._file)
                raise Refusal(
                    Code.UNAVAILABLE,
                    msg("Bosco's key {where} cannot be used: {why}.", where=NAME, why=error.strerror or str(error)),
                ) from error
        return self._master

    def _from_file(self) -> bytes:
        if not self._file.exists():
            self._make()
        return _decoded(self._file.read_text(encoding="ascii", errors="replace").strip(), NAME)

    def _make(self) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = hashlib.sha256(self._ids.secret().encode()).digest()
        draft = self._file.with_name(f".key-{self._ids.secret(6)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.urlsafe_b64encode(fresh) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never replaces the key of a process that was faster.
        with contextlib.suppress(FileExistsError):
            os.link(draft, self._file)
        draft.unlink()


def _decoded(text: str, where: str) -> bytes:
    for read in (bytes.fromhex, base64.urlsafe_b64decode):
        with contextlib.suppress(ValueError, binascii.Error):
            if len(raw := read(text)) == KEY_BYTES:
                return raw
    raise Refusal(
        Code.UNAVAILABLE,
        msg("{where} holds no key: 32 bytes are needed, written in base64 or hexadecimal.", where=where),
        msg("One can be made with: openssl rand -hex 32"),
    )
