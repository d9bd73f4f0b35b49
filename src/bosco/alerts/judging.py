"""Judges every rule of the plan against every series that there is, and explains what it found."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from bosco.alerts.board import FIRING, LOST, MILLISECOND, PENDING, UNKNOWN, Block, Board, Ints, State, Turn
from bosco.alerts.feed import Feed, named, subject_of
from bosco.alerts.happening import Memory, is_growth, window_of, word_of
from bosco.alerts.normal import Usual, hours_like, mean_of, usual_of
from bosco.alerts.ready import ONCE, SOONEST, TIMES, Ready, concerns, ready_rules, silent_after
from bosco.kit.units import Quantity
from bosco.plan.happened import Happened
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.seen import Normal, Seen, Verdict
from bosco.promql.source import is_stale
from bosco.services.spans import Span
from bosco.store.types import EPOCH

Subject = tuple[str, tuple[tuple[str, str], ...]]


def millis(at: datetime) -> int:
    """Return an instant in milliseconds since 1970."""
    return (at - EPOCH) // MILLISECOND


@dataclass(frozen=True)
class Standing:
    """What one rule says of one series."""

    ready: Ready
    labels: dict[str, str]
    phase: int
    since: datetime | None
    seen: Quantity | str | None
    verdict: Verdict
    heard_at: datetime | None


@dataclass(frozen=True)
class _Own:
    """A pair whose verdict is no comparison; `is_event` when it asks whether something happened."""

    pair: int
    measure: str
    subject: tuple[tuple[str, str], ...]
    ready: Ready
    is_event: bool


class Judge:
    """The rules of one plan over the measures that arrive; it remembers, and writes nothing."""

    def __init__(self, feed: Feed, plan: Plan, only: dict[str, list[Ready]] | None = None) -> None:
        self._feed = feed
        # For the past of one rule: those rules, whatever the plan says.
        self._only = only
        self.board = Board([])
        self.rules: dict[str, list[Ready]] = {}
        self._places: dict[str, Ints] = {}
        self._memories: dict[str, Memory] = {}
        self._usual: dict[str, dict[Subject, Usual]] = {}
        self._learnt: datetime | None = None
        self._said: dict[str, int] = {}
        # Whether the series or the rules are others than when that was asked last.
        self.rebuilt = False
        self._numbers: dict[str, list[int]] = {}
        self._own: list[_Own] = []
        self._gaps = np.zeros(0, dtype=np.int64)
        self._last = np.zeros(0, dtype=np.int64)
        self._kept: dict[tuple[str, Subject], State] = {}
        self.follow(plan)

    def follow(self, plan: Plan) -> None:
        """Judge by another plan from now on; what was found by rules that stay is not forgotten."""
        self._remember()
        before = {one.key: one.rule.condition for rules in self.rules.values() for one in rules}
        self.plan, self.rules = plan, ready_rules(plan) if self._only is None else self._only
        spans = {measure: silent_after(plan, measure) for measure in self.rules}
        self._said = {measure: span // MILLISECOND for measure, span in spans.items() if span is not None}
        now = {one.key: one.rule.condition for rules in self.rules.values() for one in rules}
        self._kept = {
            key: state
            for key, state in self._kept.items()
            # What has not lasted long enough yet had another bound to hold against.
            if key[0] in now and (state.phase != PENDING or before.get(key[0], now[key[0]]) == now[key[0]])
        }
        self._places, self._memories, self._learnt = {}, {}, None
        self.board, self._own = Board([]), []

    def said_rhythm(self, measure: str) -> int:
        """Return after how many milliseconds the plan calls a measure silent, 0 if it does not say."""
        return self._said.get(measure, 0)

    def follow_rhythm_of(self, measure: str, silent: int) -> None:
        """Call a measure silent after so many milliseconds, however it comes."""
        self._said[measure] = silent

    def recall(self, states: Mapping[tuple[str, Subject], State]) -> None:
        """Go on from what was remembered when Bosco was last awake."""
        self._kept.update(states)
        self._places = {}

    async def judge(self, now: datetime) -> list[Turn]:
        """Judge everything, and return what has changed."""
        await self._follow_series()
        self._follow_rhythm()
        await self._learn(now)
        await self._happen(millis(now))
        return self.board.judge(millis(now), self._feed.latest)

    async def _follow_series(self) -> None:
        found = {measure: await self._feed.find(named(measure)) for measure in self.rules}
        if self._places and all(found[measure] is self._places[measure] for measure in found):
            return
        self._remember()
        self._places = found
        blocks = [block for measure, rules in self.rules.items() for block in self._blocks(measure, rules)]
        self.board, self.rebuilt = Board(blocks), True
        self._numbers = defaultdict(list)
        for number, (block, _) in enumerate(self.board.rule_of):
            self._numbers[_measure(block)].append(number)
        lengths = np.diff(self.board.starts)
        said = [self._said.get(_measure(block), 0) for block, _ in self.board.rule_of]
        self._said_silent = np.repeat(np.array(said, dtype=np.int64), lengths)
        self._recall()
        self._apply_usual()
        self._own = self._own_pairs()

    def _blocks(self, measure: str, rules: list[Ready]) -> list[Block]:
        places = np.sort(self._places[measure])
        if not len(places):
            return []
        groups: dict[str | None, list[Ready]] = defaultdict(list)
        for one in rules:
            groups[one.rule.beside.service].append(one)
        blocks = []
        for service, group in groups.items():
            mine = places
            if service is not None:
                mine = np.array(
                    [place for place in places.tolist() if concerns(group[0], self._feed.labels_at(place))],
                    dtype=np.int64,
                )
            blocks.append(Block(_named(measure, service), [one.ruled for one in group], mine, np.zeros_like(mine)))
        return blocks

    def _follow_rhythm(self) -> None:
        """Notice how often each series comes: it is silent after three times that."""
        times = self._feed.latest.times
        if len(times) != len(self._last):
            more = len(times) - len(self._last)
            self._gaps, self._last = (np.pad(held, (0, max(more, 0))) for held in (self._gaps, self._last))
        came = (times[: len(self._last)] != self._last) & (self._last > 0)
        soonest = SOONEST // MILLISECOND
        gaps = np.maximum(TIMES * (times[: len(self._last)] - self._last), soonest)
        self._gaps = np.where(came, gaps, self._gaps)
        self._last = times[: len(self._last)].copy()
        own = self._gaps[self.board.place]
        silent = np.where(own > 0, own, ONCE // MILLISECOND)
        self.board.silent = np.where(self._said_silent > 0, self._said_silent, silent)

    async def _learn(self, now: datetime) -> None:
        """Learn once an hour what is normal."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self._learnt == hour:
            return
        self._learnt = hour
        for measure, rules in self.rules.items():
            wanting = [one for one in rules if one.rule.condition.needs_normal]
            if wanting and len(self._places[measure]):
                self._usual[measure] = await self.usual(measure, wanting[0], now)
        self._apply_usual()

    async def usual(self, measure: str, ready: Ready, at: datetime) -> dict[Subject, Usual]:
        """Return what each series of a measure usually is at that time."""
        spans = hours_like(at, ready.normal, self.plan[TIMEZONE])
        means: dict[Subject, list[float]] = defaultdict(list)
        for span in spans:
            for subject, mean in (await self._means(measure, span)).items():
                means[subject].append(mean)
        found = {subject: usual_of(of_it, len(spans)) for subject, of_it in means.items()}
        return {subject: usual for subject, usual in found.items() if usual is not None}

    async def _means(self, measure: str, span: Span) -> dict[Subject, float]:
        series = await self._feed.select(named(measure), millis(span.start), millis(span.end) - 1)
        return {self.subject(measure, dict(one.labels)): mean_of(one.values[~is_stale(one.values)]) for one in series}

    def _apply_usual(self) -> None:
        for block in self.board.blocks:
            measure = _measure(block)
            known = self._usual.get(measure)
            if known is not None:
                subjects = [self.subject(measure, self._feed.labels_at(place)) for place in block.places.tolist()]
                block.normals = np.array([known[one].median if one in known else np.nan for one in subjects])
        self.board.learn()

    async def _happen(self, now: int) -> None:
        """Let those rules speak that look at more than the last value."""
        for measure in dict.fromkeys(own.measure for own in self._own):
            if measure not in self._memories:
                spans = {window_of(one.rule.condition) for one in self.rules[measure] if one.ruled.line is None}
                self._memories[measure] = Memory(measure, tuple(spans))
            await self._memories[measure].read(self._feed, now)
        said = self.board.said
        for own in self._own:
            if own.is_event and self._memories[own.measure].of(own.subject).is_quiet:
                said[own.pair] = 0
                continue
            holds = own.ready.rule.condition.judge(self._seen(own.pair, now)).holds
            said[own.pair] = -1 if holds is None else int(holds)

    def _own_pairs(self) -> "list[_Own]":
        found = []
        for pair in self.board.own.tolist():
            ready, measure, subject = self._ready(pair), *self.subject_at(pair)
            found.append(_Own(pair, measure, subject, ready, isinstance(ready.rule.condition, Happened)))
        return found

    def _seen(self, pair: int, now: int) -> Seen:
        block, _ = self.board.rule_of[self.board.rule[pair]]
        measure, place, ready = _measure(block), int(self.board.place[pair]), self._ready(pair)
        condition, labels = ready.rule.condition, self._feed.labels_at(place)
        value = self.value(pair, now)
        usual = self._usual.get(measure, {}).get(self.subject(measure, labels))
        seen: dict[str, Any] = {
            "measure": ready.name,
            "value": value,
            "unit": ready.unit,
            "good": ready.good,
            "normal": Normal(usual.median, usual.spread) if usual else None,
            "word": word_of(condition, value) if value is not None else None,
        }
        if ready.ruled.line is None and measure in self._memories:
            past, span = self._memories[measure].of(tuple(subject_of(labels).items())), window_of(condition)
            length = span // MILLISECOND
            if past.first:
                seen["watched"] = min((now - past.first) * MILLISECOND, 10 * span)
            seen["before"] = past.before.get(length)
            if not is_growth(condition) and (past.first or value is not None):
                seen["count"] = past.count(now - length)
        if seen["word"] is not None:
            seen["value"] = None
        return Seen(**seen)

    def value(self, pair: int, now: int) -> float | None:
        """Return the last value of a pair's series, if there is one that still counts."""
        place, latest = int(self.board.place[pair]), self._feed.latest
        at, value = int(latest.times[place]), latest.values[place]
        silent = now - at > int(self.board.silent[pair]) and self.board.expects[pair]
        return None if not at or silent or np.isnan(value) else float(value)

    def _ready(self, pair: int) -> Ready:
        block, ruled = self.board.rule_of[self.board.rule[pair]]
        return next(one for one in self.rules[_measure(block)] if one.ruled is ruled)

    def standing(self, pair: int, now: datetime) -> Standing:
        """Return what a rule says of a series now, and why."""
        ready, seen = self._ready(pair), self._seen(pair, millis(now))
        since = int(self.board.since[pair]) or int(self.board.unknown_since[pair])
        place = int(self.board.place[pair])
        heard = int(self._feed.latest.times[place])
        return Standing(
            ready,
            subject_of(self._feed.labels_at(place)),
            int(self.board.phase[pair]),
            EPOCH + since * MILLISECOND if since else None,
            None if seen.value is None and seen.word is None else seen.shown,
            ready.rule.condition.judge(seen),
            EPOCH + heard * MILLISECOND if heard else None,
        )

    def standings(self, key: str, now: datetime, limit: int = 100) -> list[Standing]:
        """Return what a rule says of its series, the worst first."""
        return [self.standing(pair, now) for pair in self._worst(key)[:limit]]

    def worst_places(self, key: str) -> list[int]:
        """Return the places of a rule's series, those of which it says the worst first."""
        return [int(self.board.place[pair]) for pair in self._worst(key)]

    def _worst(self, key: str) -> list[int]:
        numbers = [number for number, (_, ruled) in enumerate(self.board.rule_of) if ruled.key == key]
        pairs = [pair for number in numbers for pair in self.board.pairs_of(number)]
        return sorted(pairs, key=lambda pair: _WORST.get(int(self.board.phase[pair]), 9))

    def around(self, pair: int) -> list[int]:
        """Return all pairs about the same series of the same measure."""
        measure, place = self.measure_of(pair), int(self.board.place[pair])
        found = []
        for number in self._numbers[measure]:
            places = self.board.rule_of[number][0].places
            offset = int(np.searchsorted(places, place))
            if offset < len(places) and places[offset] == place:
                found.append(int(self.board.starts[number]) + offset)
        return found

    def series_of(self, measure: str) -> dict[Subject, int]:
        """Return each series of a measure with one of its pairs."""
        pairs = [pair for number in self._numbers.get(measure, ()) for pair in self.board.pairs_of(number)]
        return {self.subject_at(pair): pair for pair in pairs}

    def measure_of(self, pair: int) -> str:
        """Return the measure that a pair is about."""
        return _measure(self.board.rule_of[self.board.rule[pair]][0])

    def subject_at(self, pair: int) -> Subject:
        """Return what tells a pair's series from all others."""
        return self.subject(self.measure_of(pair), self._feed.labels_at(int(self.board.place[pair])))

    @staticmethod
    def subject(measure: str, labels: dict[str, str]) -> Subject:
        """Return what tells a series from all others."""
        return measure, tuple(subject_of(labels).items())

    def unheard(self) -> list[str]:
        """Return the measures of the plan that no series has."""
        return [measure for measure in self.rules if not len(self._places.get(measure, ()))]

    def remembered(self) -> dict[tuple[str, Subject], State]:
        """Return everything that must outlive this process."""
        by_key = {ruled.key: block for block, ruled in self.board.rule_of}
        found = self.board.remembered()
        now = {(key, self._subject_of(by_key[key], place)): state for (key, place), state in found.items()}
        return {**self._kept, **now}

    def _remember(self) -> None:
        self._kept = self.remembered()

    def _subject_of(self, block: Block, place: int) -> Subject:
        return self.subject(_measure(block), self._feed.labels_at(place))

    def _recall(self) -> None:
        if not self._kept:
            return
        wanted: dict[tuple[str, int], State] = {}
        keys = {key for key, _ in self._kept}
        for block, ruled in self.board.rule_of:
            if ruled.key in keys:
                for place in block.places.tolist():
                    state = self._kept.get((ruled.key, self._subject_of(block, place)))
                    if state is not None:
                        wanted[ruled.key, place] = state
        self.board.recall(wanted)
        # What has no series any more is forgotten.
        self._kept = {}


_WORST = {FIRING: 0, LOST: 1, PENDING: 2, UNKNOWN: 3}


def _named(measure: str, service: str | None) -> str:
    return measure if service is None else f"{measure}\n{service}"


def _measure(block: Block) -> str:
    return block.measure.partition("\n")[0]
