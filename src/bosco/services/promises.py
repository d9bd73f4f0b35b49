"""How services keep what they promise: their availability over spans, with what people corrected."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bosco.journal import write as write_line
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Message, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE, hours_called
from bosco.services.availability import Availability, Correction, Counting, Said, measure
from bosco.services.corrections import add_correction, corrections_of
from bosco.services.intervals import Interval
from bosco.services.section import SERVICES
from bosco.services.service import Services
from bosco.services.spans import Span, open_spans
from bosco.store.store import Store
from bosco.store.tx import Tx

LONGEST = timedelta(days=366)
SAID: dict[Said, Message] = {
    "up": msg("it was up"),
    "degraded": msg("it was degraded"),
    "down": msg("it was down"),
    "unknown": msg("nobody knows how it was"),
    "not-counted": msg("it does not count"),
}
# When a service's maintenance was planned within a span.
Maintenance = Callable[[str, Span], Sequence[Span]]


@service
class Promises:
    """What was available, and what a person corrects of it."""

    def __init__(self, store: Store, current: CurrentPlan, services: Services) -> None:
        self._store = store
        self._current = current
        self._services = services
        self._maintenance: Maintenance = lambda name, span: ()

    def count_maintenance(self, source: Maintenance) -> None:
        """Ask that source from now on when maintenance was planned: being down then does not count."""
        self._maintenance = source

    async def measured(
        self, names: Sequence[str], spans: Sequence[Span], now: datetime
    ) -> dict[str, list[Availability]]:
        """Return the availability of each service over each of the spans, as the plan counts."""
        whole = Span(min(span.start for span in spans), max(span.end for span in spans))
        seen: dict[str, list[Interval]] = {}
        for one in await self._services.intervals(names, whole.start, whole.end):
            seen.setdefault(one.name, []).append(one)
        corrected = await self.corrections(names, whole)
        found: dict[str, list[Availability]] = {}
        for name in names:
            mine, said = seen.get(name, []), corrected.get(name, [])
            found[name] = [measure(mine, span, now, self.counting(name, span), said) for span in spans]
        return found

    async def corrections(self, names: Sequence[str], span: Span) -> dict[str, list[Correction]]:
        """Return what people corrected within a span, by service."""
        return await self._store.read(lambda tx: corrections_of(tx, names, span))

    def counting(self, name: str, span: Span) -> Counting:
        """Return what counts of a service within a span, as the plan says."""
        plan = self._current.plan
        declared = plan[SERVICES].get(name)
        hours = hours_called(plan, declared.hours) if declared else None
        counted = None if hours is None or hours.always else open_spans(hours, plan[TIMEZONE], span)
        return Counting(hours=counted, maintenance=self._maintenance(name, span))

    async def correct(self, name: str, span: Span, says: Said, reason: str, *, by: str, actor: str) -> None:
        """Say what a service was, against what was seen; it is told in the journal, for it changes what was kept."""
        if name not in self._current.plan[SERVICES]:
            raise not_found(msg("There is no service called {name}.", name=name[:100]))

        def write(tx: Tx) -> None:
            if not span.start < span.end <= tx.at or span.length > LONGEST:
                raise Refusal(
                    Code.INVALID,
                    msg("A correction begins before it ends, ends in the past, and is no longer than a year."),
                )
            add_correction(tx, name, Correction(span, says, by, reason, tx.at))
            write_line(
                tx,
                subject=f"service:{name}",
                what="service.corrected",
                actor=actor,
                why=reason,
                data={
                    "service": name,
                    "start": span.start.isoformat(timespec="minutes"),
                    "end": span.end.isoformat(timespec="minutes"),
                    "says": pack(SAID[says]),
                    "by": by,
                },
            )

        await self._store.write(write)
