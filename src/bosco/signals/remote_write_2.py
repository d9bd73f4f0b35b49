"""Reads remote-write 2.0: texts stand once in a table, labels are numbers in it."""

from collections.abc import Mapping

import numpy as np

from bosco.promql.source import NAME, Times, Values
from bosco.signals.labels import MOST_LABELS
from bosco.signals.latest import Places
from bosco.signals.native import read_native
from bosco.signals.reading import Loose, Read
from bosco.signals.remote_write import LONGEST_KEY, note, read_sample
from bosco.signals.wire import BYTES, VARINT, Broken, fields, numbers

MOST_SYMBOLS = 1_000_000
# No series of version 1.0 begins so.
_MARK = b"\x02"


class _Texts:
    """The texts of a request, and what is known of series that are written with them."""

    def __init__(self, symbols: list[bytes], known: Mapping[bytes, int]) -> None:
        if symbols and symbols[0]:
            raise Broken("the first text is not empty")
        try:
            self.texts = [symbol.decode() for symbol in symbols]
        except UnicodeDecodeError:
            raise Broken("a text is not UTF-8") from None
        self._symbols = symbols
        self._known = known
        # Where the sign that parts texts stands in one of them, series cannot be told by their bytes.
        self._parted = not any(b"\0" in symbol for symbol in symbols)
        self.places: list[int] = []
        self.times: list[int] = []
        self.values: list[float] = []

    def raw(self, refs: list[int]) -> bytes:
        """Return the bytes that tell a series from all others."""
        return _MARK + b"\0".join([self._symbols[ref] for ref in refs]) if self._parted else b""

    def take(self, raw: bytes, found: list[tuple[int, float]]) -> bool:
        """Take the samples of a series that is known; say whether it is."""
        place = self._known.get(raw)
        if place is None:
            return False
        for time, value in found:
            self.places.append(place)
            self.times.append(time)
            self.values.append(value)
        return True

    def columns(self) -> tuple[Places, Times, Values]:
        """Return what was taken."""
        times, values = np.array(self.times, dtype=np.int64), np.array(self.values, dtype=np.float64)
        return np.array(self.places, dtype=np.int64), times, values


def read_v2(data: bytes, known: Mapping[bytes, int]) -> Read:
    """Read a request; raises Broken where it is none."""
    read = Read()
    spans: list[tuple[int, int]] = []
    symbols: list[bytes] = []
    for number, wire, begin, end in fields(data, 0, len(data)):
        if wire == BYTES and number == 4:
            symbols.append(data[begin:end])
            if len(symbols) > MOST_SYMBOLS:
                raise Broken("there are too many texts")
        elif wire == BYTES and number == 5:
            spans.append((begin, end))
    texts = _Texts(symbols, known)
    try:
        for begin, end in spans:
            _read_series(data, begin, end, texts, read)
    except IndexError:
        raise Broken("a label is not among the texts") from None
    read.known = texts.columns()
    return read


def _read_series(data: bytes, start: int, stop: int, texts: _Texts, read: Read) -> None:
    refs: list[int] = []
    found: list[tuple[int, float]] = []
    natives: list[tuple[int, int]] = []
    told: tuple[int, int] | None = None
    for number, wire, begin, end in fields(data, start, stop):
        if number == 1 and wire == BYTES:
            if end - begin > MOST_LABELS * 20:
                return read.refuse(f"a series has more than {MOST_LABELS} labels")
            refs.extend(numbers(data, begin, end))
        elif number == 1 and wire == VARINT:
            refs.append(begin)
        elif number == 2 and wire == BYTES:
            found.append(read_sample(data, begin, end))
        elif number == 3 and wire == BYTES:
            natives.append((begin, end))
        elif number == 5 and wire == BYTES:
            told = (begin, end)
    if len(refs) % 2:
        return read.refuse("a label has no value", len(found) or 1)
    raw = texts.raw(refs) if found else b""
    if found and not natives and told is None and texts.take(raw, found):
        return None
    labels = _labels(texts.texts, refs)
    if found and not texts.take(raw, found):
        read.loose.append(Loose(labels, found, raw if len(raw) <= LONGEST_KEY else b""))
    for begin, end in natives:
        read_native(data, begin, end, labels, read)
    if told is not None:
        _read_metadata(data, *told, dict(labels).get(NAME, ""), texts.texts, read)
    return None


def _labels(texts: list[str], refs: list[int]) -> list[tuple[str, str]]:
    return [(texts[name], texts[value]) for name, value in zip(refs[::2], refs[1::2], strict=True)]


def _read_metadata(data: bytes, start: int, stop: int, name: str, texts: list[str], read: Read) -> None:
    held = {number: value for number, wire, value, _ in fields(data, start, stop) if wire == VARINT}
    note(read, name, held.get(1, 0), texts[held.get(3, 0)], texts[held.get(4, 0)])
