"""The tls kind, against servers with certificates of every sort."""

import asyncio
from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, greeting, hang, serving

from bosco.demo.authority import Authority, Issued
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

NOW = RealClock().read().replace(microsecond=0)
DAY = timedelta(days=1)
OURS = Authority(NOW, "Test authority")


def issued(days: float, *names: str) -> Issued:
    return OURS.issue(*(names or ("127.0.0.1",)), starts=NOW - 100 * DAY, expires=NOW + days * DAY)


def seen(shown: Issued, options: str = "") -> Reading:
    async def story() -> Reading:
        async with serving(hang, shown.context()) as port:
            return await see(f"{{tls: '127.0.0.1:{port}', authority: '${{CA}}'{options}}}", {"CA": OURS.pem})

    return run(story)


@pytest.mark.parametrize(
    ("days", "options", "outcome", "because"),
    [
        (90.5, "", "up", ""),
        (10.05, "", "degraded", "certificate (10 days) >= 21 days"),
        (2.05, "", "down", "certificate (2 days) >= 3 days"),
        (10.05, ", expect: {certificate: '> 5 days'}", "up", ""),
        (90, ", expect: {names: [other.example]}", "down", "names (127.0.0.1) ∋ other.example"),
        (90, ", expect: {issuer: test authority, version: '1.3'}", "up", ""),
        (90, ", expect: {issuer: somebody}", "down", "issuer (CN=Test authority) ∋ somebody"),
    ],
)
def test_a_certificate_is_held_against_what_is_expected(days: float, options: str, outcome: str, because: str) -> None:
    reading = seen(issued(days), options)
    assert (reading.outcome, reading.because) == (outcome, because)
    assert abs(reading.measures["certificate_days"] - days) < 0.1


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (issued(-3), "the certificate has expired"),
        (issued(90, "other.example"), "the certificate is for another address"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_down_and_still_shown(shown: Issued, says: str) -> None:
    reading = seen(shown)
    assert reading.outcome == "down"
    assert says in str(reading.because)
    assert "certificate_days" in reading.measures
    assert reading.expectations[0].seen == "trusted (no) == yes"


def test_another_name_can_be_asked_for() -> None:
    assert seen(issued(90, "mail.example"), ", server_name: mail.example").outcome == "up"


def starttls(*script: tuple[bytes, bytes]) -> Handler:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said, answered in script:
            if said:
                assert (await reader.readline()).upper().startswith(said)
            writer.write(answered)
            await writer.drain()
        await writer.start_tls(issued(90).context())
        await reader.read(1)

    return serve


@pytest.mark.parametrize(
    ("protocol", "handler", "outcome"),
    [
        (
            "smtp",
            starttls((b"", b"220 a\r\n"), (b"EHLO", b"250-a\r\n250 STARTTLS\r\n"), (b"STARTTLS", b"220 go\r\n")),
            "up",
        ),
        ("smtp", starttls((b"", b"220 a\r\n"), (b"EHLO", b"250 a\r\n"), (b"STARTTLS", b"502 no\r\n")), "down"),
        ("imap", starttls((b"", b"* OK a\r\n"), (b"B1 STARTTLS", b"B1 OK go\r\n")), "up"),
        ("imap", starttls((b"", b"* OK a\r\n"), (b"B1 STARTTLS", b"B1 BAD no\r\n")), "down"),
        ("smtp", greeting(b"HTTP/1.1 400 Bad\r\n"), "down"),
    ],
)
def test_tls_may_begin_inside_another_protocol(protocol: str, handler: Handler, outcome: str) -> None:
    async def story() -> Reading:
        async with serving(handler) as port:
            line = f"{{tls: '127.0.0.1:{port}', starttls: {protocol}, authority: '${{CA}}'}}"
            return await see(line, {"CA": OURS.pem})

    assert run(story).outcome == outcome


def test_a_port_without_tls_is_down() -> None:
    async def story() -> Reading:
        async with serving(greeting(b"220 hello\r\n")) as port:
            return await see(f"{{tls: '127.0.0.1:{port}'}}")

    assert run(story).outcome == "down"


def test_mistakes_and_target() -> None:
    assert len(mistakes("{tls: 'x', starttls: ftp}")) == 1
    found = probe("{tls: example.org}").look
    assert found.target() == "example.org"
