"""A measure that others send: over the API, by remote-write, or by OTLP."""

from typing import ClassVar

from bosco.kit.words import Message, msg
from bosco.signals.kind import Kind


class Push(Kind):
    """A measure that is sent to Bosco.

    In the plan: {push: true, unit: ms}
    """

    called: ClassVar[Message] = msg("sent to Bosco")

    push: bool = True
