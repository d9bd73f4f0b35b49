"""Whether a whole way through an application works, step after step."""

from datetime import timedelta
from typing import ClassVar, Self

from pydantic import Field, model_validator

from bosco.kit.net_url import target_of
from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.probes.conclude import conclude
from bosco.probes.http_call import WebAddress
from bosco.probes.kind import Eyes, Kind, Reading
from bosco.probes.steps import Step, places_in, rootless, unmet
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.walk import Walk

# The share of the time limit that the steps may take when there is something to clean up after them.
_SHARE = 0.7
_MOST_STEPS = 50


class Scenario(Kind):
    """Take several HTTP steps, each handing on cookies and what it captures; clean up afterwards whatever happened.

    In the plan: {scenario: [{http: /login, capture: {token: id}}, {http: "/me?t={{token}}"}], base: "https://a.example"}
    """

    every_default: ClassVar[timedelta] = timedelta(minutes=5)

    scenario: tuple[Step, ...]
    base: WebAddress | None = None
    # Taken one and all, except those that need what was never captured.
    clean_up: tuple[Step, ...] = ()
    expect: TimeExpect = Field(default_factory=TimeExpect)

    @model_validator(mode="after")
    def _nothing_out_of_thin_air(self) -> Self:
        if not 1 <= len(self.scenario) <= _MOST_STEPS:
            raise Unreadable(msg("a scenario has between 1 and {count} steps", count=_MOST_STEPS))
        if self.base is None:
            rootless(self.scenario + self.clean_up)
        known: set[str] = set()
        unmet(self.scenario, known)
        unmet(self.clean_up, known)
        return self

    async def read(self, eyes: Eyes) -> Reading:
        """Take the steps, then clean up."""
        watch = Stopwatch(eyes.clock)
        walk = Walk(eyes, eyes.secrets.fill(self.base or ""))
        try:
            await walk.through(self.scenario, eyes.limit * (_SHARE if self.clean_up else 0.98))
        finally:
            leftovers = await self._clean_up(walk) if self.clean_up else []
        timed = conclude(self.expect.judge_time(watch.total))
        outcome, because = walk.outcome, walk.because
        if outcome == "up" and leftovers:
            outcome, because = "degraded", msg("the clean-up failed: {why}", why=leftovers[0])
        elif outcome == "up":
            outcome, because = timed.outcome, timed.because
        told = (*walk.told, *timed.expectations)
        return Reading(outcome, because, told, phases=walk.phases, parts=walk.parts)

    async def _clean_up(self, walk: Walk) -> list[object]:
        """Take every clean-up step for itself, and return why some failed."""
        each = walk.eyes.limit * (0.95 - _SHARE) / len(self.clean_up)
        failures: list[object] = []
        for step in self.clean_up:
            needs = places_in([step.http, step.headers, step.body, step.json_body, step.form])
            if needs <= walk.values.keys():
                one = Walk(walk.eyes, walk.base, walk.cookies, dict(walk.values))
                await one.through((step,), each)
                if one.outcome != "up":
                    failures.append(one.because)
        return failures

    def target(self) -> str:
        """Return the host of the first step."""
        first = self.scenario[0].http
        address = first if "://" in first else self.base or ""
        return target_of(address).host if "://" in address and "{{" not in address.split("/")[2] else ""
