"""A figure that a probe tells beside its state."""

from typing import Annotated, ClassVar

from bosco.kit.words import Message, msg
from bosco.plan.part import Names
from bosco.signals.kind import Kind


class Probe(Kind):
    """What a probe's looks took, in all or in one phase, or what they counted; it comes with each look.

    In the plan: {probe: site-home, take: first_byte, unit: ms}
    """

    called: ClassVar[Message] = msg("probe")

    probe: Annotated[str, Names("probes")]
    take: str = "time"
