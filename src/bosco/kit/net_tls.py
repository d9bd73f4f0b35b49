"""TLS: how it is spoken, and what the other side's certificates say."""

import os
import ssl
import tempfile
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from bosco.kit.net_model import Certificate, NetFailed, TlsWish
from bosco.kit.words import msg

# A certificate may hold thousands of names; nobody reads more than that.
_NAMES_KEPT = 100
_TEXT_KEPT = 300


@lru_cache(maxsize=256)
def context_for(wish: TlsWish) -> ssl.SSLContext:
    """Return the settings that fulfil a wish; making them reads every authority of the machine, so they are kept."""
    try:
        context = ssl.create_default_context(cadata=wish.authority)
        if not wish.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if wish.certificate:
            _show_certificate(context, wish.certificate, wish.key)
        if wish.alpn:
            context.set_alpn_protocols(list(wish.alpn))
    except (ssl.SSLError, ValueError, OSError) as error:
        says = msg("the certificates given for this connection cannot be read: {reason}", reason=str(error)[:200])
        raise NetFailed(says, "local") from error
    return context


def _show_certificate(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    # OpenSSL takes them from a file only: one that nobody else can read, for a moment.
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{certificate}\n{key or ''}")
        context.load_cert_chain(path, password=_no_password)
    finally:
        os.unlink(path)  # noqa: PTH108 - the path is a plain word here


def _no_password() -> str:
    raise ValueError("the key is locked by a password")


def chain_of(spoken: ssl.SSLObject) -> tuple[Certificate, ...]:
    """Return the certificates as the other side sent them, its own first; those that cannot be read are left out."""
    inner: Any = spoken
    if not hasattr(inner, "get_unverified_chain"):
        inner = getattr(spoken, "_sslobj", None)  # public since Python 3.13
    sent = inner.get_unverified_chain() if inner is not None else None
    return tuple(read for one in (sent or ())[:20] if (read := read_certificate(_der(one))) is not None)


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    der: bytes = ssl.PEM_cert_to_DER_cert(certificate.public_bytes())
    return der


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> Certificate | None:
    """Return what a certificate says, or None if it is none."""
    try:
        read = x509.load_der_x509_certificate(der)
        return Certificate(
            subject=read.subject.rfc4514_string()[:_TEXT_KEPT],
            issuer=read.issuer.rfc4514_string()[:_TEXT_KEPT],
            names=_names(read),
            starts=read.not_valid_before_utc,
            expires=read.not_valid_after_utc,
            serial=f"{read.serial_number:x}"[:64],
            fingerprint=read.fingerprint(hashes.SHA256()).hex(),
        )
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension):
        return None


def _names(read: x509.Certificate) -> tuple[str, ...]:
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.UnsupportedGeneralNameType, ValueError):
        return ()
    dns = names.get_values_for_type(x509.DNSName)
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return tuple(name[:_TEXT_KEPT] for name in (*dns, *addresses)[:_NAMES_KEPT])
