"""Going through a scenario's steps: what was seen of each, what it handed on, how long it took."""

from dataclasses import dataclass, field
from datetime import timedelta

from bosco.kit.net import NetFailed, timed_out
from bosco.kit.words import Sayable, msg
from bosco.probes.conclude import conclude
from bosco.probes.cookies import Cookies
from bosco.probes.kind import Expectation, Eyes, Outcome
from bosco.probes.steps import Step, exchange


@dataclass
class Walk:
    """One way through the steps."""

    eyes: Eyes
    base: str
    cookies: Cookies = field(default_factory=Cookies)
    values: dict[str, str] = field(default_factory=dict)
    told: list[Expectation] = field(default_factory=list)
    parts: dict[str, Outcome] = field(default_factory=dict)
    phases: dict[str, timedelta] = field(default_factory=dict)
    outcome: Outcome = "up"
    because: Sayable = ""

    async def through(self, steps: tuple[Step, ...], limit: timedelta) -> None:
        """Take the steps until one fails or the time is over."""
        name = ""
        try:
            async with self.eyes.clock.limit(limit):
                for number, step in enumerate(steps, 1):
                    name = step.called(number)
                    if not await self._take(name, step):
                        return
        except NetFailed as failed:
            self._failed(name, "unknown" if failed.is_ours else "down", failed.says)
        except TimeoutError as error:
            self._failed(name, "down", timed_out(error, limit).says)

    async def _take(self, name: str, step: Step) -> bool:
        """Take one step; say whether those after it make sense."""
        if step.wait:
            await self.eyes.clock.sleep(step.wait)
        began = self.eyes.clock.monotonic()
        request = step.asked(self.base, self.values, self.eyes.secrets)
        try:
            answer = await exchange(request, self.cookies, self.eyes)
        finally:
            self.phases[name] = timedelta(seconds=self.eyes.clock.monotonic() - began)
        told, _ = step.expect.judge(answer, self.eyes.clock.read())
        found = step.take(answer)
        told += [Expectation(f"capture {word} (∅) != ∅", False) for word, value in found.items() if value is None]
        self.values |= {word: value for word, value in found.items() if value is not None}
        reading = conclude(told)
        self.told += [Expectation(f"{name}: {one.seen}", one.held, one.failing) for one in told]
        self.parts[name] = reading.outcome
        if reading.outcome != "up":
            self._failed(name, reading.outcome, reading.because)
        return reading.outcome in ("up", "degraded")

    def _failed(self, name: str, outcome: Outcome, why: Sayable) -> None:
        self.parts[name] = outcome
        if self.outcome == "up" or outcome == "down":
            self.outcome = outcome
            self.because = msg("step {name}: {why}", name=name, why=why)
