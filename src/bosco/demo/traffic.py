"""The visitors of the bundled application, counted as its own Prometheus would count them: a past day, and on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from bosco.demo.behaviour import Manner
from bosco.demo.target import Target
from bosco.kit.clock import Clock
from bosco.promql.source import NAME, Metadata, Values
from bosco.signals.samples import Samples
from bosco.telemetry.grid import micros

PAST = timedelta(hours=24)
STEP, EVERY = timedelta(minutes=1), timedelta(seconds=15)
SOURCE = "remote-write demonstration"
# Requests a second at the busiest hour.
BUSIEST = {"dashboard": 14.0, "gateway": 22.0, "auth": 5.0, "product": 9.0, "company": 3.0}
EDGES = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, float("inf"))
# What share of the answers is how: status, and whether the firewall found the request suspicious.
SHARES = {("200", "false"): 0.966, ("404", "false"): 0.025, ("403", "true"): 0.008, ("500", "false"): 0.001}
BROKEN: tuple[Manner, ...] = ("failing", "resetting", "hanging", "lying", "rubbish")
# While a service is broken most visitors leave, and some of those who stay see it.
STAYING, SEEING = 0.4, 0.25
MEANINGS = {
    "http_requests_total": Metadata("counter", "Requests answered."),
    "http_request_duration_seconds": Metadata("histogram", "How long answers took.", "s"),
    "process_resident_memory_bytes": Metadata("gauge", "Memory in use.", "B"),
    "cesizen_user_signups_total": Metadata("counter", "People who signed up."),
    "cesizen_meditation_sessions_total": Metadata("counter", "Meditations that were begun."),
    "cesizen_db_query_duration_seconds": Metadata("histogram", "How long questions to the database took.", "s"),
}


class Traffic:
    """Counters that grow with time; each step is one scrape of all of them."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._chance = np.random.default_rng(7)
        self.labels = list(_series())
        self._values = np.zeros(len(self.labels))

    def step(self, at: datetime, span: timedelta, manners: Mapping[str, Manner]) -> Values:
        """Let that much time pass until the instant, and return every value."""
        grown: list[float] = []
        for service in BUSIEST:
            grown += self._requests(service, at, span.total_seconds(), manners.get(service, "well"))
        asked = BUSIEST["product"] * _busy(at) * span.total_seconds()
        grown += [self._some(asked / 600), self._some(asked / 60), *self._spread(round(asked * 3), 0.02)]
        self._values += grown
        memory = [place for place, one in enumerate(self.labels) if one[NAME] == "process_resident_memory_bytes"]
        self._values[memory] = 180e6 + 40e6 * _busy(at) + self._chance.normal(0, 2e6, len(memory))
        return self._values.copy()

    def _requests(self, service: str, at: datetime, seconds: float, manner: Manner) -> list[float]:
        broken = manner in BROKEN
        count = self._some(BUSIEST[service] * _busy(at) * seconds * (STAYING if broken else 1.0))
        shares = np.array(list(SHARES.values()))
        if broken:
            shares = np.append(shares[:-1] * (1 - SEEING), SEEING)
        answers = self._chance.multinomial(int(count), shares / shares.sum())
        middle = 0.9 if manner in ("slow", "dripping") else 0.06
        return [*answers.astype(float).tolist(), *self._spread(int(count), middle), 0.0]

    def _some(self, wanted: float) -> float:
        return float(self._chance.poisson(wanted))

    def _spread(self, count: int, middle: float) -> list[float]:
        took = self._chance.lognormal(np.log(middle), 0.6, count)
        return [float((took <= edge).sum()) for edge in EDGES]

    async def put(self, told: list[tuple[datetime, Values]]) -> None:
        """Keep the values of some scrapes."""
        places = np.array([self._samples.place(labels, SOURCE) for labels in self.labels], dtype=np.int64)
        times = np.repeat([micros(at) // 1000 for at, _ in told], len(places))
        await self._samples.append(np.tile(places, len(told)), times, np.concatenate([values for _, values in told]))


def _series() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for service in BUSIEST:
        for status, suspicious in SHARES:
            labels = {"service": service, "status": status, "suspicious": suspicious}
            found.append({NAME: "http_requests_total", **labels})
        found += [{NAME: "http_request_duration_seconds_bucket", "service": service, "le": _edge(one)} for one in EDGES]
        found.append({NAME: "process_resident_memory_bytes", "service": service})
    found += [{NAME: "cesizen_user_signups_total"}, {NAME: "cesizen_meditation_sessions_total"}]
    found += [{NAME: "cesizen_db_query_duration_seconds_bucket", "le": _edge(one)} for one in EDGES]
    return found


def _edge(edge: float) -> str:
    return "+Inf" if edge == float("inf") else f"{edge:g}"


def _busy(at: datetime) -> float:
    """Return how busy an hour is: least at four in the morning, most at four in the afternoon."""
    hours = (at - datetime(2026, 1, 1, 16, tzinfo=UTC)) / timedelta(hours=1)
    return float(0.55 + 0.45 * np.cos(hours / 24 * 2 * np.pi))


async def remember_traffic(samples: Samples, now: datetime) -> None:
    """Write the past day."""
    await samples.load()
    traffic = Traffic(samples)
    instants = [now - PAST + STEP * number for number in range(PAST // STEP)]
    await traffic.put([(at, traffic.step(at, STEP, {})) for at in instants])
    samples.note_metadata(MEANINGS)


async def keep_coming(traffic: Traffic, target: Target, clock: Clock) -> None:
    """Let visitors come, until cancelled."""
    while True:
        await clock.sleep(EVERY)
        manners = {service: target.behaviour(service).manner for service in BUSIEST}
        at = clock.read()
        await traffic.put([(at, traffic.step(at, EVERY, manners))])
