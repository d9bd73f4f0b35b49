"""How incidents behave beyond what the plan says of them: their page holds the room in which they are worked on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bosco.records.listing import may_write
from bosco.records.manners import Manners, Part
from bosco.records.record import Record
from bosco.web.visitor import Visitor

if TYPE_CHECKING:
    from bosco.incidents.service import Incidents


class IncidentManners(Manners):
    """What an incident's page shows."""

    def __init__(self, incidents: "Incidents") -> None:
        self._incidents = incidents

    async def parts(self, record: Record, visitor: Visitor) -> Sequence[Part]:
        """Return the room: what is so now above, what happened in the middle, what belongs to it beside."""
        room = await self._incidents.room(record)
        values = {"room": room, "mounted": frozenset[str](), "speaks": may_write(visitor)}
        return (
            Part("incidents/parts.html#top", values, "top", 10),
            Part("incidents/parts.html#story", values, "main", 20),
            Part("incidents/parts.html#side", values, "side", 10),
        )
