"""The wire form of protobuf, as far as it is needed: fields and numbers, every bound checked."""

from collections.abc import Iterator

_MASK = (1 << 64) - 1
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Broken(Exception):  # noqa: N818 - it says what the bytes are
    """These bytes are no such message."""


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the number at that place, and where it ends."""
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK, at
        shift += 7
    raise Broken("a number does not end")


def fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Return each field: its number, its wire type, and where its content begins and ends, or the number itself."""
    while at < end:
        # Most numbers are a single byte: a call for each would cost more than reading it.
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, at - 1, end)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = varint(data, at, end)
            yield number, wire, value, at
            continue
        if wire == BYTES:
            if at >= end:
                raise Broken("a field ends behind its message")
            length = data[at]
            at += 1
            if length >= 0x80:
                length, at = varint(data, at - 1, end)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise Broken("a field is of no known type")
        if at + length > end:
            raise Broken("a field ends behind its message")
        yield number, wire, at, at + length
        at += length


def numbers(data: bytes, at: int, end: int) -> Iterator[int]:
    """Return packed whole numbers."""
    while at < end:
        value = data[at]
        at += 1
        if value >= 0x80:
            value, at = varint(data, at - 1, end)
        yield value


def signed(value: int) -> int:
    """Return a number of 64 bits that may be below zero."""
    return value - (1 << 64) if value >> 63 else value


def written(value: int) -> bytes:
    """Return a whole number as it is written."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])
