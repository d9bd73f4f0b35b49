"""Bosco's own figures, as `/metrics` tells them: whoever serves them hands them over, so that they are kept too."""

from collections.abc import Awaitable, Callable

from bosco.kit.marks import service

JOB = "bosco"
Telling = Callable[[], Awaitable[str]]


@service
class OwnFigures:
    """The place where the figures are asked for."""

    def __init__(self) -> None:
        self.tell: Telling | None = None
