"""The SQL of roll-ups: a rung is written once, when it is over; what is not over is read from the finer rung.

Every row counts in exactly one place. Below the mark of a rung, its table is complete: a row that arrives too late for
that is added to it in the transaction that brings the row. From the mark on, the finer rung holds everything.
"""
# ruff: noqa: S608 - the names in the SQL are those that rooms declare in code, the rest are whole numbers

from collections.abc import Mapping, Sequence

from bosco.telemetry.grid import LEVELS, MINUTE, Grid, Level
from bosco.telemetry.table import INSTANT, Ladder

Marks = Mapping[Level, int]
Keys = Mapping[str, Sequence[int]]

MARKS_TABLE = "ladder_marks"
FINER: dict[Level, Level | None] = {"minute": None, "hour": "minute", "day": "hour"}
# How long after its end a rung is written: most of what comes late has arrived by then, and need not be added.
LAG: dict[Level, int] = {"minute": 2 * MINUTE, "hour": 10 * MINUTE, "day": 60 * MINUTE}


def definition(ladder: Ladder, level: Level, types: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of a rung's table."""
    return {
        **{name: types[name] for name in ladder.key},
        INSTANT: "BIGINT",
        **{figure.name: figure.type for figure in ladder.figures},
    }


def take(ladder: Ladder, source: str, start: str, where: str) -> str:
    """Return the SQL that makes roll-up rows out of rows; `start` is the SQL of the rung's beginning."""
    figures = ", ".join(f"{figure.taking} AS {figure.name}" for figure in ladder.figures)
    return _grouped(ladder, source, start, f"{where} AND ({ladder.only})", figures)


def merge(ladder: Ladder, source: str, start: str, where: str) -> str:
    """Return the SQL that makes coarser roll-up rows out of finer ones."""
    figures = ", ".join(f"{figure.merging} AS {figure.name}" for figure in ladder.figures)
    return _grouped(ladder, source, start, where, figures)


def _grouped(ladder: Ladder, source: str, start: str, where: str, figures: str) -> str:
    keys = ", ".join(ladder.key)
    return f"SELECT {keys}, {start} AS {INSTANT}, {figures} FROM {source} WHERE {where} GROUP BY {keys}, {start}"


def minute_of() -> str:
    """Return the SQL of the start of a row's minute."""
    return f"{INSTANT} - {INSTANT} % {MINUTE}"


def late_start_of(level: Level, marks: Marks) -> str:
    """Return the SQL of the bucket of a late row, whose columns `minute_`, `hour_` and `day_` say where it belongs."""
    # Not before the mark of a coarser rung that the row itself is not before.
    coarser = [marks[other] for other in LEVELS[LEVELS.index(level) + 1 :]]
    bounds = [f"CASE WHEN {INSTANT} >= {mark} THEN {mark} ELSE 0 END" for mark in coarser]
    return f"greatest({', '.join([f'{level}_', *bounds])})"


def start_of(level: Level, grid: Grid, span: tuple[int, int], mark: int) -> str:
    """Return the SQL of the start of the minute, hour or day of a row within the span; none lies before the mark."""
    if level == "minute":
        return minute_of()
    # The stretch behind a mark is short, so its few hours or days can be told one by one. None begins before the mark,
    # not even where the plan's time zone has changed in the middle of a day: so each row stays in one place.
    starts = [max(mark, int(start)) for start in grid.starts(level, *span)]
    cases = " ".join(f"WHEN {INSTANT} >= {start} THEN {start}" for start in reversed(starts))
    return f"CASE {cases} END"


def _kept(ladder: Ladder, keys: Keys) -> str:
    """Return the SQL that keeps only those keys; they are whole numbers, so they can stand in the text."""
    parts = []
    for name, wanted in keys.items():
        assert name in ladder.key
        parts.append(f" AND {name} IN ({', '.join(str(int(one)) for one in wanted) or 'NULL'})")
    return "".join(parts)


def rungs(ladder: Ladder, level: Level, span: tuple[int, int], marks: Marks, grid: Grid, keys: Keys) -> str:
    """Return the SQL of a rung's rows within the span, including what is not over yet; a bucket may have several rows.

    `since` must be the start of a bucket.
    """
    since, until = span
    kept = _kept(ladder, keys)
    mark = marks[level]
    parts = []
    if since < mark:
        columns = ", ".join([*ladder.key, INSTANT, *(figure.name for figure in ladder.figures)])
        where = f"{INSTANT} >= {since} AND {INSTANT} < {min(until, mark)}{kept}"
        parts.append(f"SELECT {columns} FROM {ladder.table(level)} WHERE {where}")
    finer: Level | None = level
    lower = max(since, mark)
    while finer is not None and lower < until:
        start = start_of(level, grid, (lower, until), max(since, mark))
        source: Level | None = FINER[finer]
        upper = until if source is None else min(until, marks[source])
        where = f"{INSTANT} >= {lower} AND {INSTANT} < {upper}{kept}"
        if source is None:
            parts.append(take(ladder, ladder.of, start, where))
        elif lower < upper:
            parts.append(merge(ladder, ladder.table(source), start, where))
        finer, lower = source, max(lower, upper)
    return " UNION ALL ".join(f"({part})" for part in parts)
