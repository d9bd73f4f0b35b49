"""Small numbers for names: columns hold the number, the name stands once in a table of its own."""

from collections.abc import Iterable

from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.telemetry import Telemetry


class Names:
    """Gives each name a number that it keeps for ever; new names are written with the rows that need them."""

    def __init__(self, telemetry: Telemetry, table: str) -> None:
        self._telemetry = telemetry
        self._table = TelemetryTable(table, {"number": "INTEGER", "name": "VARCHAR"}, referred=True)
        self._loaded = False
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        telemetry.declare(self._table)

    async def load(self) -> None:
        """Read the names that were given their numbers before; a second time is not needed, and changes nothing."""
        if self._loaded:
            return
        found = await self._telemetry.read(
            lambda reader: reader.rows(f"SELECT number, name FROM {self._table.name} ORDER BY number")  # noqa: S608
        )
        self._names = [""] * (found[-1][0] + 1 if found else 0)
        for number, name in found:
            self._names[number] = name
        self._numbers = {name: number for number, name in found}
        self._loaded = True

    def number(self, name: str) -> int:
        """Return the number of a name, giving it one if it has none."""
        if (number := self._numbers.get(name)) is None:
            if not self._loaded:
                # Its number may be another name's already.
                raise LookupError(f"the names of {self._table.name} have not been loaded")
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
            # Written again after a failure, and never after the rows that are handed over next.
            self._telemetry.append_soon(self._table, {"number": [number], "name": [name]})
        return number

    def known(self, names: Iterable[str]) -> list[int]:
        """Return the numbers of those names that have one."""
        return [self._numbers[name] for name in names if name in self._numbers]

    def name(self, number: int) -> str:
        """Return the name of a number."""
        return self._names[number]
