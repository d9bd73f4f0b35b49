"""An answer as people read it: its largest rows as a chart, all of them as a table, everything as a sheet."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bosco.promql.answer import rows_of
from bosco.promql.evaluate import Found
from bosco.promql.grid import Grid
from bosco.promql.numbers import shown
from bosco.promql.source import NAME, Labels, Series
from bosco.promql.tree import Text
from bosco.promql.vector import Scalar, Vector

MOST_DRAWN = 10
MOST_SHOWN = 100
MOST_IN_SHEET = 2_000_000
TONES = ("blue", "amber", "green", "violet", "red", "grey", "orange")
# A line that moves less than this share of its height is drawn without the way down to nought.
_FLAT = 0.2


@dataclass(frozen=True)
class Row:
    """One row of an answer over a span; what is no number is left out of its figures."""

    labels: Labels
    name: str
    tone: str | None
    last: float | None
    least: float | None
    mean: float | None
    most: float | None


@dataclass(frozen=True)
class Drawn:
    """What a page shows of an answer."""

    rows: list[Row]
    count: int
    drawn: int
    chart: dict[str, Any] | None
    text: str | None = None

    @property
    def most(self) -> float | None:
        """Return the greatest value that is shown."""
        return max((row.most for row in self.rows if row.most is not None), default=None)


def drawn_of(found: Found, grid: Grid, unit: str = "") -> Drawn:
    """Lay out an answer: the rows with the greatest mean come first."""
    if isinstance(found, Text):
        return Drawn([], 0, 0, None, found.value)
    values = _table_of(found)
    labels = found.labels if isinstance(found, Vector) else [{}]
    some = np.flatnonzero(np.isfinite(values).any(axis=1) | _there(found))
    with np.errstate(all="ignore"):
        means = np.array([_figure(np.mean, values[row]) or 0.0 for row in some.tolist()])
    order = some[np.argsort(-means, kind="stable")].tolist()
    named = len({labels[row].get(NAME) for row in order}) > 1
    rows = [_row(labels[row], values[row], place, named) for place, row in enumerate(order[:MOST_SHOWN])]
    drawn = min(len(order), MOST_DRAWN)
    return Drawn(rows, len(order), drawn, _chart(rows[:drawn], values[order[:drawn]], grid, unit))


def _table_of(found: Found) -> np.ndarray:
    if isinstance(found, Scalar):
        return found.values[None, :]
    assert isinstance(found, Vector)
    return np.where(found.present, found.values, np.nan)


def _there(found: Found) -> np.ndarray:
    return found.ever if isinstance(found, Vector) else np.ones(1, dtype=bool)


def _row(labels: Labels, values: np.ndarray, place: int, named: bool) -> Row:
    known = values[np.isfinite(values)]
    return Row(
        labels,
        # A name that all rows share tells nothing of one of them.
        said(labels if named or len(labels) == 1 else {key: labels[key] for key in labels if key != NAME}),
        TONES[place % len(TONES)] if place < MOST_DRAWN else None,
        float(known[-1]) if len(known) else None,
        *(_figure(how, values) for how in (np.min, np.mean, np.max)),
    )


def _figure(how: Any, values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(how(known)) if len(known) else None


def _chart(rows: Sequence[Row], values: np.ndarray, grid: Grid, unit: str) -> dict[str, Any] | None:
    if not rows or grid.count < 2 or not np.isfinite(values).any():
        return None
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    chart: dict[str, Any] = {
        "unit": unit,
        "at": (grid.times // 1000).tolist(),
        "series": [
            {"name": row.name or "value", "values": _holes(line), "tone": row.tone}
            for row, line in zip(rows, values, strict=True)
        ],
    }
    if low > 0 and high - low < _FLAT * high:
        chart["from"] = low - (high - low or high) * 0.1
    return chart


def _holes(line: np.ndarray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in line.tolist()]


def said(labels: Mapping[str, str]) -> str:
    """Return labels as PromQL writes them."""
    inside = ", ".join(f"{name}={shown_text(value)}" for name, value in sorted(labels.items()) if name != NAME)
    return labels.get(NAME, "") + (f"{{{inside}}}" if inside else "")


def shown_text(value: str) -> str:
    """Return the value of a label in its quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def sheet_of(found: Found, grid: Grid) -> bytes:
    """Return an answer as CSV: a line for each value, with its instant and labels."""
    series = list(rows_of(found, grid)) if not isinstance(found, Text | list) else []
    names = sorted({name for one in series for name in one.labels})
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(["instant", *(_cell(name) for name in names), "value"])
    for line in _lines(series, names):
        sheet.writerow(line)
    return written.getvalue().encode()


def _lines(series: Sequence[Series], names: Sequence[str]) -> Iterator[list[str]]:
    left = MOST_IN_SHEET
    for one in series:
        told = [_cell(one.labels.get(name, "")) for name in names]
        for at, value in zip(one.times[:left].tolist(), one.values[:left].tolist(), strict=True):
            yield [_stamp(at), *told, shown(value)]
        left -= len(one.times)
        if left <= 0:
            return


def _stamp(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{at}.{at_ms % 1000:03d}Z" if at_ms % 1000 else f"{at}Z"


def _cell(text: str) -> str:
    # A spreadsheet would take these for a formula, and run it.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
