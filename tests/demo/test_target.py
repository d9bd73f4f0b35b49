"""The bundled application behaves as it is told, and is seen to."""

from datetime import timedelta

import pytest
from tests.targets.looking import see
from tests.targets.loops import run

from bosco.demo.answers import SERVICES
from bosco.demo.authority import Authority
from bosco.demo.behaviour import Manner
from bosco.demo.target import Target
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

CLOCK = RealClock()


def test_twelve_services_are_seen_up_with_their_parts() -> None:
    async def story() -> dict[str, Reading]:
        async with Target(CLOCK) as target:
            return {service: await see(f"{{http: '{target.url(service)}'}}") for service in SERVICES}

    readings = run(story)
    assert len(readings) == 12
    assert {reading.outcome for reading in readings.values()} == {"up"}
    assert all(reading.parts == {"database": "up", "redis": "up"} for reading in readings.values())
    assert "memory.rss" in readings["auth"].measures


@pytest.mark.parametrize(
    ("manner", "outcome", "says"),
    [
        ("well", "up", ""),
        ("slow", "down", "within 300"),
        ("degraded", "degraded", "redis: down"),
        ("failing", "down", "status (500) ∈ 2xx"),
        ("lying", "down", 'json status (∅) == "healthy"'),
        ("hanging", "down", "within 300"),
        ("dripping", "down", "within 300"),
        ("resetting", "down", "broke the connection off"),
        ("rubbish", "down", "does not answer in HTTP"),
    ],
)
def test_a_service_is_seen_as_it_was_told_to_behave(manner: Manner, outcome: str, says: str) -> None:
    async def story() -> tuple[Reading, Reading, Reading]:
        async with Target(CLOCK) as target:
            line = f"{{http: '{target.url('auth')}', expect: {{json: {{status: healthy}}}}}}"
            before = await see(line)
            target.tell("auth", manner, delay=timedelta(seconds=30))
            during = await see(line, limit=10 if outcome != "down" or "within" not in says else 0.3)
            other = await see(f"{{http: '{target.url('quote')}'}}")
            assert target.asked["auth"] == 2
            return before, during, other

    before, during, other = run(story)
    assert (before.outcome, other.outcome) == ("up", "up")
    assert during.outcome == outcome
    assert says in str(during.because)


def test_the_gateway_tells_how_each_service_behind_it_is() -> None:
    async def story() -> Reading:
        async with Target(CLOCK) as target:
            target.tell("pdf", "degraded", part="database")
            return await see(f"{{http: '{target.url('gateway', '/api/pdf/health')}'}}")

    reading = run(story)
    assert (reading.outcome, reading.parts["database"]) == ("down", "down")


def test_a_certificate_can_run_out_while_the_application_runs() -> None:
    authority = Authority(CLOCK.read())

    async def story() -> list[Reading]:
        async with Target(CLOCK, authority=authority) as target:
            secrets = {"CA": authority.pem}
            options = "authority: '${CA}', expect: {certificate: '> 30 days'}"
            line = f"{{http: '{target.url('gateway')}', {options}}}"
            seen = [await see(line, secrets)]
            for left in (timedelta(days=10), timedelta(days=-1)):
                target.certify("gateway", left)
                seen.append(await see(line, secrets))
            return seen

    fresh, soon, over = run(story)
    assert fresh.outcome == "up"
    assert (soon.outcome, soon.because) == ("degraded", "certificate (10 days) > 30 days")
    assert over.outcome == "down"
    assert "the certificate has expired" in str(over.because)


def test_nobody_can_be_told_what_nobody_does() -> None:
    target = Target(CLOCK)
    with pytest.raises(ValueError):
        target.tell("nobody", "well")
