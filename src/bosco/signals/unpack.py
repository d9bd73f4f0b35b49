"""Bodies that were packed on their way: unpacked never beyond what is allowed."""

import zlib

from bosco.signals.wire import Broken


class TooLarge(Exception):  # noqa: N818 - it says what the body is
    """The body unpacks to more than is taken."""


class NotUnderstood(Exception):  # noqa: N818
    """The body is packed in a way that is not understood here."""


def unpack(body: bytes, coding: str, most: int) -> bytes:
    """Return the body as it was before it was packed by gzip or deflate."""
    name = coding.strip().casefold()
    if name in ("", "identity"):
        return body
    if name not in ("gzip", "x-gzip", "deflate"):
        raise NotUnderstood(f"{name[:100]} is not understood here, only gzip and deflate")
    # Both tell themselves apart by their first bytes.
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        found = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise Broken(f"the body is not packed by {name}") from None
    if len(found) > most:
        raise TooLarge(f"the body unpacks to more than {most} bytes")
    if not unpacker.eof:
        raise Broken("the body ends too early")
    return found
