"""Who is on call of a rotation: its layers, what people changed, and the holes that are left."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bosco.kit.words import Message, msg
from bosco.people.model import Change, Duty, Hole, Shift
from bosco.people.section import ON_CALL, TEAM, Turns, members_of, shown_name
from bosco.people.turns import turns
from bosco.plan.header import TIMEZONE, hours_called
from bosco.plan.hours import open_periods
from bosco.plan.load import Plan
from bosco.plan.wall_time import in_utc

MOMENT = timedelta(microseconds=1)
# How far ahead a next hand-over is looked for, in steps that grow.
_AHEAD = [timedelta(days=days) for days in (2, 9, 40, 400)]


def shifts(plan: Plan, rotation: str, start: datetime, end: datetime, changes: Iterable[Change] = ()) -> list[Shift]:
    """Return who is on call between two instants, cut at both, in order of time.

    The first layer comes first; each later one is on call where those before it leave nobody.
    """
    start, end = in_utc(start), in_utc(end)
    heard = [one for one in changes if one.rotation in (None, rotation) and one.start < end and one.end > start]
    kept = [one for one in heard if one.is_from_calendar]
    heard = [one for one in heard if not one.is_from_calendar]
    found = _kept_elsewhere(plan, kept, heard, start, end)
    for number, layer in enumerate(plan[ON_CALL][rotation].all_layers):
        own = _with_changes(plan, _of_layer(plan, layer, number, start, end), heard)
        found += without(own, _covered(found))
    for one in heard:
        if one.who and not one.whom:
            span = (max(one.start, start), min(one.end, end))
            found = without(found, [span])
            found += [Shift(*span, person, 0, _takes_over(one), one.id) for person in members_of(plan, one.who)]
    return sorted(found, key=lambda one: (one.start, one.layer))


def _kept_elsewhere(
    plan: Plan, kept: Sequence[Change], heard: Sequence[Change], start: datetime, end: datetime
) -> list[Shift]:
    """Return the turns that a calendar gives: its entries stand beside each other, and before the plan's own turns."""
    turns = [
        Shift(max(one.start, start), min(one.end, end), person, 0, msg("in turn, by the calendar"))
        for one in kept
        for person in members_of(plan, one.who or "")
    ]
    return _with_changes(plan, turns, heard)


def holes(found: Iterable[Shift], start: datetime, end: datetime) -> Iterator[Hole]:
    """Yield the stretches between two instants in which nobody of these shifts is on call."""
    reached, end = in_utc(start), in_utc(end)
    for one in sorted(found, key=lambda one: one.start):
        if one.start > reached:
            yield Hole(reached, min(one.start, end))
        reached = max(reached, one.end)
    if reached < end:
        yield Hole(reached, end)


def duty(plan: Plan, rotation: str, at: datetime, changes: Sequence[Change] = ()) -> Duty:
    """Return how a rotation stands at an instant, and when other people come next."""
    at = in_utc(at)
    now = [one for one in shifts(plan, rotation, at, at + MOMENT, changes) if one.covers(at)]
    next_at: datetime | None = None
    next_people: tuple[str, ...] = ()
    for ahead in _AHEAD:
        known = shifts(plan, rotation, at, at + ahead, changes)
        now = [_whole(one, known) for one in now]
        if found := _next(known, at, at + ahead):
            next_at, next_people = found
            break
    backup = () if now else tuple(told_instead(plan, rotation, at, changes))
    return Duty(rotation, tuple(now), backup, next_at, next_people)


def people_on_call(plan: Plan, rotation: str, at: datetime, changes: Sequence[Change] = ()) -> list[str]:
    """Return who is on call of a rotation at an instant, each once; nobody in a hole."""
    at = in_utc(at)
    return list(dict.fromkeys(one.person for one in shifts(plan, rotation, at, at + MOMENT, changes)))


def told_instead(plan: Plan, rotation: str, at: datetime, changes: Sequence[Change] = ()) -> list[str]:
    """Return who is told when nobody of the rotation is on call: its backup, people or another rotation's."""
    found, waiting, seen = list[str](), [*plan[ON_CALL][rotation].backup], {rotation}
    while waiting:
        name = waiting.pop(0)
        if name not in plan[ON_CALL] or name in plan[TEAM]:
            found += members_of(plan, name)
        elif name not in seen:
            seen.add(name)
            people = people_on_call(plan, name, at, changes)
            found += people
            waiting += [] if people else plan[ON_CALL][name].backup
    return list(dict.fromkeys(found))


def without(found: Iterable[Shift], spans: Iterable[tuple[datetime, datetime]]) -> list[Shift]:
    """Return what is left of shifts outside the spans."""
    left = list(found)
    for start, end in spans:
        left = [piece for one in left for piece in _outside(one, start, end)]
    return left


def _covered(found: Iterable[Shift]) -> list[tuple[datetime, datetime]]:
    """Return the spans in which somebody is on call, each as long as it lasts without a break."""
    spans: list[tuple[datetime, datetime]] = []
    for one in sorted(found, key=lambda one: one.start):
        if spans and one.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.end))
        else:
            spans.append((one.start, one.end))
    return spans


def _outside(one: Shift, start: datetime, end: datetime) -> Iterator[Shift]:
    if end <= one.start or start >= one.end:
        yield one
        return
    if one.start < start:
        yield replace(one, end=start)
    if end < one.end:
        yield replace(one, start=end)


def _of_layer(plan: Plan, layer: Turns, number: int, start: datetime, end: datetime) -> Iterator[Shift]:
    if not layer.people:
        return
    zone, hours = plan[TIMEZONE], hours_called(plan, layer.hours)
    periods = [(start, end)] if hours.always else list(open_periods(hours, zone, start, end))
    place = 0
    for turn in turns(layer, zone, start, end):
        while place < len(periods) and periods[place][1] <= turn.start:
            place += 1
        index = turn.number % len(layer.people)
        for opens, closes in periods[place:]:
            if opens >= turn.end:
                break
            since, until = max(turn.start, opens), min(turn.end, closes)
            for person in members_of(plan, layer.people[index]):
                yield Shift(since, until, person, number, _why(layer, index, number))


def _why(layer: Turns, index: int, number: int) -> Message:
    count = len(layer.people)
    if number:
        return msg("in turn, {place} of {count}, where the first turns leave nobody", place=index + 1, count=count)
    return msg("in turn, {place} of {count}", place=index + 1, count=count)


def _with_changes(plan: Plan, found: Iterable[Shift], changes: Sequence[Change]) -> list[Shift]:
    """Let people stand in for others; who is away leaves a gap, unless somebody was put there by name."""
    left = list(found)
    for change in (one for one in changes if one.who and one.whom):
        mine = [one for one in left if one.person == change.whom and one.end > change.start and one.start < change.end]
        left = [one for one in left if one not in mine] + without(mine, [(change.start, change.end)])
        why = _stands_in(plan, change)
        for one in mine:
            since, until = max(one.start, change.start), min(one.end, change.end)
            left += [
                Shift(since, until, person, one.layer, why, change.id) for person in members_of(plan, change.who or "")
            ]
    for change in (one for one in changes if one.whom and not one.who):
        away = [one for one in left if one.person == change.whom and one.change is None]
        left = [one for one in left if one not in away] + without(away, [(change.start, change.end)])
    return left


def _stands_in(plan: Plan, change: Change) -> Message:
    whom = shown_name(plan, change.whom or "")
    if not change.reason:
        return msg("instead of {whom}", whom=whom)
    return msg("instead of {whom}: {reason}", whom=whom, reason=change.reason)


def _takes_over(change: Change) -> Message:
    return msg("takes over: {reason}", reason=change.reason) if change.reason else msg("takes over")


def _whole(one: Shift, known: Iterable[Shift]) -> Shift:
    """Return the shift as long as it is known to go on."""
    ends = max((each.end for each in known if _same(each, one)), default=one.end)
    return replace(one, end=max(ends, one.end))


def _same(one: Shift, other: Shift) -> bool:
    return one.start == other.start and one.person == other.person and one.layer == other.layer


def _next(known: Sequence[Shift], at: datetime, until: datetime) -> tuple[datetime, tuple[str, ...]] | None:
    """Return the first instant at which other people are on call, and who."""
    active = Counter(one.person for one in known if one.covers(at))
    now = set(active)
    steps: dict[datetime, list[tuple[str, int]]] = defaultdict(list)
    for one in known:
        for edge, step in ((one.start, 1), (one.end, -1)):
            if at < edge < until:
                steps[edge].append((one.person, step))
    for edge in sorted(steps):
        for person, step in steps[edge]:
            active[person] += step
        if {person for person, count in active.items() if count} != now:
            return edge, tuple(dict.fromkeys(one.person for one in known if one.covers(edge)))
    return None
