"""What a scenario's events do to the world, and what its people do in Bosco."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from bosco.alerts.model import Alert
from bosco.alerts.service import Alerts
from bosco.app.house import House
from bosco.kit.units import read_quantity
from bosco.probes.heartbeat_rows import Arrived
from bosco.probes.heartbeats import Heartbeats
from bosco.receivers.kind import labels_of, line, short_key
from bosco.receivers.model import Received
from bosco.receivers.section import receiver_called
from bosco.receivers.service import Receivers
from bosco.rehearse.scenario import STATES, Event, Scenario, Sent
from bosco.rehearse.world import World
from bosco.signals.measures import Told
from bosco.signals.service import Signals

# As often as programs usually send their figures.
TELL_EVERY = timedelta(seconds=30)
SOMEBODY = "person:somebody"
MOST = 1000
Act = Callable[[], Awaitable[None]]


class Actors:
    """Those who make the events of a scenario happen."""

    def __init__(self, house: House, world: World) -> None:
        self._house = house
        self._world = world

    def course(self, scenario: Scenario) -> Iterator[tuple[datetime, Act]]:
        """Return every act with its instant, in their order; what lasts for a time is undone at its end."""
        acts: list[tuple[datetime, Act]] = []
        for scene in scenario.scenes:
            acts.append((scene.at, partial(self._happen, scene.event)))
            if scene.event.for_ is not None:
                acts.append((scene.at + scene.event.for_, partial(self._undo, scene.event)))
        yield from sorted(acts, key=lambda act: act[0])

    async def _happen(self, event: Event) -> None:
        names = getattr(event, event.verb)
        if event.verb in STATES:
            for name in names:
                self._world.turn(name, event.verb)
        elif event.verb in ("ping", "fail"):
            await self._sign(names, well=event.verb == "ping")
        elif event.verb == "measure":
            self._world.measures.update(event.measure)
            await self._tell(event.measure)
        elif event.alert is not None:
            await self._receive(names, event.alert, over=event.alert.over)
        elif event.verb in ("acknowledge", "resolve"):
            await self._hand(names, event)

    async def tell_measures(self) -> None:
        """Send the figures of the scenario again and again, as programs do."""
        while True:
            await self._house.doors.clock.sleep(TELL_EVERY)
            await self._tell(self._world.measures)

    async def _tell(self, measures: Mapping[str, str]) -> None:
        told = [_told(name, text) for name, text in measures.items()]
        if told:
            await self._house.wiring.get(Signals).measures.push(told, "rehearsal")

    async def _receive(self, names: tuple[str, ...], sent: Sent, *, over: bool) -> None:
        """Let programs send an alert, or say that it is over."""
        receivers, plan = self._house.wiring.get(Receivers), self._house.current.plan
        for name in names:
            receiver = receiver_called(plan, name) or receiver_called(plan, "alertmanager")
            assert receiver is not None
            heard = Received(
                key=short_key(sent.key or sent.title),
                said="resolved" if over else "firing",
                title=line(sent.title),
                severity=sent.severity,
                service=sent.service,
                labels=labels_of(sent.labels),
            )
            await receivers.take(name, receiver, [heard])

    async def _undo(self, event: Event) -> None:
        for name in event.measure:
            self._world.measures[name] = "0"
        await self._tell(dict.fromkeys(event.measure, "0"))
        if event.alert is not None:
            await self._receive(event.receive, event.alert, over=True)
        if event.verb in STATES:
            for name in getattr(event, event.verb):
                self._world.turn(name, "up")

    async def _sign(self, jobs: tuple[str, ...], *, well: bool) -> None:
        """Let jobs tell how they ended; one that failed gives no sign of its own until it is told to."""
        beats = self._house.wiring.get(Heartbeats)
        for job in jobs:
            self._world.turn(job, "up" if well else "down")
            await beats.hear(Arrived(job, self._house.doors.clock.read(), "success" if well else "fail"))

    async def _hand(self, names: tuple[str, ...], event: Event) -> None:
        """Let somebody have, or end, what is open about these names."""
        alerts, by = self._house.wiring.get(Alerts), f"person:{event.by}" if event.by else SOMEBODY
        for alert in await alerts.current(MOST):
            if _is_about(alert, names):
                if event.verb == "acknowledge":
                    await alerts.acknowledge(alert.id, by, via="rehearsal")
                else:
                    await alerts.close(alert.id, by, "the scenario says that it is over")


def _told(name: str, text: str) -> Told:
    """Read a value with its unit: `80/min`."""
    quantity = read_quantity(text)
    return Told(name, quantity.value, {}, unit=quantity.unit or None)


def _is_about(alert: Alert, names: tuple[str, ...]) -> bool:
    """Say whether an alert is about a service, a probe or a measure of one of these names."""
    return alert.service in names or bool(set(alert.fingerprint.replace("/", ":").split(":")) & set(names))
