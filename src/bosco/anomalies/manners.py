"""How anomalies behave beyond what the plan says of them: their page leads to their sheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bosco.records.manners import Manners, Part
from bosco.records.record import Record
from bosco.web.visitor import Visitor

if TYPE_CHECKING:
    from bosco.anomalies.service import Anomalies


class AnomalyManners(Manners):
    """What an anomaly's page shows."""

    def __init__(self, anomalies: "Anomalies") -> None:
        self._anomalies = anomalies

    async def parts(self, record: Record, visitor: Visitor) -> Sequence[Part]:
        """Return the way to the sheet, and whose word is owed before the correction goes out."""
        return (Part("anomalies/parts.html#sheet", {"owed": self._anomalies.owed(record)}, "side", 40),)
