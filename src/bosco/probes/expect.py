"""What may be expected of an HTTP answer, and what was seen of it: `status (500) == 200`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import Field

from bosco.kit.net import Response
from bosco.kit.units import Quantity
from bosco.plan.part import PlanPart
from bosco.plan.words import OneOrMany
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.health import Health, outcome_of, read_health
from bosco.probes.kind import Expectation, Outcome
from bosco.probes.pattern import Pattern, found_in
from bosco.probes.statuses import Statuses, StatusRange
from bosco.probes.wanted import NOTHING, JsonPath, WantedValue, hold_value, quoted, words_of

DEFAULT_STATUS = Statuses(((200, 299),), "2xx")


class BodyWanted(PlanPart):
    """What the body must hold, must not hold, and look like."""

    contains: OneOrMany[str] = ()
    lacks: OneOrMany[str] = ()
    matches: OneOrMany[Pattern] = ()


class HttpExpect(PlanPart):
    """What is expected of an answer; a slow one and a certificate near its end are degraded, all else is down."""

    status: StatusRange | None = None
    json_values: dict[JsonPath, WantedValue] = Field(default_factory=dict, alias="json")
    body: OneOrMany[str] | BodyWanted | None = None
    header: dict[str, str] = Field(default_factory=dict)
    time: Bound | Levels | None = None
    certificate: Bound | Levels | None = None
    size: Bound | None = None
    # Whether a health document is read part by part.
    health: bool = True

    def judge(self, answer: Response, now: datetime) -> tuple[list[Expectation], Health | None]:
        """Return what was expected with what was seen, and the health document if the answer is one."""
        data = read_json(answer) if self.health or self.json_values else NOTHING
        health = _health_of(answer, data) if self.health else None
        told = [*self._of_status(answer, health), *self._of_json(data), *self._of_body(answer)]
        told += self._of_headers(answer)
        if self.time is not None:
            total = sum(span.total_seconds() for span in answer.phases.values())
            told += within("time", as_time(total), self.time, "degraded")
        if answer.certificate:
            left = Quantity(round((answer.certificate.expires - now).total_seconds() / 86400, 1), "days")
            told += within("certificate", left, self.certificate, "degraded", "up")
        elif self.certificate is not None:
            told.append(Expectation(f"certificate (∅) {self.certificate}", False))
        if self.size is not None:
            told += within("size", Quantity(len(answer.body), "B"), self.size, "down", "up")
        return told, health

    def _of_status(self, answer: Response, health: Health | None) -> Iterator[Expectation]:
        wanted = self.status or DEFAULT_STATUS
        failing: Outcome = "down"
        if health and answer.status == 503 and health.own == "degraded":
            failing = "degraded"  # that status is how the document says it
        yield Expectation(f"status ({answer.status}) {wanted}", answer.status in wanted, failing)
        if health and (health.own or health.parts):
            yield _of_health(health)

    def _of_json(self, data: Any) -> Iterator[Expectation]:
        for path, wanted in self.json_values.items():
            seen = path.find(data) if data is not NOTHING else NOTHING
            wants_well = any(outcome_of(word) == "up" for word in words_of(wanted))
            half = wants_well and outcome_of(seen) == "degraded"
            yield hold_value(f"json {path}", seen, wanted, "degraded" if half else "down")

    def _of_body(self, answer: Response) -> Iterator[Expectation]:
        if self.body is None:
            return
        wanted = self.body if isinstance(self.body, BodyWanted) else BodyWanted(contains=self.body)
        text = answer.text()
        seen = quoted(text.strip()[:200])
        for part in wanted.contains:
            yield Expectation(f"body ({seen}) ∋ {quoted(part)}", part in text)
        for part in wanted.lacks:
            yield Expectation(f"body ({seen}) ∌ {quoted(part)}", part not in text)
        for pattern in wanted.matches:
            yield Expectation(f"body ({seen}) ~ {quoted(pattern)}", found_in(text, pattern))

    def _of_headers(self, answer: Response) -> Iterator[Expectation]:
        for name, wanted in self.header.items():
            seen = answer.header(name)
            held = seen is not None and wanted.casefold() in seen.casefold()
            shown = quoted(NOTHING if seen is None else seen)
            yield Expectation(f"header {name} ({shown}) ∋ {quoted(wanted)}", held)


def as_time(seconds: float) -> Quantity:
    """Return a duration in the unit that reads best."""
    if seconds >= 10:
        return Quantity(round(seconds, 2), "s")
    return Quantity(round(seconds * 1000, 0 if seconds >= 0.01 else 2), "ms")


def read_json(answer: Response) -> Any:
    """Return the body as JSON, NOTHING if it is none."""
    if not answer.body.lstrip()[:1] or answer.cut:
        return NOTHING
    try:
        return answer.json()
    except ValueError:
        return NOTHING


def _health_of(answer: Response, data: Any) -> Health | None:
    path = answer.url.split("?", 1)[0].partition("://")[2].partition("/")[2]
    return read_health(data, path, answer.header("content-type") or "")


def _of_health(health: Health) -> Expectation:
    """Tell what the document says of itself, with the parts that are not well."""
    outcome = health.outcome
    bad = [f"{name}: {health.parts[name]}" for name in health.failing()][:10]
    seen = "; ".join(filter(None, [quoted(health.word) if health.word else "", ", ".join(bad)]))
    return Expectation(f"health ({seen or 'up'}) == up", outcome == "up", outcome if outcome != "up" else "down")
