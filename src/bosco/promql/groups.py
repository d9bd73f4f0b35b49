"""Rows that share labels: which group each row is in, and what all rows of a group are together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bosco.promql.source import NAME, Labels
from bosco.promql.vector import Key, Places, key_of


@dataclass(slots=True)
class Groups:
    """`of` says of each row which group it is in; groups are numbered as they appear."""

    of: Places
    labels: list[Labels]

    def __len__(self) -> int:
        return len(self.labels)

    def folded(self, how: np.ufunc, rows: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Fold the rows of each group into one."""
        order = np.argsort(self.of, kind="stable")
        begins = np.searchsorted(self.of[order], np.arange(len(self)))
        folded: npt.NDArray[np.generic] = how.reduceat(rows[order], begins, axis=0)
        return folded


def picked(names: Sequence[str]) -> Callable[[Labels], Labels]:
    """Return what keeps those labels alone."""
    return lambda labels: {name: value for name in names if (value := labels.get(name))}


def dropped(names: Sequence[str]) -> Callable[[Labels], Labels]:
    """Return what keeps all labels but those and the metric's name."""
    gone = {NAME, *names}
    return lambda labels: {name: value for name, value in labels.items() if name not in gone}


def grouped(labels: Sequence[Labels], kept: Callable[[Labels], Labels]) -> Groups:
    """Put rows together that keep the same labels."""
    numbers: dict[Key, int] = {}
    found: list[Labels] = []
    of = np.empty(len(labels), dtype=np.intp)
    for row, one in enumerate(labels):
        left = kept(one)
        number = numbers.setdefault(key_of(left), len(found))
        if number == len(found):
            found.append(left)
        of[row] = number
    return Groups(of, found)


def together(
    left: Sequence[Labels], right: Sequence[Labels], kept: Callable[[Labels], Labels]
) -> tuple[Groups, Groups]:
    """Group the rows of two sides by the same numbers."""
    both = grouped([*left, *right], kept)
    return Groups(both.of[: len(left)], both.labels), Groups(both.of[len(left) :], both.labels)
