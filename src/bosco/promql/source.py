"""What PromQL reads from: series of samples, chosen by their labels. Whoever keeps samples implements `Source`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Labels = Mapping[str, str]
Op = Literal["=", "!=", "=~", "!~"]

NAME = "__name__"
# "This series has ended": a NaN with these bits. Compare bits (`is_stale`), never values, and do no arithmetic before.
STALE_BITS = 0x7FF0000000000002
STALE = np.array([STALE_BITS], dtype=np.uint64).view(np.float64)[0]


def is_stale(values: Values) -> npt.NDArray[np.bool_]:
    """Say which of the values are stale markers."""
    found: npt.NDArray[np.bool_] = np.ascontiguousarray(values).view(np.uint64) == STALE_BITS
    return found


@dataclass(frozen=True, slots=True)
class Matcher:
    """What one label must be; a label that is missing counts as empty, a pattern (RE2, `.` is any sign) as a whole."""

    name: str
    op: Op
    value: str


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one set of labels (the metric's name is the label `__name__`).

    Times are milliseconds since 1970, strictly ascending; values are as they were sent: NaN is a value, and stale
    markers are among them. Both arrays may be views of larger ones: do not write into them.
    """

    labels: Labels
    times: Times = field(compare=False)
    values: Values = field(compare=False)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What senders say of a metric: `counter`, `gauge`, `histogram`, `summary`… , its unit and its explanation."""

    type: str
    help: str = ""
    unit: str = ""


Matchers = Sequence[Matcher]


@dataclass(frozen=True, slots=True)
class Every:
    """Only stretches of a span are needed: `span` long, one begins at its start and each `step` after."""

    step: int
    span: int


class Source(Protocol):
    """A store of samples.

    Both ends of a span belong to it: whoever wants it open on the left adds a millisecond. Several selectors are
    alternatives; none at all stands for everything. A pattern that is none, and a question for more than may be read
    at once, are answered with a `Refusal`.
    """

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int, every: Every | None = None) -> list[Series]:
        """Return the series that match and have samples in the span, with those samples.

        With `every`, samples outside its stretches may be left out.
        """

    async def weigh(self, matchers: Matchers, start_ms: int, end_ms: int) -> int:
        """Return about how many samples `select` would return, without reading them."""

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return like `select`, but of each series only the last sample in the span: from memory where possible."""

    async def labels(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        """Return the names of labels that such series have, in order."""

    async def label_values(self, name: str, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        """Return the values of one label that such series have, in order."""

    async def series(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[Labels]:
        """Return the labels of such series."""

    async def metadata(self, metric: str | None = None) -> Mapping[str, Sequence[Metadata]]:
        """Return what senders have said of one metric, or of all."""
