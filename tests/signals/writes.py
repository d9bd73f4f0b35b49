"""Requests of remote-write as senders make them."""

import struct
from collections.abc import Iterable

Labels = list[tuple[str, str]]
Sample = tuple[int, float]


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def block(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def sample(time: int, value: float) -> bytes:
    bits = struct.pack("<d", value)
    return (b"" if bits == bytes(8) else b"\x09" + bits) + (b"\x10" + varint(time) if time else b"")


def series(labels: Labels, samples: Iterable[Sample]) -> bytes:
    told = b"".join(block(1, block(1, name.encode()) + block(2, value.encode())) for name, value in labels)
    return told + b"".join(block(2, sample(*one)) for one in samples)


def request(*several: tuple[Labels, list[Sample]]) -> bytes:
    return b"".join(block(1, series(*one)) for one in several)


def request_2(*several: tuple[Labels, list[Sample]]) -> bytes:
    symbols = [""]
    for labels, _ in several:
        symbols.extend(text for pair in labels for text in pair if text not in symbols)
    made = b"".join(block(4, text.encode()) for text in symbols)
    for labels, samples in several:
        refs = b"".join(varint(symbols.index(text)) for pair in labels for text in pair)
        made += block(5, block(1, refs) + b"".join(block(2, sample(*one)) for one in samples))
    return made
