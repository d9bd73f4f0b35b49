"""A past for the demonstration: three months of looks and a few bad hours, the same at every start."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.demo.staging import ROLES
from bosco.kit.ids import SeededIds
from bosco.kit.words import msg
from bosco.probes import rows
from bosco.probes.kind import Outcome, Reading
from bosco.probes.results import ProbeResults
from bosco.services import deployments
from bosco.services import store as services
from bosco.services.deployments import Deployment
from bosco.services.intervals import Turn
from bosco.store.store import Store
from bosco.store.tx import Tx

PAST = timedelta(days=90)
# Looks are told for the last days only: enough for the charts, and written in a moment.
LOOKED = timedelta(days=2)
STEP = timedelta(minutes=5)
AT_ONCE = 2000
SERVICE_OF = {"web": "web", "api-health": "api", "sign-in": "auth", "assets": "cdn", "database": "database"}
USUAL = {"web": 240, "api-health": 85, "sign-in": 130, "assets": 35, "database": 12}


@dataclass(frozen=True)
class Trouble:
    """A bad time of the past: so many days ago, for that long."""

    probe: str
    ago: timedelta
    lasts: timedelta
    state: Outcome


def _trouble(probe: str, days: float, minutes: float, state: Outcome) -> Trouble:
    return Trouble(probe, timedelta(days=days), timedelta(minutes=minutes), state)


TROUBLES = (
    _trouble("api-health", 71.3, 18, "down"),
    _trouble("sign-in", 63.6, 95, "degraded"),
    _trouble("database", 52.2, 6, "down"),
    _trouble("web", 38.4, 140, "degraded"),
    _trouble("assets", 27.9, 9, "down"),
    _trouble("sign-in", 16.1, 22, "down"),
    _trouble("api-health", 9.7, 26, "down"),
    _trouble("web", 4.2, 45, "degraded"),
)


# Versions that went to production, so many days ago.
RELEASES = (
    ("web", "2.11.0", 62.5),
    ("api", "1.8.0", 71.4),
    ("api", "1.9.0", 33.2),
    ("web", "2.12.0", 24.6),
    ("api", "1.9.1", 9.8),
    ("web", "2.12.1", 4.3),
    ("api", "1.10.0", 0.4),
)


async def remember(store: Store, results: ProbeResults, now: datetime) -> None:
    """Write the past: intervals for the promises, looks for the charts."""
    await store.write(lambda tx: _intervals(tx, now))
    await store.write(lambda tx: _releases(tx, now))
    await results.load()
    for number, look in enumerate(_looks(now)):
        if number % AT_ONCE:
            results.record_soon(*look)
        else:
            # Waiting for one of them lets those before it be written.
            await results.record(*look)


def _releases(tx: Tx, now: datetime) -> None:
    for service, version, days in RELEASES:
        at = now - timedelta(days=days)
        deployments.note(tx, Deployment(version, at, "receiver:github", service, "production"))


def _intervals(tx: Tx, now: datetime) -> None:
    for probe, service in SERVICE_OF.items():
        turns = list(_turns(probe, now))
        rows.write_turns(tx, turns)
        services.write_turns(tx, [Turn(service, one.state, one.since) for one in turns])


def _turns(probe: str, now: datetime) -> Iterator[Turn]:
    yield Turn(probe, "up", now - PAST)
    for trouble in sorted((one for one in TROUBLES if one.probe == probe), key=lambda one: -one.ago):
        began = now - trouble.ago
        yield Turn(probe, trouble.state, began)
        yield Turn(probe, "up", began + trouble.lasts)


def _looks(now: datetime) -> Iterator[tuple[str, datetime, Reading, Outcome]]:
    chance = SeededIds()
    steps = int(LOOKED / STEP)
    for number in range(steps, 0, -1):
        at = now - number * STEP
        for probe in ROLES:
            state = _state(probe, at, now)
            yield probe, at, _reading(probe, state, at, chance), state


def _state(probe: str, at: datetime, now: datetime) -> Outcome:
    for trouble in TROUBLES:
        began = now - trouble.ago
        if trouble.probe == probe and began - STEP < at <= began + trouble.lasts:
            return trouble.state
    return "up"


def _reading(probe: str, state: Outcome, at: datetime, chance: SeededIds) -> Reading:
    # Busier by day than by night.
    busy = 1 + 0.4 * max(0.0, 1 - abs(at.hour - 14) / 8)
    took = USUAL[probe] * busy * (0.85 + 0.4 * chance.chance()) * (12 if state == "degraded" else 1)
    if state == "down":
        return Reading("down", msg("no answer within {limit}", limit="5 s"), took=timedelta(seconds=5))
    shares = {"dns": 0.05, "connect": 0.1, "tls": 0.2, "first_byte": 0.55, "body": 0.1}
    phases = {name: timedelta(milliseconds=took * share) for name, share in shares.items()}
    return Reading(state, phases=phases, took=timedelta(milliseconds=took))
