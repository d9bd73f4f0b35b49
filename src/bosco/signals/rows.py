"""What a database returned, as values: one number, or a table whose texts are labels."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bosco.kit.words import msg
from bosco.probes.wanted import number_in, quoted
from bosco.signals.kind import Found, NoValue

MOST_ROWS = 1000
Answer = tuple[list[str], list[Sequence[Any]]]


def found_in(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Found]:
    """Return the values: of one column its numbers, of several the last as numbers and the others as labels."""
    if not rows or not columns:
        return []
    if len(rows) > MOST_ROWS:
        raise NoValue(msg("the answer has more than {most} rows", most=MOST_ROWS))
    if len(rows) > 1 and len(columns) == 1:
        raise NoValue(msg("the answer has several rows, and no column that tells them apart"))
    names = [_label(name) for name in columns[:-1]]
    found = []
    for row in rows:
        if row[-1] is None:
            continue
        labels = {name: str(value) for name, value in zip(names, row, strict=False) if value is not None}
        found.append(Found(_number(row[-1]), labels))
    if len({tuple(sorted(one.labels.items())) for one in found}) < len(found):
        raise NoValue(msg("two rows of the answer have the same labels"))
    return found


def _number(value: Any) -> float:
    if isinstance(value, Decimal | bool):
        value = float(value)
    elif isinstance(value, timedelta):
        value = value.total_seconds()
    number = number_in(value)
    if number is None:
        raise NoValue(msg("{value} is no number", value=quoted(value)))
    return number


def _label(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in name.casefold()) or "_"
