"""What parts of a query are worth: a number at each step, or rows of them with labels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bosco.promql.source import NAME, Labels, Values

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Key = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scalar:
    """One number at each step."""

    values: Values


@dataclass(slots=True)
class Vector:
    """Rows with labels: a value at each step where the row is present. Arrays may be shared: do not write into them."""

    labels: list[Labels]
    values: Values
    present: Mask

    @property
    def ever(self) -> Mask:
        """Say which rows are present at any step."""
        ever: Mask = np.logical_or.reduce(self.present, axis=1)
        return ever

    @property
    def anyone(self) -> Mask:
        """Say at which steps any row is present."""
        anyone: Mask = np.logical_or.reduce(self.present, axis=0)
        return anyone

    def rows(self, chosen: "npt.NDArray[np.intp] | list[int]") -> "Vector":
        """Return some of the rows, in that order."""
        return Vector([self.labels[row] for row in chosen], self.values[chosen], self.present[chosen])


def empty(steps: int) -> Vector:
    """Return no rows."""
    return Vector([], np.empty((0, steps)), np.empty((0, steps), dtype=bool))


def key_of(labels: Labels) -> Key:
    """Return labels as something that can be compared; the order is that of answers."""
    return tuple(sorted(labels.items()))


def nameless(labels: Labels) -> Labels:
    """Return the labels without the metric's name."""
    if NAME not in labels:
        return labels
    return {name: value for name, value in labels.items() if name != NAME}
