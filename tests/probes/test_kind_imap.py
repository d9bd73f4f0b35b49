"""The imap kind, against a mailbox server that knows one user."""

import asyncio
from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, greeting, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading

NOW = RealClock().read()
OURS = Authority(NOW)
SHOWN = OURS.issue("127.0.0.1", starts=NOW - timedelta(days=9), expires=NOW + timedelta(days=90))


async def mailbox(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
    while line := (await reader.readline()).decode().strip():
        tag, verb, *words = line.split(" ", 2)
        rest = words[0] if words else ""
        if verb == "STARTTLS":
            writer.write(f"{tag} OK go\r\n".encode())
            await writer.start_tls(SHOWN.context())
        elif verb == "LOGIN":
            right = rest == r'"support" "pa\"ss"'
            writer.write(f"{tag} {'OK in' if right else 'NO [AUTHENTICATIONFAILED] wrong'}\r\n".encode())
        elif verb == "EXAMINE":
            there = rest == '"INBOX"'
            writer.write(b"* 17 EXISTS\r\n* 0 RECENT\r\n" if there else b"")
            writer.write(f"{tag} {'OK [READ-ONLY] opened' if there else 'NO no such mailbox'}\r\n".encode())
        else:
            writer.write(f"{tag} BAD what\r\n".encode())
        await writer.drain()


def of(options: str, handler: Handler = mailbox, *, encrypted: bool = False) -> Reading:
    async def story() -> Reading:
        async with serving(handler, SHOWN.context() if encrypted else None) as port:
            line = f"{{imap: '127.0.0.1:{port}', authority: '${{CA}}'{options}}}"
            return await see(line, {"CA": OURS.pem, "PW": 'pa"ss', "BREAK": "a\r\nb"})

    return run(story)


IN = ", user: support, password: '${PW}'"


@pytest.mark.parametrize(
    ("options", "outcome", "because"),
    [
        (", tls: no", "up", ""),
        (f", tls: no{IN}, mailbox: INBOX", "up", ""),
        (f", tls: no{IN}, mailbox: INBOX, expect: {{messages: < 10}}", "degraded", "messages (17) < 10"),
        (f", tls: no{IN}, mailbox: Other", "down", 'EXAMINE (NO "no such mailbox") == OK'),
        (", tls: no, user: support, password: wrong", "down", 'LOGIN (NO "[AUTHENTICATIONFAILED] wrong") == OK'),
        (f", tls: starttls{IN}", "up", ""),
        (", tls: no, user: support, password: '${BREAK}'", "unknown", "a name or password holds a line break"),
    ],
)
def test_a_mailbox_is_opened_as_far_as_it_lets_us(options: str, outcome: str, because: str) -> None:
    reading = of(options)
    assert (reading.outcome, str(reading.because)) == (outcome, because)


def test_tls_is_spoken_from_the_start_unless_told_otherwise() -> None:
    reading = of(f"{IN}, mailbox: INBOX", encrypted=True)
    assert reading.outcome == "up"
    assert reading.measures == {"messages": 17}
    assert list(reading.phases) == ["connect", "greeting", "sign_in", "mailbox"]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (b"* BYE too many connections\r\n", 'greeting (BYE "too many connections") != BYE'),
        (b"220 mail.example ESMTP\r\n", "does not speak IMAP"),
        (b"* OK ready\r\n" + b"* x\r\n" * 1000, "does not stop to talk"),
    ],
)
def test_what_is_no_mailbox_server_is_down(said: bytes, says: str) -> None:
    reading = of(f", tls: no{IN}", greeting(said))
    assert reading.outcome == "down"
    assert says in str(reading.because)


def test_mistakes_and_the_usual_port() -> None:
    assert len(mistakes("{imap: x, tls: maybe}")) == 1
    assert str(probe("{imap: mail.example}").imap) == "mail.example:993"  # type: ignore[attr-defined]
