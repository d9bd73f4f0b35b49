"""The tcp kind, against ports that answer, hang, refuse, and talk rubbish."""

from datetime import timedelta

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, greeting, hang, reset, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.probes.kind import Reading


def seen(handler: Handler, options: str = "", limit: float = 20) -> Reading:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f"{{tcp: '127.0.0.1:{port}'{options}}}", {"WORD": "s3cret"}, limit)

    return run(story)


def test_an_open_port_is_up() -> None:
    reading = seen(hang)
    assert reading.outcome == "up"
    assert list(reading.phases) == ["dns", "connect"]


@pytest.mark.parametrize(
    ("handler", "options", "outcome", "because"),
    [
        (greeting(b"220 ready\r\n"), ", expect: {contains: '220 '}", "up", ""),
        (greeting(b"220 ready\r\n"), ", expect: {matches: '^220'}", "up", ""),
        (reset, ", send: 'x', expect: {contains: PONG}", "down", 'answer ("") ∋ "PONG"'),
        (hang, ", expect: {time: < 1us}", "degraded", "time ("),
    ],
)
def test_what_is_said_is_held_against_what_is_expected(
    handler: Handler, options: str, outcome: str, because: str
) -> None:
    reading = seen(handler, options)
    assert reading.outcome == outcome
    assert because in str(reading.because)


def test_something_else_said_is_shown() -> None:
    async def wrong(reader: object, writer: object) -> None:
        writer.write(b"\xff\x00 500 no\r\n")  # type: ignore[attr-defined]

    reading = seen(wrong, ", expect: {contains: '220'}")  # type: ignore[arg-type]
    assert (reading.outcome, reading.because) == ("down", 'answer ("�\\u0000 500 no\\r\\n") ∋ "220"')


def test_what_is_sent_may_hold_a_secret() -> None:
    async def echo(reader: object, writer: object) -> None:
        writer.write(b"got " + await reader.read(100))  # type: ignore[attr-defined]

    assert seen(echo, ', send: "AUTH ${WORD}\\r\\n", expect: {contains: "got AUTH s3cret"}').outcome == "up"  # type: ignore[arg-type]


def test_silence_where_words_were_expected_is_down() -> None:
    assert seen(hang, ", expect: {contains: x}", limit=0.3).outcome == "down"


def test_a_port_may_speak_tls() -> None:
    now = RealClock().read()
    ours = Authority(now)
    issued = ours.issue("127.0.0.1", starts=now - timedelta(days=9), expires=now + timedelta(days=9))

    async def story() -> tuple[Reading, Reading]:
        async with serving(greeting(b"hello"), issued.context()) as port:
            line = f"{{tcp: '127.0.0.1:{port}', tls: yes, authority: '${{CA}}', expect: {{contains: hello}}}}"
            return await see(line, {"CA": ours.pem}), await see(line.replace("${CA}", "/nowhere"))

    trusted, unreadable = run(story)
    assert trusted.outcome == "up"
    assert "tls" in trusted.phases
    assert unreadable.outcome == "unknown"


def test_a_closed_port_is_down() -> None:
    async def story() -> Reading:
        async with serving(hang) as port:
            pass
        return await see(f"{{tcp: '127.0.0.1:{port}'}}")

    reading = run(story)
    assert reading.outcome == "down"
    assert "refused the connection" in str(reading.because)


def test_mistakes_and_target() -> None:
    assert "is not a host with its port" in mistakes("{tcp: db.internal}")[0]
    assert "is not a regular expression" in mistakes("{tcp: 'x:1', expect: {matches: '['}}")[0]
    assert probe("{tcp: 'db.internal:5432'}").look.target() == "db.internal"
