"""The steps of a scenario: what each asks, what it expects, and what it hands to those after it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urljoin

from pydantic import Field

from bosco.kit.net import NetFailed, Request, Response
from bosco.kit.net_fetch import followed
from bosco.kit.net_url import sent_on, target_of
from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.plan.part import PlanPart
from bosco.plan.secrets import Secrets
from bosco.plan.words import Span
from bosco.probes.cookies import Cookies
from bosco.probes.expect import HttpExpect, read_json
from bosco.probes.http_call import HttpCall
from bosco.probes.kind import Eyes
from bosco.probes.pattern import Capturing, captured
from bosco.probes.wanted import NOTHING, JsonPath

_PLACE = re.compile(r"\{\{\s*([A-Za-z_]\w{0,39})\s*\}\}")
_LONGEST = 4096
_REDIRECTS = (301, 302, 303, 307, 308)


class Capture(PlanPart):
    """Where in an answer a value stands: a place in its JSON, a header, or what a pattern's first group matches."""

    json_path: JsonPath | None = Field(default=None, alias="json")
    header: str | None = None
    matches: Capturing | None = None

    def take(self, answer: Response) -> str | None:
        """Return the value as text, None if it is not there."""
        if self.json_path is not None:
            found = self.json_path.find(read_json(answer))
            if found is NOTHING or found is None or isinstance(found, (dict, list)):
                return None
            return (str(found).lower() if isinstance(found, bool) else str(found))[:_LONGEST]
        if self.header is not None:
            return answer.header(self.header)
        return captured(answer.text(), self.matches or "")


class Step(HttpCall):
    """One request of a scenario; `{{word}}` stands for what an earlier step has captured."""

    http: str
    step: str | None = None
    expect: HttpExpect = Field(default_factory=HttpExpect)
    capture: dict[str, JsonPath | Capture] = Field(default_factory=dict)
    # How long to wait before it.
    wait: Span | None = None

    def called(self, number: int) -> str:
        """Return how the step is told: its name, or what it asks."""
        return f"{number} {self.step or f'{self.verb} {self.http}'}"

    def asked(self, base: str, captured_values: Mapping[str, str], secrets: Secrets) -> Request:
        """Return the request with everything captured and every secret filled in."""
        url = self._address(base, captured_values)
        call = self.model_copy(
            update={
                "headers": _filled(self.headers, captured_values),
                "body": _filled(self.body, captured_values),
                "json_body": _filled(self.json_body, captured_values),
                "form": _filled(self.form, captured_values),
                "auth": self.auth.model_copy(update=_filled(self.auth.model_dump(), captured_values))
                if self.auth
                else None,
            }
        )
        return call.request(url, secrets)

    def _address(self, base: str, values: Mapping[str, str]) -> str:
        """Return where to ask: what was captured stays inside one part of the address, unless it is all of it."""
        if whole := _PLACE.fullmatch(self.http.strip()):
            url = urljoin(base, _value(values, whole[1]))
            if not base or target_of(url).origin != target_of(base).origin:
                raise NetFailed(msg("“{url}” was captured, and leads somewhere else", url=url[:200]), "protocol")
            return url
        url = _fill(self.http, lambda name: quote(_value(values, name), safe=""))
        return url if "://" in url else f"{base.rstrip('/')}/{url.lstrip('/')}"

    def take(self, answer: Response) -> dict[str, str | None]:
        """Return what this step captures, None for what is not there."""
        wanted = {name: one if isinstance(one, Capture) else Capture(json=one) for name, one in self.capture.items()}
        return {name: one.take(answer) for name, one in wanted.items()}


def _value(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise NetFailed(msg("no earlier step has captured “{name}”", name=name), "protocol")
    return values[name]


def _fill(text: str, value: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda found: value(found[1]), text)


def _filled(written: Any, values: Mapping[str, str]) -> Any:
    if isinstance(written, str):
        return _fill(written, lambda name: _value(values, name))
    if isinstance(written, Mapping):
        return {key: _filled(inner, values) for key, inner in written.items()}
    return [_filled(inner, values) for inner in written] if isinstance(written, list) else written


def places_in(written: Any) -> set[str]:
    """Return the words that must have been captured before."""
    if isinstance(written, str):
        return {found[1] for found in _PLACE.finditer(written)}
    if isinstance(written, Mapping):
        return set().union(*map(places_in, written.values())) if written else set()
    return set().union(*map(places_in, written)) if isinstance(written, (list, tuple)) and written else set()


async def exchange(request: Request, cookies: Cookies, eyes: Eyes) -> Response:
    """Ask as a browser does: redirects are followed with the cookies that were set on the way."""
    left, phases = request.redirects, dict[str, timedelta]()
    while True:
        target = target_of(request.url)
        headers = dict(request.headers)
        if said := cookies.header(target):
            headers["Cookie"] = said
        answer = await eyes.net.fetch(replace(request, headers=headers, redirects=0))
        cookies.take(answer, target)
        for name, span in answer.phases.items():
            phases[name] = phases.get(name, timedelta(0)) + span
        location = answer.header("location")
        if answer.status not in _REDIRECTS or location is None or request.redirects == 0:
            return replace(answer, phases=phases)
        if left == 0:
            raise NetFailed(msg("sent on more than {count} times", count=request.redirects), "protocol")
        left -= 1
        request = followed(request, answer.status, sent_on(request.url, location))


def rootless(steps: tuple[Step, ...]) -> None:
    """Refuse an address that leads nowhere without a base."""
    for step in steps:
        if "://" not in step.http and "${" not in step.http:
            raise Unreadable(
                msg("“{text}” has no address of its own", text=step.http[:80]),
                msg("write {word} beside the steps", word="base: https://…"),
            )


def unmet(steps: tuple[Step, ...], known: set[str]) -> None:
    """Refuse a word that no step before it captures."""
    for step in steps:
        needs = places_in([step.http, step.headers, step.body, step.json_body, step.form])
        for name in sorted(needs - known):
            raise Unreadable(msg("no earlier step captures “{name}”", name=name))
        known |= set(step.capture)
