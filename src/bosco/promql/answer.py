"""Answers in the JSON of Prometheus's API, to the letter."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from bosco.promql.evaluate import Found
from bosco.promql.grid import Grid
from bosco.promql.numbers import shown
from bosco.promql.source import Labels, Series, Times, Values
from bosco.promql.tree import Text
from bosco.promql.vector import Scalar, Vector, key_of

_encoded = msgspec.json.Encoder().encode


def stamp(at_ms: int) -> bytes:
    """Write an instant in seconds, with its thousandths only where it has some."""
    seconds, rest = divmod(abs(at_ms), 1000)
    return f"{'-' if at_ms < 0 else ''}{seconds}{f'.{rest:03d}' if rest else ''}".encode()


def words(values: Values) -> list[bytes]:
    """Write numbers as Prometheus does."""
    size = np.abs(values)
    # In between, the shortest text of a number is the same everywhere: the encoder writes a million of them at once.
    if ((size < 1e15) & ((size >= 1e-3) | (size == 0))).all():
        text: bytes = _encoded(values.tolist())[1:-1] + b","
        return text.replace(b".0,", b",")[:-1].split(b",")
    return [shown(value).encode() for value in values.tolist()]


def of_instant(found: Found, at_ms: int) -> bytes:
    """Write the answer to an instant query."""
    at = stamp(at_ms)
    match found:
        case Text():
            return b'{"resultType":"string","result":[%b,%b]}' % (at, _encoded(found.value))
        case Scalar():
            return b'{"resultType":"scalar","result":[%b,"%b"]}' % (at, words(found.values)[0])
        case Vector():
            there = np.flatnonzero(found.present[:, 0])
            texts = words(found.values[there, 0]) if len(there) else []
            rows = [
                b'{"metric":%b,"value":[%b,"%b"]}' % (labels_in(found.labels[row]), at, text)
                for row, text in zip(there.tolist(), texts, strict=True)
            ]
            return b'{"resultType":"vector","result":[%b]}' % b",".join(rows)
    return _matrix(found)


def of_range(found: Found, grid: Grid) -> bytes:
    """Write the answer to a range query."""
    return _matrix(list(rows_of(found, grid)))


def rows_of(found: Found, grid: Grid) -> Iterator[Series]:
    """Return the rows of an answer with the instants at which they are present, in the order of their labels."""
    times = grid.times
    if isinstance(found, Scalar):
        yield Series({}, times, found.values)
    elif isinstance(found, Vector):
        for row in sorted(range(len(found.labels)), key=lambda row: key_of(found.labels[row])):
            there = found.present[row]
            if there.all():
                yield Series(found.labels[row], times, found.values[row])
            elif there.any():
                yield Series(found.labels[row], times[there], found.values[row][there])


def labels_in(labels: Labels) -> bytes:
    """Write labels, in order."""
    return _encoded(dict(sorted(labels.items())))


def _matrix(rows: Sequence[Series]) -> bytes:
    known: dict[int, bytes] = {}
    series = [b'{"metric":%b,"values":[%b]}' % (labels_in(row.labels), _points(row, known)) for row in rows]
    return b'{"resultType":"matrix","result":[%b]}' % b",".join(series)


def _points(row: Series, known: dict[int, bytes]) -> bytes:
    begins = _begun(row.times, known)
    return b",".join([begun + text + b'"]' for begun, text in zip(begins, words(row.values), strict=True)])


def _begun(times: Times, known: dict[int, bytes]) -> list[bytes]:
    # Most rows of an answer stand on the same instants.
    found = []
    for at in times.tolist():
        if at not in known:
            known[at] = b'[%b,"' % stamp(at)
        found.append(known[at])
    return found
