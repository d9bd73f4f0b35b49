"""Whether a domain name is still ours for a while."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from bosco.kit.net import NetFailed, Request, Response, timed_out
from bosco.kit.net_url import ascii_host
from bosco.kit.numbers import Unreadable
from bosco.kit.units import Quantity
from bosco.kit.words import msg
from bosco.plan.condition import parse
from bosco.plan.part import PlanPart
from bosco.plan.words import OneOrMany, Url
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import conclude
from bosco.probes.expect import read_json
from bosco.probes.kind import Expectation, Eyes, Kind, Reading

_SOON = Levels(warning=parse("< 30 days"), critical=parse("< 7 days"))


# Knows which registry to send whom to.
EVERYBODYS = "https://rdap.org"


def _domain(text: str) -> str:
    try:
        name = ascii_host(text.strip().rstrip("."))
    except (ValueError, UnicodeError):
        name = ""
    if not re.fullmatch(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}", name):
        raise Unreadable(msg("“{text}” is not a domain name", text=text[:80]))
    return name


class DomainExpect(PlanPart):
    """How long the domain must still be ours, and what its registry must say of it."""

    expires: Bound | Levels = _SOON
    # Statuses that the registry must show, such as `client transfer prohibited`.
    status: OneOrMany[str] = ()


class Domain(Kind):
    """Ask the registry, over RDAP, when a domain name ends; a registry that does not tell leaves it unknown.

    In the plan: {domain: example.org, expect: {expires: "> 30 days"}}
    """

    every_default: ClassVar[timedelta] = timedelta(hours=12)

    domain: Annotated[str, AfterValidator(_domain)]
    rdap: Url = EVERYBODYS
    expect: DomainExpect = Field(default_factory=DomainExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Ask once; only a registry's own words are news about the domain."""
        url = f"{self.rdap.rstrip('/')}/domain/{self.domain}"
        headers = {"Accept": "application/rdap+json, application/json"}
        limit = eyes.limit * 0.9
        try:
            async with eyes.clock.limit(limit):
                answer = await eyes.net.fetch(Request(url, headers=headers, redirects=10))
        except (NetFailed, TimeoutError) as error:
            # What keeps us from the registry tells nothing of the domain.
            failed = error if isinstance(error, NetFailed) else timed_out(error, limit)
            return Reading("unknown", msg("the registry cannot be asked: {why}", why=failed.says))
        # Whoever sends to the registries says 404 of those that it does not know, too.
        if answer.status == 404 and (answer.redirects or self.rdap != EVERYBODYS):
            return conclude([Expectation("registered (no) == yes", False)], phases=answer.phases)
        return self._judged(answer, eyes.clock.read())

    def _judged(self, answer: Response, now: datetime) -> Reading:
        data = read_json(answer)
        expires = _expiry(data)
        if answer.status != 200 or expires is None:
            because = msg(
                "the registry does not say when {domain} ends (HTTP {status})", domain=self.domain, status=answer.status
            )
            return Reading("unknown", because, phases=answer.phases)
        days = round((expires - now).total_seconds() / 86400, 1)
        told = within("expires", Quantity(days, "days"), self.expect.expires, "degraded", "up")
        statuses = [str(one).lower() for one in data.get("status", ()) if isinstance(one, str)][:20]
        for wanted in self.expect.status:
            told.append(Expectation(f"status ({', '.join(statuses)}) ∋ {wanted}", wanted.lower() in statuses))
        return conclude(told, phases=answer.phases, measures={"domain_days": days})

    def target(self) -> str:
        """Return the registry, which is who gets asked."""
        return self.rdap.partition("://")[2].partition("/")[0]


def _expiry(data: Any) -> datetime | None:
    """Return when an RDAP answer says that the registration ends."""
    events = data.get("events") if isinstance(data, dict) else None
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            try:
                read = datetime.fromisoformat(str(event.get("eventDate")))
            except ValueError:
                return None
            return read if read.tzinfo else read.replace(tzinfo=UTC)
    return None
