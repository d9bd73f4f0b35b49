"""When Bosco blames its own network, and when it must not."""

from datetime import UTC, datetime, timedelta

import pytest

from bosco.kit.net_model import Trouble
from bosco.probes.own_network import OwnNetwork, is_near, place_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cut(**hosts: Trouble | None) -> bool:
    network = OwnNetwork()
    for host, trouble in hosts.items():
        network.note(host.replace("_", "."), NOW, trouble)
    return network.seems_cut(NOW)


@pytest.mark.parametrize(
    ("hosts", "seems"),
    [
        ({"a_one_org": "unreachable", "b_two_org": "unreachable", "c_three_org": "unreachable"}, True),
        ({"a_one_org": "dns", "b_two_org": "dns", "c_three_org": "unreachable"}, True),
        # one of three answers: it is not us
        ({"a_one_org": "dns", "b_two_org": "dns", "c_three_org": None}, False),
        # a refusal comes from somebody
        ({"a_one_org": "dns", "b_two_org": "dns", "c_three_org": "refused"}, False),
        # two hosts prove nothing
        ({"a_one_org": "unreachable", "b_two_org": "unreachable"}, False),
        # one domain whose name servers fail is an outage of that domain
        ({"a_one_org": "dns", "b_one_org": "dns", "c_one_org": "dns", "d_one_org": "dns"}, False),
        # everything hangs: an outage may look like that, so it stays one
        ({"a_one_org": "timeout", "b_two_org": "timeout", "c_three_org": "timeout"}, False),
    ],
)
def test_bosco_blames_itself(hosts: dict[str, Trouble | None], seems: bool) -> None:
    assert cut(**hosts) is seems


def test_what_was_seen_long_ago_says_nothing() -> None:
    network = OwnNetwork()
    network.note("up.example.net", NOW - timedelta(minutes=5), None)
    for name in ("a.one.org", "b.two.org", "c.three.org"):
        network.note(name, NOW, "unreachable")
    assert network.seems_cut(NOW)
    assert not network.seems_cut(NOW + timedelta(minutes=5))


def test_a_host_that_answers_again_clears_it() -> None:
    network = OwnNetwork()
    for name in ("a.one.org", "b.two.org", "c.three.org"):
        network.note(name, NOW, "unreachable")
    network.note("a.one.org", NOW, None)
    assert not network.seems_cut(NOW)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("db", False),
    ],
)
def test_this_machine_is_no_witness(host: str, near: bool) -> None:
    assert is_near(host) is near


def test_places() -> None:
    assert place_of("api.example.org.") == place_of("www.example.org") == "example.org"
    assert place_of("10.1.2.3") == place_of("10.1.9.9") != place_of("10.2.0.1")
    assert place_of("2001:db8::1") == place_of("[2001:db8:ffff::1]")
