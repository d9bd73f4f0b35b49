"""Reads remote-write 2.0: texts stand once in a table, labels are numbers in it."""

from bosco.promql.source import NAME
from bosco.signals.labels import MOST_LABELS
from bosco.signals.native import read_native
from bosco.signals.reading import Loose, Read
from bosco.signals.remote_write import note, read_sample
from bosco.signals.wire import BYTES, VARINT, Broken, fields, numbers

MOST_SYMBOLS = 1_000_000


def read_v2(data: bytes) -> Read:
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
    if symbols and symbols[0]:
        raise Broken("the first text is not empty")
    try:
        texts = [symbol.decode() for symbol in symbols]
    except UnicodeDecodeError:
        raise Broken("a text is not UTF-8") from None
    try:
        for begin, end in spans:
            _read_series(data, begin, end, texts, read)
    except IndexError:
        raise Broken("a label is not among the texts") from None
    return read


def _read_series(data: bytes, start: int, stop: int, texts: list[str], read: Read) -> None:
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
    labels = [(texts[name], texts[value]) for name, value in zip(refs[::2], refs[1::2], strict=True)]
    if found:
        read.loose.append(Loose(labels, found))
    for begin, end in natives:
        read_native(data, begin, end, labels, read)
    if told is not None:
        _read_metadata(data, *told, dict(labels).get(NAME, ""), texts, read)
    return None


def _read_metadata(data: bytes, start: int, stop: int, name: str, texts: list[str], read: Read) -> None:
    held = {number: value for number, wire, value, _ in fields(data, start, stop) if wire == VARINT}
    note(read, name, held.get(1, 0), texts[held.get(3, 0)], texts[held.get(4, 0)])
