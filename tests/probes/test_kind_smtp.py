"""The smtp kind, against a real mail server."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from tests.targets.looking import mistakes, see
from tests.targets.loops import run
from tests.targets.serving import Handler, greeting, hang, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

NOW = RealClock().read()
OURS = Authority(NOW)
SHOWN = OURS.issue("127.0.0.1", starts=NOW - timedelta(days=9), expires=NOW + timedelta(days=90))


def lets_in(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"ops", b"s3cret")
    return AuthResult(success=right, handled=right)


@contextlib.asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        options = {"tls_context": tls, "require_starttls": tls is not None, "auth_required": False}
        return SMTP(
            object(), hostname="mail.example", authenticator=lets_in, auth_require_tls=False, loop=loop, **options
        )

    server = await loop.create_server(conversation, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def of(options: str = "", tls: ssl.SSLContext | None = None) -> Reading:
    async def story() -> Reading:
        async with mail_server(tls) as port:
            line = f"{{smtp: '127.0.0.1:{port}', authority: '${{CA}}'{options}}}"
            return await see(line, {"CA": OURS.pem, "PW": "s3cret"})

    # aiosmtpd's STARTTLS stands on asyncio's own transports.
    return run(story, "asyncio")


def test_a_server_that_greets_is_up() -> None:
    reading = of(", expect: {banner: mail.example, offers: 'SIZE, 8BITMIME'}")
    assert (reading.outcome, reading.because) == ("up", "")
    assert list(reading.phases) == ["connect", "greeting"]


def test_sign_in_is_tried() -> None:
    assert of(", user: ops, password: '${PW}'").outcome == "up"
    reading = of(", user: ops, password: wrong")
    assert reading.outcome == "down"
    assert 'AUTH ("535' in str(reading.because)


def test_tls_begins_inside_the_conversation() -> None:
    reading = of(", tls: starttls, user: ops, password: '${PW}'", SHOWN.context())
    assert (reading.outcome, reading.because) == ("up", "")
    assert list(reading.phases) == ["connect", "greeting", "tls", "sign_in"]
    assert "STARTTLS (" in str(of(", tls: starttls").because)


@pytest.mark.parametrize(
    ("options", "because"),
    [
        (", expect: {banner: somebody}", "banner ("),
        (", expect: {offers: CHUNKING}", "EHLO ∋ CHUNKING"),
    ],
)
def test_what_is_missing_is_told(options: str, because: str) -> None:
    reading = of(options)
    assert reading.outcome == "down"
    assert because in str(reading.because)


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (greeting(b"554 no\r\n"), 'banner ("554 no") == 220'),
        (greeting(b"HTTP/1.1 400\r\n"), "does not speak SMTP"),
        (greeting(b"220-more\r\n" * 1000), "does not stop to talk"),
        (greeting(b"220 " + b"x" * 100_000), "more than"),
    ],
)
def test_what_is_no_mail_server_is_down(handler: Handler, says: str) -> None:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f"{{smtp: '127.0.0.1:{port}'}}")

    reading = run(story)
    assert reading.outcome == "down"
    assert says in str(reading.because)


def test_silence_is_down() -> None:
    async def story() -> Reading:
        async with serving(hang) as port:
            return await see(f"{{smtp: '127.0.0.1:{port}'}}", limit=0.3)

    assert run(story).outcome == "down"


def test_mistakes() -> None:
    assert len(mistakes("{smtp: x, tls: maybe}")) == 1
