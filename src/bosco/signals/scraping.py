"""Follows the plan's `scrape`, and Bosco's own figures: each target in its rhythm, none twice at once."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bosco.kit.clock import Clock
from bosco.kit.net import Net, NetFailed, Request
from bosco.kit.refusal import Refusal
from bosco.kit.words import msg
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.probes.schedule import Pace, Schedule
from bosco.signals.gate import Gate
from bosco.signals.own_figures import JOB, OwnFigures
from bosco.signals.samples import Samples
from bosco.signals.scrape import Answer, Fetch, Target
from bosco.signals.section_scrape import SCRAPE, Job, instance_of

log = logging.getLogger(__name__)
# As Prometheus asks: OpenMetrics rather than the older text.
ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
# A scrape ends before the next one is due, with a little room.
SHARE_OF_INTERVAL = 0.9
_REDIRECTS = 5
_MOST_UNDER_WAY, _PER_HOST = 64, 16
Place = tuple[str, str]


@dataclass(frozen=True)
class _Own:
    """How Bosco takes its own figures."""

    honor_labels: bool = False
    honor_timestamps: bool = True
    samples: int = 10_000
    every: timedelta = timedelta(minutes=1)
    timeout: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class _Followed:
    job: Job | _Own
    target: Target
    fetch: Fetch


class Scraping:
    """Every target by its job and address."""

    def __init__(self, clock: Clock, net: Net, secrets: Secrets, samples: Samples, gate: Gate, own: OwnFigures) -> None:
        self._clock = clock
        self._net = net
        self._secrets = secrets
        self._samples = samples
        self._gate = gate
        self._own = own
        self._followed: dict[Place, _Followed] = {}
        self._ended: list[Target] = []
        self.schedule = Schedule(clock, self._scrape, everywhere=_MOST_UNDER_WAY, per_host=_PER_HOST)

    @property
    def targets(self) -> dict[Place, Target]:
        """Return every target by its job and address."""
        return {place: one.target for place, one in self._followed.items()}

    def follow(self, plan: Plan) -> None:
        """Scrape what this plan names from now on; what it no longer names ends."""
        wanted: dict[Place, Job | _Own] = {(key, url): job for key, job in plan[SCRAPE].items() for url in job.targets}
        if JOB not in plan[SCRAPE]:
            wanted[JOB, JOB] = _Own()
        before, self._followed = self._followed, {}
        for place, job in wanted.items():
            known = before.pop(place, None)
            if known is not None and known.job == job:
                self._followed[place] = known
            else:
                self._ended += [known.target] if known else []
                self._followed[place] = self._begin(place, job)
        self._ended += [one.target for one in before.values()]
        self.schedule.replace(
            Pace("\n".join(place), one.job.every, one.target.labels["instance"], one.job)
            for place, one in self._followed.items()
        )

    def _begin(self, place: Place, job: Job | _Own) -> _Followed:
        key, url = place
        if isinstance(job, _Own):
            return _Followed(job, self._target(key, {"job": key, "instance": url}, job), self._ask_itself)
        labels = {"job": key, "instance": instance_of(url)}
        labels |= {**({"service": job.service} if job.service else {}), **job.labels}
        return _Followed(job, self._target(key, labels, job), lambda limit: self._ask(url, job, limit))

    def _target(self, key: str, labels: dict[str, str], job: Job | _Own) -> Target:
        return Target(key, labels, job, self._samples, self._clock, self._gate)

    async def run(self) -> None:
        """Scrape until cancelled."""
        await self.schedule.run()

    async def _scrape(self, name: str) -> timedelta | None:
        await self._end()
        job, _, url = name.partition("\n")
        followed = self._followed[job, url]
        was = followed.target.last
        await followed.target.scrape(followed.fetch, min(followed.job.timeout, followed.job.every * SHARE_OF_INTERVAL))
        now = followed.target.last
        if now and now.why and not (was and was.why == now.why):
            log.warning("scraping %s of %s: %s", url, job, now.why)
        return None

    async def _end(self) -> None:
        ended, self._ended = self._ended, []
        try:
            await asyncio.gather(*(target.end() for target in ended))
        except Refusal as refusal:
            log.warning("the end of what is scraped no more could not be kept: %s", refusal)

    async def _ask(self, url: str, job: Job, limit: timedelta) -> Answer:
        headers = {"Accept": ACCEPT, "X-Prometheus-Scrape-Timeout-Seconds": f"{limit.total_seconds():g}"}
        headers |= {name: self._secrets.fill(value) for name, value in job.headers.items()}
        if job.auth:
            headers["Authorization"] = job.auth.header(self._secrets)
        answer = await self._net.fetch(
            Request(
                self._secrets.fill(url),
                headers=headers,
                redirects=_REDIRECTS,
                tls=job.wish(self._secrets),
                body_limit=job.body_limit,
            )
        )
        if answer.status != 200:
            raise NetFailed(msg("the answer was status {status}", status=answer.status), "protocol")
        if answer.cut:
            raise NetFailed(msg("the answer is longer than {most} bytes", most=job.body_limit), "protocol")
        return Answer(answer.body, answer.header("content-type") or "")

    async def _ask_itself(self, _: timedelta) -> Answer:
        if self._own.tell is None:
            raise NetFailed(msg("nobody tells Bosco's own figures here"), "local")
        return Answer((await self._own.tell()).encode(), "text/plain; version=0.0.4")
