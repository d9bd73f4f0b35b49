"""The dns kind, against a name server with a zone."""

import pytest
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.name_server import NameServer
from tests.targets.serving import hang, serving

from bosco.probes.kind import Reading
from bosco.probes.kinds.dns import plain

ZONE = {
    ("example.org.", "A"): ["192.0.2.2", "192.0.2.1"],
    ("example.org.", "MX"): ["10 mail.example.org.", "20 Mail2.example.org."],
    ("example.org.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
}


def seen(options: str, server: NameServer | None = None) -> Reading:
    async def story() -> Reading:
        async with (server or NameServer(ZONE)).serving() as port:
            return await see(f"{{dns: example.org, server: '127.0.0.1:{port}'{options}}}")

    return run(story)


@pytest.mark.parametrize(
    ("options", "outcome", "because"),
    [
        ("", "up", ""),
        (", expect: {records: [192.0.2.1, 192.0.2.2]}", "up", ""),
        (", expect: {records: 192.0.2.1}", "down", "A (192.0.2.1, 192.0.2.2) == 192.0.2.1"),
        (", expect: {contains: 192.0.2.1}", "up", ""),
        (", expect: {contains: 192.0.2.9}", "down", "A (192.0.2.1, 192.0.2.2) ∋ 192.0.2.9"),
        (", record: mx, expect: {contains: '20 mail2.example.org'}", "up", ""),
        (", record: TXT, expect: {contains: 'v=spf1 -all'}", "up", ""),
        (", record: TXT, expect: {matches: '^v=spf1'}", "up", ""),
        (", record: AAAA", "down", "AAAA (∅) != ∅"),
        (", expect: {rcode: nxdomain}", "down", "rcode (NOERROR) == NXDOMAIN"),
        (", expect: {time: < 1us}", "degraded", ""),
    ],
)
def test_answers_are_held_against_what_is_expected(options: str, outcome: str, because: str) -> None:
    reading = seen(options)
    assert reading.outcome == outcome
    assert reading.because == because or (outcome == "degraded" and "time (" in str(reading.because))


def test_a_name_that_does_not_exist_is_down_unless_expected() -> None:
    assert seen("", NameServer({})).because == "rcode (NXDOMAIN) == NOERROR; A (∅) != ∅"
    assert seen(", expect: {rcode: NXDOMAIN}", NameServer({})).outcome == "up"
    assert seen("", NameServer({}, "SERVFAIL")).outcome == "down"


def test_figures_are_kept() -> None:
    assert seen("").measures == {"records": 2, "ttl": 60}


def test_a_name_server_that_is_not_there_is_down() -> None:
    async def story() -> Reading:
        async with serving(hang) as port:
            return await see(f"{{dns: example.org, server: '127.0.0.1:{port}'}}")

    assert run(story).outcome == "down"


def test_mistakes_and_target() -> None:
    assert len(mistakes("{dns: example.org, record: AAA}")) == 1
    assert probe("{dns: example.org, server: 9.9.9.9}").look.target() == "9.9.9.9"


def test_two_ways_to_write_a_record_are_alike() -> None:
    assert plain('"v=spf1 " "-all"') == "v=spf1 -all"
    assert plain(r'"say \"hi\""') == 'say "hi"'
    assert plain("10 Mail.Example.org.") == "10 mail.example.org"
    assert plain('0 issue "letsencrypt.org"') == "0 issue letsencrypt.org"
