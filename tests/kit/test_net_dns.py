"""One question to one name server: its answer as it is, whatever it is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.targets.loops import LOOPS, real_net, run
from tests.targets.name_server import NameServer
from tests.targets.serving import hang, serving

from bosco.kit.net import DnsAnswer, NetFailed

ZONE = {
    ("example.org.", "A"): ["192.0.2.2", "192.0.2.1"],
    ("example.org.", "MX"): ["10 mail.example.org."],
    ("example.org.", "TXT"): ['"v=spf1 -all"'],
    ("example.org.", "CAA"): ['0 issue "letsencrypt.org"'],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["example.org."],
}


def answered(server: NameServer, name: str, record: str, loop: str = "uvloop") -> DnsAnswer:
    async def story() -> DnsAnswer:
        async with server.serving() as port:
            return await real_net().look_up(name, record, server=f"127.0.0.1:{port}")

    return run(story, loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("name", "record", "records"),
    [
        ("example.org", "A", ("192.0.2.1", "192.0.2.2")),
        ("Example.ORG.", "mx", ("10 mail.example.org.",)),
        ("example.org", "TXT", ('"v=spf1 -all"',)),
        ("example.org", "CAA", ('0 issue "letsencrypt.org"',)),
        ("192.0.2.1", "PTR", ("example.org.",)),
        ("example.org", "NS", ()),
    ],
)
def test_records_are_told_as_a_zone_writes_them(loop: str, name: str, record: str, records: tuple[str, ...]) -> None:
    answer = answered(NameServer(ZONE), name, record, loop)
    assert (answer.rcode, answer.records) == ("NOERROR", records)
    assert answer.keeps == timedelta(seconds=60 if records else 0)


def test_a_refusal_is_an_answer() -> None:
    assert answered(NameServer({}, "REFUSED"), "example.org", "A").rcode == "REFUSED"


def test_an_answer_too_long_for_udp_is_fetched_over_tcp() -> None:
    server = NameServer(ZONE)
    server.truncates = True
    assert answered(server, "example.org", "A").records == ("192.0.2.1", "192.0.2.2")
    assert server.asked == ["example.org. A"] * 2


def test_a_lost_packet_is_sent_again() -> None:
    assert answered(NameServer(ZONE, lose=1), "example.org", "A").rcode == "NOERROR"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_port_where_nobody_answers_is_told(loop: str) -> None:
    async def story() -> None:
        async with serving(hang) as port:
            await real_net().look_up("example.org", "A", server=f"127.0.0.1:{port}")

    with pytest.raises(NetFailed) as caught:
        run(story, loop)
    assert caught.value.kind == "refused"


@pytest.mark.parametrize(
    ("name", "record"), [("a..b", "A"), ("example.org", "NOSUCH"), ("x" * 70 + ".org", "A"), ("x", "PTR")]
)
def test_what_cannot_be_asked_is_told(name: str, record: str) -> None:
    with pytest.raises(NetFailed) as caught:
        run(lambda: real_net().look_up(name, record, server="127.0.0.1:9"))
    assert caught.value.kind == "dns"


@pytest.mark.parametrize("server", ["127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x"])
def test_a_server_without_a_port_is_told(server: str) -> None:
    ask: Callable[[], Awaitable[DnsAnswer]] = lambda: real_net().look_up("example.org", "A", server=server)  # noqa: E731
    with pytest.raises(NetFailed):
        run(ask)
