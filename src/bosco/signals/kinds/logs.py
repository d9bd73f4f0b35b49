"""Log lines that match, counted or measured."""

from typing import ClassVar

from bosco.kit.words import Message, msg
from bosco.signals.kind import Kind


class Logs(Kind):
    """Log lines that match; Bosco keeps no logs, so that such a measure has to be sent by whatever does.

    In the plan: {logs: 'event="login_failed"', take: rate per minute}
    """

    called: ClassVar[Message] = msg("logs")
    unfed: ClassVar[Message | None] = msg("Bosco keeps no logs")

    logs: str
    take: str = "rate per minute"
