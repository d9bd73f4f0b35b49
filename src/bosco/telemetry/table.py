"""What a room declares to have its columns kept: a table, its ladders of roll-ups, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import numpy as np

from bosco.telemetry.grid import LEVELS, Level

# DuckDB's word for a column, and the NumPy type that is laid under it without a conversion.
TYPES: Mapping[str, np.dtype] = MappingProxyType(
    {
        "BOOLEAN": np.dtype(np.bool_),
        "UTINYINT": np.dtype(np.uint8),
        "SMALLINT": np.dtype(np.int16),
        "INTEGER": np.dtype(np.int32),
        "UINTEGER": np.dtype(np.uint32),
        "BIGINT": np.dtype(np.int64),
        "FLOAT": np.dtype(np.float32),
        "DOUBLE": np.dtype(np.float64),
        "VARCHAR": np.dtype(object),
    }
)
INSTANT = "instant"
FOREVER: timedelta | None = None


@dataclass(frozen=True)
class Figure:
    """One figure of a roll-up: how it is taken from rows, and how it is put together from the finer level."""

    name: str
    type: str
    taken: str
    merged: str = "sum({})"

    @property
    def merging(self) -> str:
        """Return the SQL that puts the finer level's figures together, in the same type."""
        return f"CAST({self.merged.format(self.name)} AS {self.type})"

    @property
    def taking(self) -> str:
        """Return the SQL that takes the figure from rows."""
        return f"CAST({self.taken} AS {self.type})"


@dataclass(frozen=True)
class Ladder:
    """Roll-ups of the table `of` by minute, hour and day, each rung made of the finer one."""

    name: str
    of: str
    key: tuple[str, ...]
    figures: tuple[Figure, ...]
    only: str = "true"
    keep: Mapping[Level, timedelta | None] = field(default_factory=dict)

    def table(self, level: Level) -> str:
        """Return the name of the table that holds that rung."""
        return f"{self.name}_{level}"


@dataclass(frozen=True)
class TelemetryTable:
    """Rows that only ever arrive: numeric columns are never null, `instant` is in microseconds since 1970."""

    name: str
    columns: Mapping[str, str]
    keep: timedelta | None = FOREVER
    # Other rows refer to these: they are few, and never dropped for want of room.
    referred: bool = False
    # The plan's word for how long its rows are kept; its ladders' rungs then follow the plan's words for them.
    kept_as: str | None = None
    ladders: tuple[Ladder, ...] = ()

    def __post_init__(self) -> None:
        if astray := [ladder.name for ladder in self.ladders if ladder.of != self.name]:
            raise ValueError(f"{self.name}: ladders of another table: {astray}")
        unknown = {kind for kind in self.columns.values() if kind not in TYPES}
        if unknown:
            raise ValueError(f"{self.name}: no such type of column: {unknown}")
        if self.ladders and self.columns.get(INSTANT) != "BIGINT":
            raise ValueError(f"{self.name}: roll-ups need a column `{INSTANT}` of type BIGINT")

    def words(self) -> dict[str, str]:
        """Return by the plan's words for how long each of its tables keeps its rows, if the plan may say."""
        if self.kept_as is None:
            return {}
        rungs = {ladder.table(level): f"{level}s" for ladder in self.ladders for level in LEVELS}
        return {self.name: self.kept_as, **rungs}

    def spans(self) -> dict[str, timedelta | None]:
        """Return for how long each of its tables keeps its rows."""
        found: dict[str, timedelta | None] = {self.name: self.keep}
        for ladder in self.ladders:
            found.update({ladder.table(level): ladder.keep.get(level, FOREVER) for level in LEVELS})
        return found
