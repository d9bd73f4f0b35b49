"""How a kind of record behaves beyond what the plan says of it: its own room extends `Manners` and hands it in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bosco.records.record import Record
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor


@dataclass(frozen=True)
class Part:
    """A piece of a record's page: a template of the kind's room, with its values; `record` and `ui` are there too."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    # Above everything, under the fields, or in the column beside.
    place: Literal["top", "main", "side"] = "main"
    order: int = 50


class Manners:
    """What a kind does by itself; every method may be left as it is."""

    def refuse(self, tx: Tx, record: Record, stage: str) -> None:
        """Refuse a move that the plan allows: a P1 is not closed before its post-mortem is published."""

    def matter(self, record: Record) -> dict[str, Any]:
        """Return what the matter of a record that calls people says beside the usual: `seen`, `details`, `group`."""
        return {}

    async def parts(self, record: Record, visitor: Visitor) -> Sequence[Part]:
        """Return what stands on a record's page beside the usual."""
        return ()


QUIET = Manners()
