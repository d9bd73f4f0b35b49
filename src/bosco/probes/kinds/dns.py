"""Whether a name server answers for a name, and with the right records."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bosco.kit.net import DnsAnswer
from bosco.plan.words import OneOrMany
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.pattern import Pattern, found_in
from bosco.probes.timing import TimeExpect
from bosco.probes.wanted import quoted


def _in_capitals(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


Record = Annotated[
    Literal[
        "A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA", "SRV", "CAA", "PTR", "DS", "DNSKEY", "TLSA", "HTTPS", "SVCB"
    ],
    BeforeValidator(_in_capitals),
]
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


class DnsExpect(TimeExpect):
    """What the answer must be: some record at least, unless more is said."""

    rcode: Annotated[str, BeforeValidator(_in_capitals)] = "NOERROR"
    # Exactly these records, in any order.
    records: OneOrMany[str] = ()
    # These among others.
    contains: OneOrMany[str] = ()
    matches: OneOrMany[Pattern] = ()

    def judge(self, answer: DnsAnswer, record: str) -> list[Expectation]:
        """Return what was expected with what was answered."""
        found = {plain(one) for one in answer.records}
        seen = ", ".join(sorted(found)[:20]) or "∅"
        seen = seen if len(seen) <= 120 else seen[:119] + "…"
        told = [Expectation(f"rcode ({answer.rcode}) == {self.rcode}", answer.rcode == self.rcode)]
        if self.records:
            wanted = {plain(one) for one in self.records}
            told.append(Expectation(f"{record} ({seen}) == {', '.join(sorted(wanted))}", found == wanted))
        elif self.rcode == "NOERROR" and not self.contains:
            told.append(Expectation(f"{record} ({seen}) != ∅", bool(found)))
        told += [Expectation(f"{record} ({seen}) ∋ {one}", plain(one) in found) for one in self.contains]
        for pattern in self.matches:
            held = any(found_in(one, pattern) for one in found)
            told.append(Expectation(f"{record} ({seen}) ~ {quoted(pattern)}", held))
        return told


class Dns(Kind):
    """Ask a name server, the machine's own if none is named, for one type of record, past every cache on the way.

    In the plan: {dns: example.org, record: MX, server: 9.9.9.9, expect: {contains: "10 mail.example.org"}}
    """

    dns: str
    record: Record = "A"
    server: str | None = None
    expect: DnsExpect = Field(default_factory=DnsExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Ask once."""
        answer = await eyes.net.look_up(self.dns, self.record, server=self.server)
        told = [*self.expect.judge(answer, self.record), *self.expect.judge_time(answer.took)]
        measures = {"records": float(len(answer.records)), "ttl": answer.keeps.total_seconds()}
        return conclude(told, phases={"dns": answer.took}, measures=measures)

    def target(self) -> str:
        """Return the name server that is asked."""
        return self.server or ""


def plain(record: str) -> str:
    """Return a record so that two ways to write it are alike: without quotes, final dots and capitals of names."""
    if parts := _TEXT.findall(record):
        return re.sub(r"\\(.)", r"\1", "".join(parts)) if record.startswith('"') else record.replace('"', "")
    return " ".join(word.rstrip(".").lower() if "." in word else word for word in record.split())
