"""The services' verbs: how each stands, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.journal import write as write_line
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Language, Sayable, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE, hours_called
from bosco.services import deployments, store
from bosco.services.availability import Availability, Correction, Counting, Said, measure
from bosco.services.deployments import Deployment
from bosco.services.intervals import Interval, Turn
from bosco.services.maintenance import Work, Works, excused, mark_of, nothing_planned
from bosco.services.marks import Mark, Marks
from bosco.services.model import FACTS, SAID, WHAT, Standing, State, Turned
from bosco.services.section import ENVIRONMENTS, SERVICES, Service
from bosco.services.spans import Span, joined, open_spans, without
from bosco.store.store import Store
from bosco.store.tx import Tx

LONGEST_REASON = 2000
# Clocks of machines that deploy may run ahead of ours.
AHEAD_OF_US = timedelta(minutes=5)


@service
class Services:
    """What is operated, and how it is."""

    def __init__(self, store: Store, current: CurrentPlan) -> None:
        self._store = store
        self._current = current
        self._standings: dict[str, Standing] = {}
        self._loaded = False
        self._works: Works = nothing_planned
        self._marks: list[Marks] = []

    async def load(self) -> None:
        """Read how every service stood; whoever judges services does so first, others need not."""
        self._standings = await self._store.read(store.load)
        self._loaded = True

    async def standings(self) -> Mapping[str, Standing]:
        """Return how every service stands that a probe watches."""
        if not self._loaded:
            await self.load()
        return self._standings

    async def intervals(self, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
        """Return in which states services were during a span; the present interval has no end."""
        return await self._store.read(lambda tx: store.intervals_of(tx, names, start, end))

    def count_maintenance(self, source: Works) -> None:
        """Ask that source, from now on, which work on a service was planned."""
        self._works = source

    async def works(self, name: str, span: Span) -> Sequence[Work]:
        """Return the planned work on a service that touches a span, in order and uncut."""
        return await self._store.read(lambda tx: self._works(tx, name, span))

    def mark_with(self, source: Marks) -> None:
        """Ask that source too, from now on, what touched a service."""
        self._marks.append(source)

    async def what_touched(self, name: str, span: Span) -> list[Mark]:
        """Return what touched a service within a span, in order: incidents, deployments, planned work."""
        environment = self._find(name).environment

        def read(tx: Tx) -> list[Mark]:
            found = deployments.marks(deployments.within(tx, span, service=name, environment=environment))
            for source in self._marks:
                found.extend(source(tx, name, span))
            works = [one for one in self._works(tx, name, span) if one.excuses and one.span.start < tx.at]
            return sorted([*found, *map(mark_of, works)], key=lambda one: one.at)

        return await self._store.read(read)

    async def deployed(self, deployed: Deployment) -> bool:
        """Keep that a version was deployed, where the plan knows it; say whether that was new."""
        self._check(deployed)

        def write(tx: Tx) -> bool:
            if deployed.at > tx.at + AHEAD_OF_US:
                raise Refusal(Code.INVALID, msg("Only what has been deployed is told."), where="at")
            return deployments.note(tx, deployed)

        return await self._store.write(write)

    async def last_deployment(self, environment: str, services: Sequence[str]) -> Deployment | None:
        """Return what was deployed last to an environment, or to one of these services of it."""
        return await self._store.read(lambda tx: deployments.last_in(tx, environment, services))

    def _check(self, deployed: Deployment) -> None:
        if deployed.service is not None:
            self._find(deployed.service)
        if deployed.environment is not None and deployed.environment not in self._current.plan[ENVIRONMENTS]:
            raise not_found(msg("There is no environment called {name}.", name=deployed.environment[:100]))
        if deployed.service is None and deployed.environment is None:
            raise Refusal(Code.INVALID, msg("Say which service or environment it went to."), where="service")
        if not deployed.version.strip():
            raise Refusal(Code.INVALID, msg("Say which version it is."), where="version")
        if deployed.link is not None and not deployed.link.startswith(("https://", "http://")):
            raise Refusal(Code.INVALID, msg("A link begins with https:// or http://."), where="link")

    async def availability(self, name: str, span: Span) -> Availability:
        """Return how available a service was over a span, as its plan counts it and people corrected it."""
        return (await self.availabilities([name], span))[name]

    async def availabilities(self, names: Sequence[str], span: Span) -> dict[str, Availability]:
        """Return how available each of these services was over a span, all of them at one instant."""
        declared = {name: self._find(name) for name in names}
        hours = {one.hours for one in declared.values()}
        open_in = {word: open_spans(hours_called(self._current.plan, word), self.zone, span) for word in hours}

        def read(tx: Tx) -> dict[str, Availability]:
            seen: dict[str, list[Interval]] = {name: [] for name in names}
            for one in store.intervals_of(tx, names, span.start, span.end):
                seen[one.name].append(one)
            return {
                name: measure(
                    seen[name],
                    span,
                    tx.at,
                    Counting(
                        hours=open_in[its.hours],
                        maintenance=excused(self._works(tx, name, span)),
                        maintenance_counts="maintenance" in its.counts,
                        degraded_counts="degraded" in its.counts,
                    ),
                    store.corrections_of(tx, name, span),
                )
                for name, its in declared.items()
            }

        return await self._store.read(read)

    async def counted(self, name: str, span: Span) -> list[Span]:
        """Return the time of a span that counts against the promise: open hours, without planned work that excuses."""
        declared = self._find(name)
        hours = open_spans(hours_called(self._current.plan, declared.hours), self.zone, span)
        if "maintenance" in declared.counts:
            return hours
        works = await self._store.read(lambda tx: excused(self._works(tx, name, span)))
        return without(hours, joined(works))

    async def correct(self, name: str, span: Span, says: Said, *, by: str, reason: str) -> Correction:
        """Keep what a person says a service was; the journal tells who, what and why, and nothing seen is changed."""
        self._find(name)
        if not reason.strip():
            raise Refusal(Code.INVALID, msg("A correction needs its reason."), where="reason")
        if span.end <= span.start:
            raise Refusal(Code.INVALID, msg("A correction ends after it begins."), where="end")

        def write(tx: Tx) -> Correction:
            if span.end > tx.at:
                raise Refusal(Code.INVALID, msg("Only what has passed can be corrected."), where="end")
            made = Correction(span, says, by, reason.strip()[:LONGEST_REASON], tx.at)
            store.add_correction(tx, name, made)
            start, end = span.start.isoformat(), span.end.isoformat()
            data = {"service": name, "says": pack(SAID[says]), "start": start, "end": end, "by": by}
            write_line(tx, subject=f"service:{name}", what="service.corrected", actor=by, why=made.reason, data=data)
            return made

        return await self._store.write(write)

    async def corrections(self, name: str, span: Span) -> list[Correction]:
        """Return what people said of a service within a span, in the order in which they said it."""
        return await self._store.read(lambda tx: store.corrections_of(tx, name, span))

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which months are counted."""
        return self._current.plan[TIMEZONE]

    def _find(self, name: str) -> Service:
        found = self._current.plan[SERVICES].get(name)
        if found is None:
            raise not_found(msg("There is no service called {name}.", name=name[:100]))
        return found

    def judge(
        self,
        name: str,
        state: State,
        because: Sayable,
        since: datetime,
        *,
        probes: tuple[str, ...] = (),
        silent: bool = False,
    ) -> Turned | None:
        """Take note of a judgement, and return the turn to be written with `write` if there is one."""
        was = self._standings.get(name)
        if was is not None and was.state == state:
            return None
        before: State = was.state if was else "unknown"
        known_before = None if was is None else was.known if was.state == "unknown" else was.state
        since = max(since, was.since) if was else since
        now = Standing(state, since, because, known_before if state == "unknown" else None)
        self._standings[name] = now
        # Back from an absence of Bosco's own as it was before, or seen for the first time: nothing has happened to it.
        quiet = (silent and state in ("unknown", known_before)) or (known_before is None and state in ("up", "unknown"))
        return Turned(name, before, now, known_before, probes, quiet)

    def forget(self, tx: Tx, names: Iterable[str]) -> None:
        """Write that services have left the plan."""
        store.forget(tx, list(names))

    def drop(self, names: Iterable[str]) -> None:
        """Forget how services stand that have left the plan."""
        for name in names:
            self._standings.pop(name, None)

    def write(self, tx: Tx, turned: Sequence[Turned]) -> None:
        """Write turns: the state, the interval, and unless silent the journal's line and the fact."""
        store.put(tx, {one.service: one.standing for one in turned}.items())
        store.write_turns(tx, [Turn(one.service, one.standing.state, one.standing.since) for one in turned])
        language = self._current.plan[LANGUAGE]
        for one in turned:
            if not one.silent:
                _tell(tx, one, language)


def _tell(tx: Tx, turned: Turned, language: Language) -> None:
    standing = turned.standing
    because = pack(standing.because)
    write_line(
        tx,
        subject=f"service:{turned.service}",
        what=WHAT[standing.state],
        actor="bosco",
        why=say(standing.because, language),
        data={
            "service": turned.service,
            "before": turned.before,
            "since": standing.since.isoformat(),
            "because": because,
            "probes": list(turned.probes),
        },
    )
    tx.publish(
        FACTS[standing.state](
            service=turned.service,
            before=turned.before,
            known_before=turned.known_before,
            since=standing.since,
            at=tx.at,
            because=because,
            probes=turned.probes,
        )
    )
