"""What went wrong on the network, and whose trouble it is: errors of the system and of libraries become NetFailed."""

import asyncio
import errno
import os
import ssl
from dataclasses import replace
from datetime import timedelta
from types import TracebackType

from bosco.kit.clock import Clock
from bosco.kit.net_model import NetFailed, Phases, Trouble
from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg

# Nothing of this tells anything about the other side: no handle, no memory, no free port, no route, not allowed.
_OURS = {
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENOBUFS,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EACCES,
    errno.EPERM,
    errno.ENETUNREACH,
    errno.ENETDOWN,
}
_UNREACHABLE = {errno.EHOSTUNREACH, errno.EHOSTDOWN}

# The codes of X509_verify_cert; their own sentences exist in English only.
_VERDICTS: dict[int, Message] = {
    9: msg("the certificate is not valid yet"),
    10: msg("the certificate has expired"),
    18: msg("the certificate is signed by itself"),
    19: msg("the certificate is signed by an authority that is not trusted here"),
    20: msg("the certificate is signed by an authority that is not trusted here"),
    21: msg("the certificate comes without the one that signed it"),
    23: msg("the certificate has been revoked"),
    62: msg("the certificate is for another name"),
    64: msg("the certificate is for another address"),
}

_WAITED: dict[str, Message] = {
    "dns": msg("the name was not resolved within {limit}"),
    "connect": msg("no connection within {limit}"),
    "tls": msg("no TLS handshake within {limit}"),
    "first_byte": msg("no first byte of an answer within {limit}"),
    "body": msg("the answer was not complete within {limit}"),
}


def failed(error: Exception, where: str) -> NetFailed:
    """Return what an error of a socket or of TLS means, said of that host and port."""
    if isinstance(error, NetFailed):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_trusted(error, where)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").replace("_", " ").lower() or str(error)
        return NetFailed(msg("{where} does not speak TLS with us: {reason}", where=where, reason=reason[:200]), "tls")
    if isinstance(error, OSError):
        return _of_system(error, where)
    return NetFailed(msg("{where} cannot be spoken to: {reason}", where=where, reason=str(error)[:200]), "protocol")


def _of_system(error: OSError, where: str) -> NetFailed:
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)[:200]
    if isinstance(error, ConnectionRefusedError):
        return NetFailed(msg("{where} refused the connection", where=where), "refused")
    if isinstance(error, ConnectionError):
        return broken_off(where)
    if error.errno in _UNREACHABLE:
        return NetFailed(msg("{where} cannot be reached: {reason}", where=where, reason=reason), "unreachable")
    if isinstance(error, TimeoutError):
        return NetFailed(msg("{where} did not answer", where=where), "timeout")
    kind: Trouble = "local" if error.errno in _OURS else "unreachable"
    if kind == "local":
        return NetFailed(msg("this machine could not reach {where}: {reason}", where=where, reason=reason), kind)
    return NetFailed(msg("{where} cannot be reached: {reason}", where=where, reason=reason), kind)


def _not_trusted(error: ssl.SSLCertVerificationError, where: str) -> NetFailed:
    unknown_signer = error.verify_code in (19, 20)
    paths = ssl.get_default_verify_paths()
    if unknown_signer and not paths.cafile and not (paths.capath and any(os.scandir(paths.capath))):
        return NetFailed(msg("this machine trusts no certificate authority at all"), "local")
    verdict = _VERDICTS.get(error.verify_code) or error.verify_message[:200]
    return NetFailed(msg("{where}: {verdict}", where=where, verdict=verdict), "tls")


def broken_off(where: str) -> NetFailed:
    """Return that the other side has broken the connection off."""
    return NetFailed(msg("{where} broke the connection off", where=where), "reset")


def timed_out(error: TimeoutError, limit: timedelta) -> NetFailed:
    """Return what a limit around the network was waiting for when it struck, as far as that is known."""
    cause: BaseException | None = error
    while cause is not None:
        if step := cause.__dict__.get("waited_for"):
            says = replace(_WAITED[step], values={"limit": say_duration(limit)})
            return NetFailed(says, "timeout", cause.__dict__.get("phases"))
        cause = cause.__cause__
    return NetFailed(msg("no answer within {limit}", limit=say_duration(limit)), "timeout")


class Steps:
    """Times the steps of one exchange; when it is cut short, it leaves on the error how far it had come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._step = ""
        self._since = 0.0
        self.phases: Phases = {}

    def begin(self, step: str) -> None:
        """End the step under way and begin the next one; a step that comes again adds to its time."""
        now = self._clock.monotonic()
        if self._step:
            took = timedelta(seconds=now - self._since)
            before = self.phases.get(self._step)
            self.phases[self._step] = took if before is None else before + took
        self._step, self._since = step, now

    def end(self) -> None:
        """End the step under way."""
        self.begin("")

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, NetFailed):
            error.phases = self.phases
        elif isinstance(error, asyncio.CancelledError) and self._step in _WAITED:
            error.__dict__.update(waited_for=self._step, phases=self.phases)
