"""Names become addresses as the machine would, and a mute name server delays nobody else."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.loops import LOOPS, real_net, run
from tests.targets.name_server import NameServer

from bosco.kit.clock import RealClock
from bosco.kit.net import NetFailed
from bosco.kit.net_names import Names, read_hosts, take_turns


def names(folder: Path, hosts: str = "", servers: str = "", port: int = 53) -> Names:
    (folder / "hosts").write_text(hosts)
    (folder / "resolv.conf").write_text(servers)
    return Names(RealClock(), folder / "hosts", folder / "resolv.conf", port)


def test_the_hosts_file_goes_before_name_servers(tmp_path: Path) -> None:
    known = names(tmp_path, "10.0.0.4 db.internal db # the database\n::5 db.internal\nrubbish x\n")
    assert run(lambda: known.resolve("DB.internal.")) == ("10.0.0.4", "::5")
    assert run(lambda: known.resolve("db.internal", 6)) == ("::5",)
    (tmp_path / "hosts").write_text("10.0.0.5 db.internal")
    os.utime(tmp_path / "hosts", (1, 1))
    assert run(lambda: known.resolve("db.internal")) == ("10.0.0.5",)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "fe80::1%lo"])
def test_an_address_needs_no_name_server(tmp_path: Path, address: str) -> None:
    assert run(lambda: names(tmp_path).resolve(address)) == (address,)


def test_an_address_of_the_other_family_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NetFailed, match=r"127\.0\.0\.1 has no IPv6 address"):
        run(lambda: names(tmp_path).resolve("127.0.0.1", 6))


def test_localhost_is_this_machine(tmp_path: Path) -> None:
    assert run(lambda: names(tmp_path).resolve("localhost")) == ("127.0.0.1", "::1")


def test_a_machine_without_name_servers_says_that_it_could_not_look(tmp_path: Path) -> None:
    known = names(tmp_path)
    (tmp_path / "resolv.conf").unlink()
    with pytest.raises(NetFailed) as caught:
        run(lambda: known.resolve("example.org"))
    assert caught.value.kind == "local"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_name_is_asked_for_once_and_remembered_as_long_as_its_owner_allows(tmp_path: Path, loop: str) -> None:
    server = NameServer({("www.example.org.", "A"): ["192.0.2.7", "192.0.2.8"], ("www.example.org.", "AAAA"): ["::9"]})

    async def story() -> None:
        async with server.serving() as port:
            known = names(tmp_path, servers="nameserver 127.0.0.1\n", port=port)
            found = await asyncio.gather(*(known.resolve("www.example.org") for _ in range(20)))
            assert set(found[0]) == {"::9", "192.0.2.7", "192.0.2.8"}
            assert {*found, await known.resolve("WWW.example.org.")} == {found[0]}

    run(story, loop)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("rcode", "kind", "says"),
    [
        ("NXDOMAIN", "dns", "does not exist"),
        ("NOERROR", "dns", "has no address"),
        ("SERVFAIL", "dns", "fail \\(SERVFAIL\\)"),
        ("REFUSED", "local", "give no answer"),
    ],
)
def test_what_name_servers_say_is_told_apart(tmp_path: Path, rcode: str, kind: str, says: str) -> None:
    server = NameServer({}, rcode)

    async def story() -> None:
        async with server.serving() as port:
            await names(tmp_path, servers="nameserver 127.0.0.1\n", port=port).resolve("www.example.org")

    with pytest.raises(NetFailed, match=says) as caught:
        run(story)
    assert caught.value.kind == kind


def test_asking_can_be_given_up_by_one_without_the_others(tmp_path: Path) -> None:
    server = NameServer({("a.example.", "A"): ["192.0.2.7"]}, delay=0.2)

    async def story() -> None:
        async with server.serving() as port:
            known = names(tmp_path, servers="nameserver 127.0.0.1\n", port=port)
            first, second = (asyncio.ensure_future(known.resolve("a.example")) for _ in range(2))
            await asyncio.sleep(0.05)
            first.cancel()
            assert await second == ("192.0.2.7",)

    run(story)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".org", "ab." * 100 + "org", "-", "a b", "é" * 80])
def test_what_cannot_be_a_name_is_told_so(host: str) -> None:
    with pytest.raises(NetFailed):
        run(lambda: real_net().connect(host, 80))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=100))
def test_no_hosts_file_breaks_the_reader(text: str) -> None:
    read_hosts(text)


def test_both_families_take_turns() -> None:
    assert take_turns(("a", "b", "c"), ("1",)) == ("a", "1", "b", "c")
