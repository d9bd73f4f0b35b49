"""Whether a program of this machine is content."""

import re
import shlex
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bosco.kit.numbers import Unreadable
from bosco.kit.processes import Ran
from bosco.kit.units import say_duration
from bosco.kit.words import Sayable, msg
from bosco.plan.words import SecretText
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation, Eyes, Kind, Outcome, Reading
from bosco.probes.pattern import Pattern, found_in
from bosco.probes.timing import TimeExpect
from bosco.probes.wanted import quoted

_NAGIOS: dict[int, Outcome] = {0: "up", 1: "degraded", 2: "down", 3: "unknown"}
# Monitoring plugins' performance data: 'label'=value[unit];warning;critical;minimum;maximum
_FIGURE = re.compile(r"(?:'([^']{1,80})'|([^\s'=]{1,80}))=(-?\d+(?:\.\d+)?)[a-zA-Z%]*(?:;\S*)?(?:\s+|$)")
_MOST_FIGURES = 100


def _words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        words = shlex.split(value)
    except ValueError:
        raise Unreadable(msg("“{text}” holds a quote that is not closed", text=value[:80])) from None
    return words or value


Words = Annotated[tuple[SecretText, ...], Field(min_length=1), BeforeValidator(_words)]


class CommandExpect(TimeExpect):
    """How the program must end, and what it must say."""

    status: Annotated[int, Field(ge=0, le=255)] = 0
    contains: str | None = None
    matches: Pattern | None = None

    def judge(self, ran: Ran, said: str, style: str) -> list[Expectation]:
        """Return what was expected with what was seen."""
        status = ran.status if ran.status is not None else -1
        failing: Outcome = _NAGIOS.get(status, "unknown") if style == "nagios" and status != 0 else "down"
        told = [Expectation(f"status ({status}) == {self.status}", status == self.status, failing)]
        if self.contains is not None:
            told.append(Expectation(f"output ({quoted(said)}) ∋ {quoted(self.contains)}", self.contains in said))
        if self.matches is not None:
            told.append(Expectation(f"output ({quoted(said)}) ~ {quoted(self.matches)}", found_in(said, self.matches)))
        return [*told, *self.judge_time(ran.took)]


class Command(Kind):
    """Run a program without a shell; with `style: nagios` its statuses mean what monitoring plugins mean by them.

    In the plan: {command: "/usr/lib/nagios/plugins/check_load -w 4 -c 8", style: nagios}
    """

    on_this_machine: ClassVar[bool] = True

    command: Words
    style: Literal["plain", "nagios"] = "plain"
    folder: str | None = None
    variables: dict[str, SecretText] = Field(default_factory=dict)
    expect: CommandExpect = Field(default_factory=CommandExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Run it once; a program that cannot be started tells nothing."""
        filled = {text: eyes.secrets.fill(text) for text in (*self.command, *self.variables.values())}
        variables = {name: filled[value] for name, value in self.variables.items()}
        limit = eyes.limit * 0.9
        command = [filled[word] for word in self.command]
        ran = await eyes.processes.run(command, limit=limit, environment=variables, folder=self.folder)
        if ran.status is None:
            return Reading("down", msg("the program did not end within {limit}", limit=say_duration(limit)))
        said = ran.output.decode("utf-8", "replace")
        reading = conclude(self.expect.judge(ran, said, self.style), measures=figures(said))
        if reading.outcome == "up":
            return reading
        first = next(iter((said.strip() or ran.errors.decode("utf-8", "replace").strip()).splitlines()), "")
        shown = quoted(_hidden(first.partition("|")[0].strip(), filled))
        because: Sayable = f"{reading.because} {shown}" if shown != '""' else reading.because
        return Reading(reading.outcome, because, reading.expectations, measures=reading.measures)


def _hidden(text: str, filled: dict[str, str]) -> str:
    """Return a text without the secrets that the program was given."""
    for written, value in filled.items():
        if written != value and len(value) > 3:
            text = text.replace(value, "•••")
    return text


def figures(said: str) -> dict[str, float]:
    """Return the figures behind the bar of a monitoring plugin's output."""
    found: dict[str, float] = {}
    for line in said.splitlines()[:1000]:
        for match in _FIGURE.finditer(line.partition("|")[2][:10_000]):
            if len(found) < _MOST_FIGURES:
                found[match[1] or match[2]] = float(match[3])
    return found
