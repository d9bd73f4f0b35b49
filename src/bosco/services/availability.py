"""How available a service was in a span: what counts, what was up, down or unknown, and by whose word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bosco.services.intervals import Interval
from bosco.services.model import State
from bosco.services.spans import Span, common, joined, total, without

# Where two intervals overlap, the worse of what is known counts.
WORST: tuple[State, ...] = ("down", "degraded", "up", "unknown")
Said = Literal["up", "degraded", "down", "unknown", "not-counted"]
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Correction:
    """What a person says a service was, against what was seen; a later one outweighs an earlier one."""

    span: Span
    says: Said
    by: str
    reason: str
    made_at: datetime


@dataclass(frozen=True)
class Counting:
    """What counts, as the plan says."""

    # When its availability counts at all; none means always.
    hours: Sequence[Span] | None = None
    # Planned maintenance, and whether being down in it counts against the promise.
    maintenance: Sequence[Span] = ()
    maintenance_counts: bool = False
    degraded_counts: bool = False


@dataclass(frozen=True)
class Availability:
    """A span of one service's life; up, degraded, down, unknown and not counted make up exactly the time so far."""

    span: Span
    # Until when there is anything to tell: now, or the end of the span.
    until: datetime
    up: timedelta
    degraded: timedelta
    down: timedelta
    unknown: timedelta
    not_counted: timedelta
    # The whole span without what does not count, also of what is still to come.
    counts: timedelta
    degraded_counts: bool
    down_spans: tuple[Span, ...] = ()
    # The down time of planned maintenance, which does not count.
    maintenance_down: timedelta = NOTHING
    # By how much each correction changed what counts as down; less than nothing takes downtime away.
    corrected: tuple[tuple[Correction, timedelta], ...] = ()

    @property
    def used(self) -> timedelta:
        """Return the time that counts against the promise."""
        return self.down + self.degraded if self.degraded_counts else self.down

    @property
    def known(self) -> timedelta:
        """Return the counted time of which it is known how the service was."""
        return self.up + self.degraded + self.down

    @property
    def share(self) -> float | None:
        """Return the share of the known time in which it was available; None if nothing is known."""
        return None if not self.known else 1 - self.used / self.known

    @property
    def coverage(self) -> float | None:
        """Return the share of the counted time so far that is known; None if nothing has counted yet."""
        counted = self.known + self.unknown
        return self.known / counted if counted else None

    @property
    def is_down(self) -> bool:
        """Say whether downtime is being used at the last instant that is told."""
        return bool(self.down_spans) and self.down_spans[-1].end == self.until < self.span.end

    @property
    def ahead(self) -> timedelta:
        """Return the counted time that is still to come."""
        return self.counts - self.known - self.unknown


Times = Mapping[State, Sequence[Span]]


def measure(
    intervals: Iterable[Interval],
    span: Span,
    now: datetime,
    counting: Counting = Counting(),
    corrections: Sequence[Correction] = (),
) -> Availability:
    """Return the availability over a span, as far as it has passed; intervals may come in any order."""
    until = min(max(now, span.start), span.end)
    so_far = joined([Span(span.start, until)])
    seen = _seen(intervals, so_far)
    maintenance = joined(counting.maintenance)
    counted = _counted(span, counting, maintenance)
    said, not_counted = dict(seen), list[Span]()
    corrected = []
    for correction in sorted(corrections, key=lambda one: (one.made_at, one.span)):
        before = _used(said, not_counted, counted, counting)
        said, not_counted = _corrected(said, not_counted, correction, so_far)
        corrected.append((correction, _used(said, not_counted, counted, counting) - before))
    counted = without(counted, not_counted)
    spans = {state: common(said[state], counted) for state in WORST}
    times = {state: total(spans[state]) for state in WORST}
    excused = [] if counting.maintenance_counts else common(said["down"], common(maintenance, _hours(span, counting)))
    return Availability(
        span=span,
        until=until,
        up=times["up"],
        degraded=times["degraded"],
        down=times["down"],
        unknown=times["unknown"],
        not_counted=total(so_far) - sum(times.values(), NOTHING),
        counts=total(counted),
        degraded_counts=counting.degraded_counts,
        down_spans=tuple(_against(spans, counting)),
        maintenance_down=total(without(excused, not_counted)),
        corrected=tuple(corrected),
    )


def _seen(intervals: Iterable[Interval], so_far: Sequence[Span]) -> dict[State, list[Span]]:
    by_state: dict[str, list[Span]] = {state: [] for state in WORST}
    end = so_far[-1].end if so_far else None
    for one in intervals:
        if end is not None:
            by_state.setdefault(one.state, []).append(Span(one.start, end if one.end is None else one.end))
    left, found = list(so_far), dict[State, list[Span]]()
    for state in WORST:
        found[state] = common(left, joined(by_state[state]))
        left = without(left, found[state])
    # Silence is neither up nor down.
    found["unknown"] = joined([*found["unknown"], *left])
    return found


def _hours(span: Span, counting: Counting) -> list[Span]:
    whole = joined([span])
    return whole if counting.hours is None else common(whole, joined(counting.hours))


def _counted(span: Span, counting: Counting, maintenance: Sequence[Span]) -> list[Span]:
    open_hours = _hours(span, counting)
    return open_hours if counting.maintenance_counts else without(open_hours, maintenance)


def _corrected(
    said: Times, not_counted: Sequence[Span], correction: Correction, so_far: Sequence[Span]
) -> tuple[dict[State, list[Span]], list[Span]]:
    its = common(so_far, joined([correction.span]))
    if correction.says == "not-counted":
        return {state: list(spans) for state, spans in said.items()}, joined([*not_counted, *its])
    after = {state: without(spans, its) for state, spans in said.items()}
    after[correction.says] = joined([*after[correction.says], *its])
    return after, without(not_counted, its)


def _against(spans: Times, counting: Counting) -> list[Span]:
    return joined([*spans["down"], *(spans["degraded"] if counting.degraded_counts else ())])


def _used(said: Times, not_counted: Sequence[Span], counted: Sequence[Span], counting: Counting) -> timedelta:
    return total(common(_against(said, counting), without(counted, not_counted)))


@dataclass(frozen=True)
class Causes:
    """Whose fault the downtime was: the service's own, or that of what it needs."""

    own: timedelta
    needs: dict[str, timedelta] = field(default_factory=dict)


def attribute(down: Sequence[Span], needs: Mapping[str, Sequence[Span]], slack: timedelta = NOTHING) -> Causes:
    """Return how much of the downtime lay in that of each need, the first one that explains it; the rest is its own.

    Probes look at different instants, so a need's downtime reaches `slack` further on both sides.
    """
    left = joined(down)
    found: dict[str, timedelta] = {}
    for name, spans in needs.items():
        wider = joined(Span(span.start - slack, span.end + slack) for span in joined(spans))
        explained = common(left, wider)
        if explained:
            found[name] = total(explained)
        left = without(left, explained)
    return Causes(total(left), found)
