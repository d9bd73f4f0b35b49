"""Every rule against every series of its measure, in columns: all of them are judged in one go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from bosco.alerts.compare import Bools, Bytes, Floats, holds
from bosco.alerts.line import Line
from bosco.promql.source import is_stale

Ints = npt.NDArray[np.int64]
MILLISECOND = timedelta(milliseconds=1)
# What a rule says of a series.
FINE, PENDING, FIRING, UNKNOWN, LOST = range(5)
# What has been unknown for so long is told.
UNKNOWN_AFTER = timedelta(minutes=10)


class Columns(Protocol):
    """The last sample of each series, by its place: times in milliseconds, 0 for nothing."""

    times: Ints
    values: Floats


class State(NamedTuple):
    """What is remembered of one rule and one series; both instants are milliseconds, 0 for never."""

    since: int = 0
    unknown_since: int = 0
    phase: int = FINE


@dataclass
class Ruled:
    """A rule, ready to judge: its key, its comparison if it is one, how long it must hold."""

    key: str
    line: Line | None
    lasting: int
    # Whether silence about it is worth a word: what only happens now and then is silent most of the time.
    expects: bool = True


@dataclass
class Block:
    """One measure: its rules, the places of its series, after what time each is silent, and what it normally is."""

    measure: str
    rules: list[Ruled]
    places: Ints
    silent: Ints
    normals: Floats | None = None


class Turn(NamedTuple):
    """A rule says something else of a series than before; `pair` is its place on the board."""

    pair: int
    before: int
    after: int


@dataclass
class Board:
    """The rules of a plan over the series that there are."""

    blocks: Sequence[Block]
    rule_of: list[tuple[Block, Ruled]] = field(init=False)

    def __post_init__(self) -> None:
        self.rule_of = [(block, rule) for block in self.blocks for rule in block.rules]
        lengths = [len(block.places) for block, _ in self.rule_of]
        self.starts: Ints = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.rule: Ints = np.repeat(np.arange(len(lengths)), lengths)
        self.place: Ints = _joined((block.places for block, _ in self.rule_of), np.int64)
        self.silent: Ints = _joined((block.silent for block, _ in self.rule_of), np.int64)
        rules = [rule for _, rule in self.rule_of]
        self.lasting: Ints = self._each(np.array([rule.lasting for rule in rules], dtype=np.int64))
        self.expects: Bools = self._each(np.array([rule.expects for rule in rules], dtype=np.bool_))
        lines = [rule.line or _NO_LINE for rule in rules]
        self.sign: Bytes = self._each(np.array([line.sign for line in lines], dtype=np.int8))
        self.low: Floats = self._each(np.array([line.low for line in lines], dtype=np.float64))
        self.high: Floats = self._each(np.array([line.high for line in lines], dtype=np.float64))
        self.b: Floats = self._each(np.array([line.b for line in lines], dtype=np.float64))
        self.of_normal: Bools = self._each(np.array([line.of_normal for line in lines], dtype=np.bool_))
        self.a: Floats = np.zeros(len(self.place))
        self.learn()
        self.own: Ints = np.flatnonzero(self._each(np.array([rule.line is None for rule in rules], dtype=np.bool_)))
        # What those say that are no comparison: 1 holds, 0 does not, -1 nobody knows.
        self.said: Bytes = np.full(len(self.place), -1, dtype=np.int8)
        self.since: Ints = np.zeros(len(self.place), dtype=np.int64)
        self.unknown_since: Ints = np.zeros(len(self.place), dtype=np.int64)
        self.phase: Bytes = np.zeros(len(self.place), dtype=np.int8)

    def learn(self) -> None:
        """Take up what is normal now."""
        for number, (block, rule) in enumerate(self.rule_of):
            span = slice(self.starts[number], self.starts[number + 1])
            if rule.line is None or not rule.line.of_normal:
                self.a[span] = rule.line.a if rule.line else 0.0
            elif block.normals is None:
                self.a[span] = np.nan
            else:
                with np.errstate(divide="ignore", invalid="ignore"):
                    self.a[span] = np.where(block.normals > 0, rule.line.a / block.normals, np.nan)

    def judge(self, now: int, latest: Columns) -> list[Turn]:
        """Judge everything at an instant in milliseconds, and return what has changed."""
        times, values = latest.times[self.place], latest.values[self.place]
        heard = times > 0
        ended = heard & is_stale(values)
        fresh = heard & ~ended & (now - times <= self.silent)
        known = fresh.copy()
        x = np.where(known, values, np.nan) * self.a + self.b
        held = holds(x, self.sign, self.low, self.high)
        known &= ~np.isnan(x)
        if len(self.own):
            said = self.said[self.own]
            held[self.own], known[self.own] = said == 1, said >= 0
            ended[self.own] = False
        # A series that was ended on purpose while others of its measure live is gone, not silent.
        gone = ended & self._has_living(known)
        # A history that is too short makes a normal unknown for weeks, which is shown and not told.
        tell = self.expects & ~(self.of_normal & fresh)
        return self._turns(now, held, known, gone, tell)

    def _turns(self, now: int, held: Bools, known: Bools, gone: Bools, tell: Bools) -> list[Turn]:
        was = self.phase
        np.copyto(self.since, np.where(held, np.where(self.since == 0, now, self.since), 0), where=known | gone)
        unknown = ~known & ~gone
        self.unknown_since = np.where(unknown, np.where(self.unknown_since == 0, now, self.unknown_since), 0)
        # Silence breaks what has not lasted long enough yet; it ends nothing that was told.
        firing = was == FIRING
        self.since[unknown & ~firing] = 0
        lasted = held & known & (now - self.since >= self.lasting)
        lost = unknown & tell & (now - self.unknown_since >= UNKNOWN_AFTER // MILLISECOND)
        phase = np.select(
            [lasted, unknown & firing, lost, unknown, held & known], [FIRING, FIRING, LOST, UNKNOWN, PENDING], FINE
        ).astype(np.int8)
        changed = np.flatnonzero(phase != was)
        self.phase = phase
        return [Turn(index, int(was[index]), int(phase[index])) for index in changed.tolist()]

    def _has_living(self, known: Bools) -> Bools:
        """Say of each pair whether any series of its rule is known."""
        alive = np.zeros(len(self.rule_of) + 1, dtype=bool)
        alive[self.rule[known]] = True
        found: Bools = alive[self.rule]
        return found

    def pairs_of(self, number: int) -> range:
        """Return the pairs of a rule, by its place among the rules."""
        return range(int(self.starts[number]), int(self.starts[number + 1]))

    def remembered(self) -> dict[tuple[str, int], State]:
        """Return what is remembered of every pair that is not simply fine, by rule and place."""
        kept = np.flatnonzero((self.phase != FINE) | (self.since != 0))
        return {
            (self.rule_of[self.rule[index]][1].key, int(self.place[index])): State(
                int(self.since[index]), int(self.unknown_since[index]), int(self.phase[index])
            )
            for index in kept.tolist()
        }

    def recall(self, states: Mapping[tuple[str, int], State]) -> None:
        """Go on from what was remembered."""
        if not states:
            return
        by_rule: dict[str, list[tuple[int, State]]] = {}
        for (key, place), state in states.items():
            by_rule.setdefault(key, []).append((place, state))
        for number, (block, rule) in enumerate(self.rule_of):
            for place, state in by_rule.get(rule.key, ()):
                offset = int(np.searchsorted(block.places, place))
                if offset < len(block.places) and block.places[offset] == place:
                    index = int(self.starts[number]) + offset
                    self.since[index], self.unknown_since[index], self.phase[index] = state

    def _each(self, of_rules: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.repeat(of_rules, np.diff(self.starts))


_NO_LINE = Line(0, 0.0, 0.0, 0.0, 0.0)


def _joined(parts: Iterable[Ints], kind: type) -> Ints:
    found = [*parts]
    return np.concatenate(found).astype(kind) if found else np.zeros(0, dtype=kind)
