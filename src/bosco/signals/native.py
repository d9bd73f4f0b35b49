"""Native histograms: their count and sum are kept as samples; their buckets are not."""

import struct

from bosco.promql.source import NAME
from bosco.signals.reading import Loose, Read
from bosco.signals.wire import FIXED64, VARINT, fields, signed

_double = struct.Struct("<d").unpack_from


def read_native(data: bytes, start: int, stop: int, labels: list[tuple[str, str]], read: Read) -> None:
    """Take one histogram as two samples, `…_count` and `…_sum`."""
    count = total = 0.0
    time = 0
    for number, wire, begin, _ in fields(data, start, stop):
        if number == 1 and wire == VARINT:
            count = float(begin)
        elif number in (2, 3) and wire == FIXED64:
            (value,) = _double(data, begin)
            count, total = (value, total) if number == 2 else (count, value)
        elif number == 15 and wire == VARINT:
            time = signed(begin)
    name = next((value for label, value in labels if label == NAME), "")
    others = [pair for pair in labels if pair[0] != NAME]
    for ending, value in (("_count", count), ("_sum", total)):
        named = [*others, (NAME, name + ending)] if name else others
        read.loose.append(Loose(named, [(time, value)], native=ending == "_count", part=ending == "_sum"))
