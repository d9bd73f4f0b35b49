"""What the judgement reads: the last sample of every series, and the samples before."""

from typing import Protocol

from bosco.alerts.board import Ints
from bosco.alerts.compare import Floats
from bosco.promql.source import NAME, Matcher, Matchers, Series


class Last(Protocol):
    """The last sample of each series, by its place; `told` is when Bosco heard of it."""

    times: Ints
    values: Floats
    told: Ints


class Feed(Protocol):
    """Where measures are read; the samples of the room `signals` are one."""

    @property
    def latest(self) -> Last:
        """Return the last sample of each series."""

    async def load(self) -> None:
        """Know which series live."""

    async def find(self, matchers: Matchers) -> Ints:
        """Return the places of living series that match; the same array as long as no series comes."""

    def labels_at(self, place: int) -> dict[str, str]:
        """Return the labels of a living series."""

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return the series that match and have samples in the span, with those samples."""

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return like `select`, but of each series only the last sample in the span."""


def named(measure: str) -> tuple[Matcher, ...]:
    """Return how the series of a measure are asked for."""
    return (Matcher(NAME, "=", measure),)


def subject_of(labels: dict[str, str]) -> dict[str, str]:
    """Return what tells one series of a measure from the others."""
    return {name: value for name, value in sorted(labels.items()) if name != NAME and value}
