"""The engine that judges by the plan's rules every few seconds, and raises what it finds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from bosco.alerts import judged, rows
from bosco.alerts.board import FINE, FIRING, LOST, UNKNOWN_AFTER, State
from bosco.alerts.feed import Feed
from bosco.alerts.judging import Judge, Standing, Subject
from bosco.alerts.model import Raised
from bosco.alerts.ready import Ready, service_of
from bosco.alerts.section import LEVEL_NAMES, priority_of, rank_of
from bosco.kit.clock import Clock
from bosco.kit.marks import engine
from bosco.kit.packed import pack
from bosco.kit.words import LANGUAGES, Message, Text, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.signals.section import SIGNALS
from bosco.store.store import Store
from bosco.store.tx import Tx

EVERY = timedelta(seconds=15)
SAVE_EVERY = timedelta(minutes=1)
# After an absence longer than this, what had not lasted long enough yet begins anew.
LONGEST_ABSENCE = timedelta(minutes=5)
AT_ONCE = 200


class Raises(Protocol):
    """What it needs of the alerts."""

    def raise_alert(self, tx: Tx, raised: Raised) -> str:
        """Say that something is wrong."""

    def clear(self, tx: Tx, fingerprint: str, why: Any) -> str | None:
        """Say that it is over."""


class RuleJudge:
    """Judges as long as Bosco runs."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, feed: Feed, alerts: Raises) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._feed = feed
        self._alerts = alerts
        self._saved: dict[tuple[str, Subject], State] = {}
        self._saved_at: datetime | None = None
        self._unheard: dict[str, datetime] = {}
        # A rehearsal says what is measured; what it does not speak of is no trouble.
        self.misses_silence = True
        self.judge: Judge | None = None
        self.judged_at: datetime | None = None

    @engine("rules", at_the_helm=True)
    async def run(self) -> None:
        """Judge every few seconds, until cancelled."""
        await self.begin()
        try:
            while True:
                await self.tick()
                await self._clock.sleep(EVERY)
        finally:
            self.judge = None

    async def begin(self) -> None:
        """Take up where Bosco left off."""
        await self._feed.load()
        states, until = await self._store.read(judged.load)
        self._saved, now = states, self._clock.read()
        if until is None or now - until > LONGEST_ABSENCE:
            # Nobody knows whether it held meanwhile; what was told still holds until it is seen to be well.
            states = {key: state for key, state in states.items() if state.phase == FIRING}
        self.judge = Judge(self._feed, self._current.plan)
        self.judge.recall(states)

    async def tick(self) -> None:
        """Judge once, and write what has changed."""
        judge, now = self.judge, self._clock.read()
        assert judge is not None
        if judge.plan is not self._current.plan:
            judge.follow(self._current.plan)
        turns = await judge.judge(now)
        self.judged_at = now
        told = [turn for turn in turns if {turn.before, turn.after} & {FIRING, LOST}]
        seen: dict[Subject, int] = {judge.subject_at(turn.pair): turn.pair for turn in told}
        pairs = [*seen.values()]
        for start in range(0, len(pairs), AT_ONCE):
            await self._write(judge, pairs[start : start + AT_ONCE], now)
        if judge.rebuilt:
            judge.rebuilt = False
            await self._realign(judge, now)
        await self._tell_unheard(judge, now)
        if told or self._saved_at is None or now - self._saved_at >= SAVE_EVERY:
            await self._save(judge, now)

    async def _write(self, judge: Judge, pairs: Iterable[int], now: datetime) -> None:
        found = [(judge.subject_at(pair), [judge.standing(one, now) for one in judge.around(pair)]) for pair in pairs]

        def write(tx: Tx) -> None:
            for subject, standings in found:
                self._say(tx, subject, standings)
            judged_now = judge.remembered()
            judged.save(tx, self._saved, judged_now)

        await self._store.write(write)
        self._saved, self._saved_at = judge.remembered(), now

    async def _save(self, judge: Judge, now: datetime) -> None:
        states = judge.remembered()
        await self._store.write(lambda tx: judged.save(tx, self._saved, states))
        self._saved, self._saved_at = states, now

    def _say(self, tx: Tx, subject: Subject, standings: list[Standing]) -> None:
        plan = self._current.plan
        firing = [one for one in standings if one.phase == FIRING]
        if firing:
            worst = min(firing, key=lambda one: rank_of(plan, priority_of(plan, one.ready.rule)))
            self._alerts.raise_alert(tx, raised_by_rule(plan, subject, worst))
        elif lost := [one for one in standings if one.phase == LOST]:
            self._alerts.raise_alert(tx, raised_by_silence(plan, subject, lost[0]))
        else:
            fine = next((one for one in standings if one.phase == FINE), standings[0])
            self._alerts.clear(tx, fingerprint_of(subject), fine.verdict.because)

    async def _tell_unheard(self, judge: Judge, now: datetime) -> None:
        """Tell of measures that the plan says where to find, and that have never come."""
        plan, unheard = self._current.plan, judge.unheard()
        self._unheard = {measure: self._unheard.get(measure, now) for measure in unheard}
        late = [
            measure
            for measure, since in self._unheard.items()
            if self.misses_silence
            and now - since >= UNKNOWN_AFTER
            and measure in plan[SIGNALS]
            and plan[SIGNALS][measure].kind != "push"
        ]

        def write(tx: Tx) -> None:
            known = {alert.fingerprint for alert in rows.open_alerts(tx, source="rule")}
            for measure in late:
                if fingerprint_of((measure, ())) not in known:
                    self._alerts.raise_alert(tx, _raised_unheard(plan, judge.rules[measure][0]))

        if late:
            await self._store.write(write)

    async def _realign(self, judge: Judge, now: datetime) -> None:
        """Say again what is still open, by the rules and the series that there are now."""
        open_now = await self._store.read(lambda tx: rows.open_alerts(tx, source="rule"))
        pairs, over = [], []
        for measure in {alert.labels.get("measure", "") for alert in open_now}:
            series = {fingerprint_of(subject): pair for subject, pair in judge.series_of(measure).items()}
            for alert in open_now:
                if alert.labels.get("measure", "") == measure:
                    if alert.fingerprint in series:
                        pairs.append(series[alert.fingerprint])
                    elif series or measure not in judge.rules:
                        over.append(alert.fingerprint)

        def write(tx: Tx) -> None:
            for fingerprint in over:
                self._alerts.clear(
                    tx, fingerprint, msg("the plan has no level for it any more, or its series has ended")
                )

        if over:
            await self._store.write(write)
        if pairs:
            await self._write(judge, pairs, now)


def fingerprint_of(subject: Subject) -> str:
    """Return what tells the trouble of a series from all others, whatever level it has reached."""
    labels = ",".join(f"{name}={value}" for name, value in subject[1])
    return f"rule:{subject[0]}{{{labels}}}" if labels else f"rule:{subject[0]}"


def raised_by_rule(plan: Plan, subject: Subject, standing: Standing) -> Raised:
    """Return what a rule found."""
    ready = standing.ready
    return Raised(
        fingerprint=fingerprint_of(subject),
        source="rule",
        title=pack(msg("{measure}: {level}", measure=_called(standing), level=LEVEL_NAMES[ready.rule.level])),
        priority=priority_of(plan, ready.rule),
        level=ready.rule.level,
        service=service_of(plan, ready, standing.labels),
        labels={"measure": ready.rule.measure, "rule": ready.key, **standing.labels},
        seen=pack(standing.seen),
        against=pack(said(ready)),
        why=pack(standing.verdict.because),
        since=standing.since,
        link=ready.rule.beside.runbook,
    )


def raised_by_silence(plan: Plan, subject: Subject, standing: Standing) -> Raised:
    """Return that nobody knows what a measure is: silence is never fine."""
    ready = standing.ready
    return Raised(
        fingerprint=fingerprint_of(subject),
        source="rule",
        title=pack(msg("{measure}: nobody knows", measure=_called(standing))),
        level="warning",
        service=service_of(plan, ready, standing.labels),
        labels={"measure": ready.rule.measure, "rule": ready.key, **standing.labels},
        against=pack(said(ready)),
        why=pack(standing.verdict.because),
        since=standing.since,
    )


def _raised_unheard(plan: Plan, ready: Ready) -> Raised:
    return Raised(
        fingerprint=fingerprint_of((ready.rule.measure, ())),
        source="rule",
        title=pack(msg("{measure}: nobody knows", measure=ready.name)),
        level="warning",
        service=service_of(plan, ready, {}),
        labels={"measure": ready.rule.measure, "rule": ready.key},
        against=pack(said(ready)),
        why=pack(msg("{measure} has no value", measure=ready.name)),
    )


def said(ready: Ready) -> Text:
    """Return a rule's condition in both languages."""
    return Text({language: ready.rule.condition.say(language) for language in LANGUAGES})


def _called(standing: Standing) -> Message | Text | str:
    labels = ", ".join(value for name, value in standing.labels.items() if name != "service")
    return msg("{measure} ({subject})", measure=standing.ready.name, subject=labels) if labels else standing.ready.name
