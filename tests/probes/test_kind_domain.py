"""The domain kind, against a registry that answers as RDAP says."""

import json
from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, answering, hang, serving

from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

NOW = RealClock().read()


def registry(days: float = 90, status: int = 200, **more: object) -> bytes:
    events = [
        {"eventAction": "registration", "eventDate": "2001-01-01T00:00:00Z"},
        {"eventAction": "expiration", "eventDate": (NOW + timedelta(days=days, hours=1)).isoformat()},
    ]
    document = {"objectClassName": "domain", "events": events, "status": ["client transfer prohibited"], **more}
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/rdap+json\r\n\r\n{json.dumps(document)}".encode()


def of(handler: Handler, options: str = "", limit: float = 20) -> Reading:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f"{{domain: example.org, rdap: 'http://127.0.0.1:{port}/'{options}}}", limit=limit)

    return run(story)


@pytest.mark.parametrize(
    ("answer", "options", "outcome", "because"),
    [
        (registry(), "", "up", ""),
        (registry(20), "", "degraded", "expires (20 days) >= 30 days"),
        (registry(5), "", "down", "expires (5 days) >= 7 days"),
        (registry(-5), "", "down", "expires (-5 days) >= 7 days"),
        (registry(20), ", expect: {expires: '> 10 days'}", "up", ""),
        (registry(), ", expect: {status: Client Transfer Prohibited}", "up", ""),
        (registry(), ", expect: {status: locked}", "down", "status (client transfer prohibited) ∋ locked"),
        (registry(status=404), "", "down", "registered (no) == yes"),
        (registry(status=429), "", "unknown", "the registry does not say when example.org ends (HTTP 429)"),
        (registry(events=[]), "", "unknown", "the registry does not say when example.org ends (HTTP 200)"),
        (registry(events=[{"eventAction": "expiration", "eventDate": "soon"}]), "", "unknown", "the registry does not"),
        (registry(events="x"), "", "unknown", "the registry does not say"),
        (b"HTTP/1.1 200 OK\r\n\r\n[1]", "", "unknown", "the registry does not say"),
        (b"rubbish\r\n\r\n", "", "unknown", "the registry cannot be asked"),
    ],
)
def test_what_the_registry_says_is_held_against_what_is_expected(
    answer: bytes, options: str, outcome: str, because: str
) -> None:
    reading = of(answering(answer), options)
    assert reading.outcome == outcome
    assert str(reading.because).startswith(because)


def test_a_registry_that_does_not_answer_leaves_it_unknown() -> None:
    reading = of(hang, limit=0.5)
    assert reading.outcome == "unknown"
    assert "no first byte of an answer within" in str(reading.because)


def test_mistakes_and_rhythm() -> None:
    assert "is not a domain name" in mistakes("{domain: 'https://example.org/'}")[0]
    assert "is not a domain name" in mistakes("{domain: localhost}")[0]
    found = probe("{domain: Exämple.org}")
    assert found.domain == "xn--exmple-cua.org"  # type: ignore[attr-defined]
    assert found.every == timedelta(hours=12)
