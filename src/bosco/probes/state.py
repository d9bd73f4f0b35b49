"""What a probe is shown as: single looks are observed, several of them together change the state, and say why."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from bosco.kit.words import Message, Sayable, msg
from bosco.probes.kind import Outcome

RANK: dict[Outcome, int] = {"up": 0, "degraded": 1, "down": 2}
BY_RANK: tuple[Outcome, ...] = ("up", "degraded", "down")
# One look may speak for twice its rhythm and this much more; after that nobody knows.
SLACK = timedelta(seconds=30)


@dataclass(frozen=True)
class Rules:
    """How many looks change the state of a probe."""

    every: timedelta
    # X failures among the last N looks make it down; with X = N, in a row.
    failures: int = 2
    of: int = 2
    # Y successes in a row make it up again.
    successes: int = 1
    # That many changes within the span are flapping; it ends when at most one change is left in it.
    flaps: int = 5
    flap_span: timedelta = timedelta(minutes=30)
    # In which time zone reasons name instants.
    zone: tzinfo = UTC

    @property
    def keeps(self) -> int:
        """Return how many looks are remembered."""
        return max(self.of, self.successes)

    @property
    def valid(self) -> timedelta:
        """Return how long one look speaks for the probe."""
        return 2 * self.every + SLACK


class Sight(Struct, frozen=True):
    """What one look observed, without its details."""

    outcome: Outcome
    at: datetime


class Standing(Struct, frozen=True):
    """The state that is shown, and what is needed to judge the next look."""

    shown: Outcome
    since: datetime
    because: Sayable
    # The last state that was known, while the shown one is unknown.
    known: Outcome | None = None
    # The last looks that saw something, oldest first.
    recent: tuple[Sight, ...] = ()
    # Since when, and how often in a row, Bosco could not look.
    blind: int = 0
    blind_since: datetime | None = None
    changes: tuple[datetime, ...] = ()
    flapping: bool = False
    looked_at: datetime | None = None
    # Unknown only because Bosco itself was away: nobody is told when it comes back as it was.
    away: bool = False


@dataclass(frozen=True)
class Change:
    """From one shown state to another; `since` is when it began to be so, not when it was certain."""

    before: Outcome
    after: Outcome
    since: datetime
    because: Sayable
    # What it was before it was unknown; None if nothing was ever known.
    known_before: Outcome | None = None
    # Bosco was away and is back, nothing about the probe has changed: intervals are written, nobody is told.
    silent: bool = False


@dataclass(frozen=True)
class Step:
    """Where one look has led: the new standing, the changes on the way, and whether flapping began or ended."""

    standing: Standing
    changes: tuple[Change, ...] = ()
    flap: bool | None = None


def clock_text(at: datetime, zone: tzinfo) -> str:
    """Return an instant as a wall clock shows it, the same way in every language."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def begin(at: datetime) -> Standing:
    """Return the standing of a probe that has never been looked at."""
    return Standing("unknown", at, msg("not looked at yet"))


def in_doubt(standing: Standing) -> bool:
    """Say whether the last look disagrees with what is shown, so that the next one should come sooner."""
    if not standing.recent or standing.blind or standing.flapping:
        return False
    return standing.recent[-1].outcome != standing.shown


def sooner(every: timedelta) -> timedelta:
    """Return how long to wait before looking again while in doubt: a quarter of the rhythm, within 10 to 30 seconds."""
    return min(every, max(timedelta(seconds=10), min(every / 4, timedelta(seconds=30))))


def settle(was: Standing, rules: Rules, outcome: Outcome, because: Sayable, since: datetime) -> Step:
    """Return what a judgement that needs no confirmation leads to."""
    if outcome == was.shown:
        return Step(replace(was, because=because))
    known = was.shown if was.shown != "unknown" else was.known
    step = _changed(was, outcome, max(was.since, since), because)
    now = replace(step.standing, known=known if outcome == "unknown" else None)
    calmed = _flap(now, rules, since)
    return Step(calmed, step.changes, calmed.flapping if calmed.flapping != was.flapping else None)


def oversleep(was: Standing, rules: Rules, now: datetime) -> Step:
    """Make the state unknown for the time without looks, if there was any."""
    if was.shown == "unknown" or was.looked_at is None or now - was.looked_at <= rules.valid:
        return Step(was)
    since = max(was.since, was.looked_at + rules.every)
    start, end = clock_text(was.looked_at, rules.zone), clock_text(now, rules.zone)
    because = msg("Bosco did not look between {start} and {end}", start=start, end=end)
    blind = replace(
        was,
        shown="unknown",
        since=since,
        because=because,
        known=was.shown,
        recent=(),
        blind=0,
        blind_since=None,
        away=True,
    )
    return Step(blind, (Change(was.shown, "unknown", since, because, was.shown, silent=True),))


def rest(was: Standing, because: Sayable, at: datetime) -> Step:
    """Make the state unknown because nobody is meant to look now; nobody is told, nor when it comes back as it was."""
    if was.shown == "unknown":
        return Step(was)
    resting = replace(
        was,
        shown="unknown",
        since=max(was.since, at),
        because=because,
        known=was.shown,
        recent=(),
        blind=0,
        blind_since=None,
        away=True,
    )
    return Step(resting, (Change(was.shown, "unknown", resting.since, because, was.shown, silent=True),))


def observe(was: Standing, rules: Rules, saw: Outcome, because: Sayable, at: datetime) -> Step:
    """Return what one more look leads to."""
    if _is_calm(was, rules, saw, at):
        return Step(replace(was, looked_at=at))
    slept = oversleep(was, rules, at)
    seen = replace(slept.standing, looked_at=at)
    step = _blind(seen, rules, because, at) if saw == "unknown" else _seen(seen, rules, Sight(saw, at), because)
    calmed = _flap(step.standing, rules, at)
    flap = calmed.flapping if calmed.flapping != was.flapping else None
    return Step(calmed, slept.changes + step.changes, flap)


def _is_calm(was: Standing, rules: Rules, saw: Outcome, at: datetime) -> bool:
    """Say quickly whether one more look like those before it can change nothing, which is so of nearly all of them."""
    if saw != was.shown or was.blind or was.changes or was.flapping or len(was.recent) < rules.keeps:
        return False
    in_time = was.looked_at is not None and at - was.looked_at <= rules.valid
    return in_time and all(sight.outcome == saw for sight in was.recent)


def _blind(was: Standing, rules: Rules, because: Sayable, at: datetime) -> Step:
    blind, first = was.blind + 1, was.blind_since or max(at, was.since)
    now = replace(was, blind=blind, blind_since=first)
    if was.shown == "unknown" or blind < rules.failures:
        return Step(now)
    why = (
        because
        if blind == 1
        else msg("{count} looks in a row could not be made: {because}", count=blind, because=because)
    )
    now = replace(now, shown="unknown", since=first, because=why, known=was.shown, recent=(), away=False)
    return Step(now, (Change(was.shown, "unknown", first, why, was.shown),))


def _seen(was: Standing, rules: Rules, sight: Sight, because: Sayable) -> Step:
    recent = (*was.recent, sight)[-rules.keeps :]
    now = replace(was, recent=recent, blind=0, blind_since=None)
    base = was.shown if was.shown != "unknown" else (was.known or "up")
    if (worse := _worse(base, recent, rules)) is not None:
        outcome, counted = worse
        return _changed(now, outcome, max(was.since, counted[0].at), _why_worse(outcome, len(counted), rules, because))
    if (better := _better(base, recent, rules)) is not None:
        run = recent[-rules.successes :]
        why = because if better == "degraded" else _why_better(rules)
        return _changed(replace(now, recent=run), better, max(was.since, run[0].at), why)
    if was.shown == "unknown" and sight.outcome == base:
        return _changed(now, base, max(was.since, sight.at), because or msg("the last look went well"))
    return Step(now)


def _worse(base: Outcome, recent: tuple[Sight, ...], rules: Rules) -> tuple[Outcome, tuple[Sight, ...]] | None:
    window = recent[-rules.of :]
    for outcome in reversed(BY_RANK[RANK[base] + 1 :]):
        counted = tuple(sight for sight in window if RANK[sight.outcome] >= RANK[outcome])
        # Only a look that itself was that bad may tip the scale.
        if len(counted) >= rules.failures and RANK[window[-1].outcome] >= RANK[outcome]:
            return outcome, counted
    return None


def _better(base: Outcome, recent: tuple[Sight, ...], rules: Rules) -> Outcome | None:
    run = recent[-rules.successes :]
    if len(run) < rules.successes:
        return None
    worst = max(RANK[sight.outcome] for sight in run)
    return BY_RANK[worst] if worst < RANK[base] else None


def _changed(was: Standing, after: Outcome, since: datetime, because: Sayable) -> Step:
    before_that = was.shown if was.shown != "unknown" else was.known
    change = Change(was.shown, after, since, because, before_that, silent=was.away and before_that == after)
    turned = before_that is not None and after not in (before_that, "unknown")
    changes = (*was.changes, since) if turned else was.changes
    now = replace(was, shown=after, since=since, because=because, known=None, changes=changes, away=False)
    return Step(now, (change,))


def _flap(standing: Standing, rules: Rules, at: datetime) -> Standing:
    if not standing.changes:
        return replace(standing, flapping=False) if standing.flapping else standing
    lately = tuple(change for change in standing.changes if at - change <= rules.flap_span)[-rules.flaps :]
    flapping = len(lately) >= rules.flaps or (standing.flapping and len(lately) > 1)
    return replace(standing, changes=lately, flapping=flapping)


def _why_worse(outcome: Outcome, count: int, rules: Rules, because: Sayable) -> Sayable:
    if count == 1:
        return because
    if rules.of > rules.failures:
        if outcome == "down":
            return msg("{count} of the last {of} looks failed: {because}", count=count, of=rules.of, because=because)
        return msg(
            "{count} of the last {of} looks were not as they should be: {because}",
            count=count,
            of=rules.of,
            because=because,
        )
    if outcome == "down":
        return msg("{count} looks in a row failed: {because}", count=count, because=because)
    return msg("{count} looks in a row were not as they should be: {because}", count=count, because=because)


def _why_better(rules: Rules) -> Message:
    if rules.successes == 1:
        return msg("the last look went well")
    return msg("{count} looks in a row went well", count=rules.successes)
