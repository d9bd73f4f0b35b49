"""A certificate authority of our own, so that the bundled application can speak TLS and let its certificate expire."""

import os
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, both PEM text."""

    certificate: str
    key: str

    def context(self, asks: str | None = None) -> ssl.SSLContext:
        """Return the settings of a server that shows it; with `asks`, clients must show one of that authority's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.load_into(context)
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=asks)
        return context

    def load_into(self, context: ssl.SSLContext) -> None:
        """Show this certificate from the next handshake on."""
        # OpenSSL takes keys from a file only: one that nobody else can read, for a moment.
        handle, path = tempfile.mkstemp()
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(self.certificate + self.key)
            context.load_cert_chain(path)
        finally:
            os.unlink(path)  # noqa: PTH108 - the path is a plain word here


class Authority:
    """Signs certificates; whoever trusts `pem` trusts them."""

    def __init__(self, now: datetime, name: str = "Bosco demonstration") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        unsigned = _begun(self._name, self._name, self._key.public_key(), now - YEAR, now + 10 * YEAR)
        own = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.pem = _pem(own.sign(self._key, hashes.SHA256()))

    def issue(self, *names: str, starts: datetime, expires: datetime) -> Issued:
        """Return a certificate for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        unsigned = _begun(subject, self._name, key.public_key(), starts, expires)
        signed = unsigned.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        ).sign(self._key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Issued(_pem(signed), secret.decode())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, starts: datetime, expires: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(expires)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
