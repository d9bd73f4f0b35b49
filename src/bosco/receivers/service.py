"""Takes what others send, and raises and clears alerts of it: answered only once it is durable."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from bosco.alerts import rows as alert_rows
from bosco.alerts.model import AlertResolved, Raised
from bosco.alerts.service import Alerts
from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import hears, on_timer, service
from bosco.kit.packed import pack
from bosco.kit.plural import plural
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.receivers import hours, store
from bosco.receivers.meaning import deployed_of, level_of, priority_of, service_of
from bosco.receivers.model import Heard, Kept, Noted, Received
from bosco.receivers.section import Receiver, receiver_name
from bosco.receivers.store import Known
from bosco.services import deployments
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

SILENT = "receivers.silent"
# So many alerts are written in one transaction: a flood then leaves the others their turn between two of them.
IN_ONE = 500
# What is refused is written down this often at most, so that a flood of nonsense costs little.
REFUSED_EVERY = 5.0


@service
class Receivers:
    """What others send."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, alerts: Alerts) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._alerts = alerts
        self._refused_at: dict[str, float] = {}

    async def take(self, name: str, receiver: Receiver, heard: Heard, *, delivery: str | None = None) -> dict[str, Any]:
        """Write everything down, and return how much it was; a delivery that came before changes nothing.

        One that is broken off may be sent again as a whole: the same alert said twice is one alert.
        """
        if delivery is not None:
            before = await self._store.read(lambda tx: store.delivered(tx, name, delivery))
            if before is not None:
                return {**before, "again": True}
        told = {"firing": 0, "resolved": 0, "acknowledged": 0, "noted": 0}
        parts = [heard[start : start + IN_ONE] for start in range(0, len(heard), IN_ONE)] or [[]]
        for part in parts:
            some = await self._store.write(partial(self._write, name=name, receiver=receiver, part=part))
            told = {word: told[word] + some[word] for word in told}
        await self._acknowledge(name, heard)
        if delivery is not None:
            await self._store.write(lambda tx: store.note_delivery(tx, name, delivery, told))
        return told

    async def refuse(self, name: str, why: Refusal) -> None:
        """Remember why something was refused, for the page of the receivers."""
        now = self._clock.monotonic()
        if now - self._refused_at.get(name, -REFUSED_EVERY) < REFUSED_EVERY:
            return
        self._refused_at[name] = now
        packed = pack(why.says)
        await self._store.write(lambda tx: store.note_refused(tx, name, packed))

    async def kept(self) -> dict[str, Kept]:
        """Return how every address fares."""
        return await self._store.read(store.all_kept)

    async def by_hour(self) -> dict[str, list[int]]:
        """Return how many alerts came to every address in each of the last 24 hours, the oldest first."""
        return await self._store.read(hours.counted)

    def _write(self, tx: Tx, name: str, receiver: Receiver, part: Heard) -> dict[str, int]:
        plan = self._current.plan
        alerts = [one for one in part if isinstance(one, Received)]
        notes = [one for one in part if isinstance(one, Noted)]
        known = store.known(tx, [fingerprint_of(name, one) for one in alerts])
        firing = self._raise(tx, plan, name, receiver, [one for one in alerts if one.said == "firing"], known)
        resolved = self._clear(tx, name, [one for one in alerts if one.said == "resolved"])
        for note in notes:
            self._note(tx, plan, name, receiver, note)
        store.note_received(tx, name, len(alerts))
        if firing or resolved:
            self._tell(tx, plan, name, firing, resolved)
        return {
            "firing": firing,
            "resolved": resolved,
            "acknowledged": sum(one.said == "acknowledged" for one in alerts),
            "noted": len(notes),
        }

    def _raise(
        self, tx: Tx, plan: Plan, name: str, receiver: Receiver, some: Sequence[Received], known: dict[str, Known]
    ) -> int:
        new: dict[str, Known] = {}
        longer = {}
        for one in some:
            fingerprint = fingerprint_of(name, one)
            raised = raised_of(plan, name, receiver, one, fingerprint)
            # The same again, as senders do each minute, only counts for longer.
            said = _digest(raised)
            before = new.get(fingerprint) or known.get(fingerprint)
            if before is not None and (before.since == one.since if before.closed else before.digest == said):
                if one.until is not None:
                    longer[fingerprint] = one.until
                continue
            self._alerts.raise_alert(tx, raised)
            new[fingerprint] = Known(fingerprint, name, said, one.since, one.until)
        store.put(tx, new.values())
        store.prolong(tx, longer)
        if longer or any(one.until for one in new.values()):
            self._watch(tx, name)
        return len(new)

    def _clear(self, tx: Tx, name: str, some: Sequence[Received]) -> int:
        cleared = 0
        for one in some:
            why = pack(one.why) if one.why else pack(msg("{receiver} says that it is over", receiver=name))
            cleared += self._alerts.clear(tx, fingerprint_of(name, one), why) is not None
        store.forget(tx, [fingerprint_of(name, one) for one in some])
        return cleared

    async def _acknowledge(self, name: str, heard: Heard) -> None:
        for one in heard:
            if isinstance(one, Received) and one.said == "acknowledged":
                fingerprint = fingerprint_of(name, one)
                found = await self._store.read(partial(alert_rows.holding, fingerprint=fingerprint))
                if found is not None and found.acknowledged_by is None:
                    await self._alerts.acknowledge(found.id, f"receiver:{name}", via=name)

    def _note(self, tx: Tx, plan: Plan, name: str, receiver: Receiver, note: Noted) -> None:
        deployed = deployed_of(plan, receiver, note, tx.at, f"receiver:{name}")
        if deployed is not None:
            deployments.note(tx, deployed)
        data = {"receiver": pack(receiver_name(plan, name)), "title": note.title, "link": note.link}
        subject = f"receiver:{name}"
        write_line(tx, subject=subject, what="receiver.noted", actor=subject, why=note.title, data=data)

    def _tell(self, tx: Tx, plan: Plan, name: str, firing: int, resolved: int) -> None:
        data = {
            "receiver": pack(receiver_name(plan, name)),
            "firing": pack(plural(firing, "{n} alert", "{n} alerts")),
            "resolved": pack(plural(resolved, "{n} alert", "{n} alerts")),
        }
        subject = f"receiver:{name}"
        write_line(tx, subject=subject, what="receiver.received", actor=subject, data=data)

    def _watch(self, tx: Tx, name: str) -> None:
        ends = store.next_end(tx, name)
        if ends is not None and timers.due_of(tx, SILENT, name) != ends:
            timers.set(tx, SILENT, name, ends)

    @hears(AlertResolved)
    async def hear_of_close(self, fact: AlertResolved) -> None:
        """Note that somebody ended here what its sender may go on saying."""
        await self._store.write(lambda tx: store.close(tx, fact.fingerprint))

    @on_timer(SILENT)
    async def fell_silent(self, timer: Timer) -> None:
        """End the alerts that their sender no longer says, as Alertmanager does."""
        name = timer.key

        def write(tx: Tx) -> bool:
            over = store.silent(tx, name, IN_ONE)
            why = pack(msg("{receiver} no longer says so", receiver=name))
            cleared = sum(self._alerts.clear(tx, one, why) is not None for one in over)
            store.forget(tx, over)
            if cleared:
                plan = self._current.plan
                data = {
                    "receiver": pack(receiver_name(plan, name)),
                    "count": pack(plural(cleared, "{n} alert", "{n} alerts")),
                }
                reason = str(say(msg("they were not sent again"), plan[LANGUAGE]))
                subject = f"receiver:{name}"
                write_line(tx, subject=subject, what="receiver.fell-silent", actor="bosco", why=reason, data=data)
            self._watch(tx, name)
            return len(over) == IN_ONE

        while await self._store.write(write):
            pass


def fingerprint_of(name: str, one: Received) -> str:
    """Return how an alert of a receiver is known here."""
    return f"{name}:{one.key}"


def raised_of(plan: Plan, name: str, receiver: Receiver, one: Received, fingerprint: str) -> Raised:
    """Return the alert that a sender's words mean in the plan."""
    return Raised(
        fingerprint=fingerprint,
        source=name,
        title=one.title or one.key,
        priority=priority_of(plan, receiver, one),
        level=level_of(receiver, one.severity),
        service=service_of(plan, receiver, one),
        labels=one.labels,
        seen=one.seen,
        why=one.why or None,
        since=one.since,
        link=one.link,
        details=one.details,
    )


def _digest(raised: Raised) -> str:
    plain = msgspec.structs.replace(raised, since=None)
    return sha256(msgspec.json.encode(plain)).hexdigest()[:32]
