"""How each rule stands: the worst that it says of any series, and of how many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bosco.alerts.board import FINE, FIRING, LOST, PENDING, UNKNOWN
from bosco.alerts.judging import Judge
from bosco.alerts.ready import Ready
from bosco.kit.words import Message, msg

Word = Literal["firing", "lost", "unheard", "unknown", "pending", "fine", "elsewhere"]
# The worst first; silence is never fine.
WORST: tuple[Word, ...] = ("firing", "lost", "unheard", "unknown", "pending", "fine", "elsewhere")
PHASES: Mapping[int, Word] = {FIRING: "firing", LOST: "lost", UNKNOWN: "unknown", PENDING: "pending", FINE: "fine"}
CALLED: Mapping[Word, tuple[str, Message]] = {
    "firing": ("critical", msg("Reached")),
    "lost": ("unknown", msg("Nobody knows")),
    "unheard": ("unknown", msg("Never heard of")),
    "unknown": ("unknown", msg("Unknown")),
    "pending": ("degraded", msg("Reached, not yet long enough")),
    "fine": ("ok", msg("Not reached")),
    "elsewhere": ("muted", msg("Judged by another process")),
}


@dataclass(frozen=True)
class RuleState:
    """A rule, the word for its worst series, and how many series it says each word of."""

    ready: Ready
    word: Word
    counts: Mapping[Word, int]

    @property
    def series(self) -> int:
        """Return of how many series it judges."""
        return sum(self.counts.values())


def states_of(judge: Judge) -> list[RuleState]:
    """Return how every rule stands, the worst first, in the order of the plan."""
    found: dict[str, dict[Word, int]] = {}
    board = judge.board
    for number, (_, ruled) in enumerate(board.rule_of):
        counted = np.bincount(board.phase[board.starts[number] : board.starts[number + 1]], minlength=len(PHASES))
        found[ruled.key] = {word: int(counted[phase]) for phase, word in PHASES.items() if counted[phase]}
    states = [_state(one, found.get(one.key, {})) for rules in judge.rules.values() for one in rules]
    return sorted(states, key=lambda one: WORST.index(one.word))


def states_elsewhere(rules: Iterable[Ready]) -> list[RuleState]:
    """Return the rules where another process judges them."""
    return [RuleState(one, "elsewhere", {}) for one in rules]


def _state(ready: Ready, counts: Mapping[Word, int]) -> RuleState:
    word: Word = min(counts, key=WORST.index) if counts else "unheard"
    # What only happens now and then is silent most of the time.
    if word == "unheard" and not ready.ruled.expects:
        word = "fine"
    return RuleState(ready, word, counts)
