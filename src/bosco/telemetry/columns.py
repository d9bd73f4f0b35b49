"""Columns on their way in: checked when they are handed over, laid together when they are written."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.telemetry.grid import FIRST, LAST
from bosco.telemetry.table import INSTANT, TYPES, TelemetryTable

Array = npt.NDArray[Any]
Row = tuple[Any, ...]
Given = Mapping[str, "Array | Sequence[Any]"]

# A pointer and the smallest string; what matters is that texts are not counted as nothing.
_TEXT_COST = 60


def _refused(table: TelemetryTable, why: Message) -> Refusal:
    return Refusal(Code.INVALID, msg("Telemetry cannot take these rows: {why}", why=why), where=table.name)


def _text(value: object) -> str | None:
    if value is None:
        return None
    written = str(value)
    # Lone surrogates cannot be written; they come from bytes that were no text.
    return written if written.isascii() else written.encode("utf-8", "replace").decode()


def _column(table: TelemetryTable, name: str, given: "Array | Sequence[Any]") -> Array:
    wanted = TYPES[table.columns[name]]
    if wanted.kind == "O":
        texts = np.empty(len(given), dtype=object)
        texts[:] = [_text(value) for value in given]
        return texts
    try:
        found = np.asarray(given)
        with np.errstate(invalid="ignore"):
            laid = found.astype(wanted, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise _refused(table, msg("the values of {column} are no numbers", column=name)) from None
    if found.ndim != 1:
        raise _refused(table, msg("{column} is no plain list", column=name))
    if wanted.kind in "iu" and laid is not found and not np.array_equal(laid, found):
        raise _refused(table, msg("a value of {column} is out of range", column=name))
    return laid


@dataclass(frozen=True)
class Rows:
    """Checked columns of one table, and who waits for them to be on disk."""

    table: TelemetryTable
    columns: dict[str, Array]
    done: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def cost(self) -> int:
        """Return about how many bytes of memory the rows take while they wait."""
        texts = sum(1 for column in self.columns.values() if column.dtype == object)
        return sum(column.nbytes for column in self.columns.values()) + texts * _TEXT_COST * len(self)


def check(table: TelemetryTable, given: Given) -> dict[str, Array]:
    """Return the columns as the table's own types, or refuse them with what is wrong."""
    if missing := sorted(set(table.columns) ^ set(given)):
        raise _refused(table, msg("the columns are not the table's: {names}", names=", ".join(missing)))
    columns = {name: _column(table, name, given[name]) for name in table.columns}
    if len({len(column) for column in columns.values()}) > 1:
        raise _refused(table, msg("the columns are not equally long"))
    at = columns.get(INSTANT)
    if at is not None and len(at) and not (at.min() >= FIRST and at.max() < LAST):
        raise _refused(table, msg("an instant is before 1970 or after 2199"))
    return columns


@dataclass
class Waiting:
    """What has been handed over and not yet written, in its order."""

    parts: list[Rows] = field(default_factory=list)
    # Single rows become columns only when they are written: many at once cost little.
    loose: dict[str, tuple[TelemetryTable, list[Row]]] = field(default_factory=dict)
    rows: int = 0
    cost: int = 0

    def __bool__(self) -> bool:
        return bool(self.parts or self.loose)

    def add(self, part: Rows) -> None:
        """Take more columns."""
        self.parts.append(part)
        self.rows += len(part)
        self.cost += part.cost

    def add_row(self, table: TelemetryTable, row: Row) -> None:
        """Take one more row."""
        self.loose.setdefault(table.name, (table, []))[1].append(row)
        self.rows += 1
        self.cost += _TEXT_COST * len(row)

    def lay(self) -> list[Refusal]:
        """Make columns of the single rows, and return why some of them cannot be."""
        refused: list[Refusal] = []
        for table, rows in self.loose.values():
            try:
                self.parts.append(Rows(table, _laid(table, rows)))
            except Refusal:
                for row in rows:
                    try:
                        self.parts.append(Rows(table, _laid(table, [row])))
                    except Refusal as refusal:
                        refused.append(refusal)
        self.loose = {}
        return refused

    def put_back(self, parts: Iterable[Rows]) -> None:
        """Take rows again that could not be written; they go first."""
        later, self.parts = self.parts, []
        for part in parts:
            self.add(part)
        self.parts.extend(later)


def _laid(table: TelemetryTable, rows: list[Row]) -> dict[str, Array]:
    columns = zip(*rows, strict=True)
    return check(table, dict(zip(table.columns, columns, strict=True)))


def together(parts: Iterable[Rows]) -> list[Rows]:
    """Return the parts laid together, one a table."""
    found: dict[str, list[Rows]] = {}
    for part in parts:
        found.setdefault(part.table.name, []).append(part)
    laid = []
    for same in found.values():
        table = same[0].table
        if len(same) == 1:
            laid.append(same[0])
            continue
        laid.append(
            Rows(table, {name: np.concatenate([part.columns[name] for part in same]) for name in table.columns})
        )
    return laid
