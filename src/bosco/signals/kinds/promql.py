"""A question to the stored metrics, in PromQL."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import AfterValidator

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message, msg
from bosco.promql.evaluate import Means, instant
from bosco.promql.parse import parse
from bosco.promql.refusals import QueryRefusal
from bosco.promql.tree import Text
from bosco.promql.vector import Scalar, nameless
from bosco.signals.kind import Doors, Found, Kind, NoValue
from bosco.telemetry.grid import micros


def _that_can_be_asked(query: str) -> str:
    try:
        parse(query)
    except QueryRefusal as refusal:
        raise Unreadable(refusal.says if isinstance(refusal.says, Message) else msg("this is no question")) from None
    return query


class Promql(Kind):
    """A question to the stored metrics; each series of the answer is one of the measure.

    In the plan: {promql: 'sum by (service) (rate(http_requests_total[5m]))', unit: /s}
    """

    called: ClassVar[Message] = msg("metrics")
    is_asked: ClassVar[bool] = True

    promql: Annotated[str, AfterValidator(_that_can_be_asked)]

    async def read(self, doors: Doors) -> list[Found]:
        """Return what the question is worth now."""
        at = micros(doors.clock.read()) // 1000
        answer = await instant(doors.stored, self.promql, at, Means(doors.clock))
        if isinstance(answer, Text | list):
            raise NoValue(msg("the answer is a text or a range, and no value"))
        if isinstance(answer, Scalar):
            return [Found(float(answer.values[0]))]
        there = np.flatnonzero(answer.present[:, 0]).tolist()
        return [Found(float(answer.values[row, 0]), nameless(answer.labels[row])) for row in there]
