"""Reads remote-write 1.0: whole series are recognised by the raw bytes of their labels, new ones are read."""

import struct
from collections.abc import Mapping

import numpy as np

from bosco.promql.source import Metadata, Times, Values
from bosco.signals.labels import MOST_LABELS
from bosco.signals.latest import Places
from bosco.signals.native import read_native
from bosco.signals.reading import Loose, Read
from bosco.signals.wire import BYTES, FIXED64, VARINT, Broken, fields, signed, varint

TYPES = ("unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset")
# One sample behind the labels, its instant in six bytes: with a value, and with nought, which is left out.
_WITH, _NOUGHT, _BYTES_OF_TIME = 18, 9, 6
LONGEST_KEY = 4000
_double = struct.Struct("<d").unpack_from
Span = tuple[int, int]


def read_v1(data: bytes, known: Mapping[bytes, int]) -> Read:
    """Read a request; raises Broken where it is none."""
    read = Read()
    try:
        rest, others = _recognise(data, read, known)
    except IndexError:
        raise Broken("the message ends too early") from None
    for start, stop in rest:
        _read_series(data, start, stop, read)
    for start, stop in others:
        _read_metadata(data, start, stop, read)
    return read


def _recognise(data: bytes, read: Read, known: Mapping[bytes, int]) -> tuple[list[Span], list[Span]]:
    """Take the series whose labels are known and that hold one sample; return where the others are, and metadata."""
    at, end = 0, len(data)
    find = known.get
    places: list[int] = []
    ends: list[int] = []
    noughts: list[bool] = []
    rest: list[Span] = []
    others: list[Span] = []
    while at < end:
        if data[at] != 0x0A:
            number, wire, start, at = next(fields(data, at, end))
            if number == 3 and wire == BYTES:
                others.append((start, at))
            continue
        length = data[at + 1]
        start = at + 2
        if length >= 0x80:
            length, start = varint(data, at + 1, end)
        at = start + length
        if at > end:
            raise Broken("a series ends behind its message")
        place = None
        nought = False
        # If what stands before is a whole list of labels, what follows can only be that sample.
        if length > _WITH and data[at - 18] == 0x12 and data[at - 17] == 0x10 and data[at - 7] == 0x10:
            if data[at - 16] == 0x09:
                place = find(data[start : at - _WITH])
        elif length > _NOUGHT and data[at - 9] == 0x12 and data[at - 8] == 0x07 and data[at - 7] == 0x10:
            place, nought = find(data[start : at - _NOUGHT]), True
        if place is None:
            rest.append((start, at))
        else:
            places.append(place)
            ends.append(at)
            noughts.append(nought)
    if places:
        read.known = _columns(data, np.array(places), np.array(ends), np.array(noughts))
    return rest, others


def _columns(data: bytes, places: Places, ends: Places, noughts: np.ndarray) -> tuple[Places, Times, Values]:
    raw = np.frombuffer(data, dtype=np.uint8)
    parts = raw[ends[:, None] + np.arange(-_BYTES_OF_TIME, 0)].astype(np.int64)
    if not ((parts[:, :-1] >= 0x80).all() and (parts[:, -1] < 0x80).all()):
        raise Broken("an instant does not end with its sample")
    times = ((parts & 0x7F) << np.arange(0, 7 * _BYTES_OF_TIME, 7)).sum(axis=1)
    # Where nought was left out, the eight bytes are of something else.
    values = np.ascontiguousarray(raw[ends[:, None] + np.arange(-15, -7)]).view(np.float64).ravel()
    values[noughts] = 0.0
    return places, times, values


def _read_series(data: bytes, start: int, stop: int, read: Read) -> None:
    labels: list[tuple[str, str]] = []
    found: list[tuple[int, float]] = []
    natives: list[Span] = []
    after = start
    for number, wire, begin, end in fields(data, start, stop):
        if wire != BYTES:
            continue
        if number == 1 and len(labels) <= MOST_LABELS:
            labels.append(read_label(data, begin, end))
            after = end
        elif number == 1:
            return read.refuse(f"a series has more than {MOST_LABELS} labels")
        elif number == 2:
            found.append(read_sample(data, begin, end))
        elif number == 4:
            natives.append((begin, end))
    if found:
        raw = data[start:after]
        # Only labels that stand together at the beginning may be recognised by their bytes.
        fit = len(raw) <= LONGEST_KEY and _is_all_labels(raw, len(labels))
        read.loose.append(Loose(labels, found, raw if fit else b""))
    for begin, end in natives:
        read_native(data, begin, end, labels, read)
    return None


def _is_all_labels(raw: bytes, count: int) -> bool:
    found = list(fields(raw, 0, len(raw)))
    return len(found) == count and all(number == 1 for number, *_ in found)


def read_label(data: bytes, start: int, stop: int) -> tuple[str, str]:
    """Return the name and value of one label."""
    name = value = ""
    for number, wire, begin, end in fields(data, start, stop):
        if wire == BYTES and number in (1, 2):
            text = _text(data, begin, end)
            name, value = (text, value) if number == 1 else (name, text)
    return name, value


def _text(data: bytes, start: int, stop: int) -> str:
    try:
        return data[start:stop].decode()
    except UnicodeDecodeError:
        raise Broken("a text is not UTF-8") from None


def read_sample(data: bytes, start: int, stop: int) -> tuple[int, float]:
    """Return the instant and value of one sample."""
    value, time = 0.0, 0
    for number, wire, begin, _ in fields(data, start, stop):
        if number == 1 and wire == FIXED64:
            (value,) = _double(data, begin)
        elif number == 2 and wire == VARINT:
            time = signed(begin)
    return time, value


def _read_metadata(data: bytes, start: int, stop: int, read: Read) -> None:
    kind, family, told, unit = 0, "", "", ""
    for number, wire, begin, end in fields(data, start, stop):
        if number == 1 and wire == VARINT:
            kind = begin
        elif wire == BYTES and number in (2, 4, 5):
            text = _text(data, begin, end)[:1000]
            family, told, unit = {2: (text, told, unit), 4: (family, text, unit), 5: (family, told, text)}[number]
    note(read, family, kind, told, unit)


def note(read: Read, family: str, kind: int, told: str, unit: str) -> None:
    """Note what a sender says of a metric."""
    if family:
        read.metadata[family] = Metadata(TYPES[kind] if kind < len(TYPES) else "unknown", told[:1000], unit[:100])
