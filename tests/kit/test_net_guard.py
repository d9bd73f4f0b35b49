"""What a stranger to the plan names never leads into this machine's own networks."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.loops import real_net, run
from tests.targets.serving import answering, hang, serving

from bosco.kit.clock import RealClock
from bosco.kit.net import PUBLIC_ONLY, NetFailed, RealNet, Request
from bosco.kit.net_model import IpFamily
from bosco.kit.net_names import Names


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:470::200:5efe:127.0.0.1",
        "not an address",
        "",
    ],
)
def test_an_address_of_our_own_networks_is_refused(address: str) -> None:
    assert PUBLIC_ONLY.refuses(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "9.9.9.9", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_an_address_of_the_internet_is_not(address: str) -> None:
    assert not PUBLIC_ONLY.refuses(address)


@settings(deadline=None, max_examples=200)
@given(st.ip_addresses(v=6, network="fc00::/7") | st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_no_private_address_passes(address: object) -> None:
    assert PUBLIC_ONLY.refuses(str(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "a.localhost", "127.0.0.1.", "LOCALHOST"]
)
def test_this_machine_is_not_reached_however_it_is_written(host: str) -> None:
    async def story() -> None:
        async with serving(answering(b"HTTP/1.1 200 OK\r\n\r\nsecret")) as port:
            await real_net().guarded(PUBLIC_ONLY).fetch(Request(f"http://{host}:{port}/"))

    with pytest.raises(NetFailed) as caught:
        run(story)
    assert caught.value.is_ours or caught.value.kind == "dns"


class Rebinding(Names):
    """A name that leads to another address each time it is asked for."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        super().__init__(RealClock())
        self.answers = list(answers)

    async def resolve(self, host: str, family: IpFamily | None = None) -> tuple[str, ...]:
        return self.answers.pop(0)


class NotTheFirst:
    """Lets 127.0.0.2 pass as if it were public."""

    def refuses(self, address: str) -> bool:
        return address != "127.0.0.2"


def test_the_address_that_was_judged_is_the_one_that_is_reached() -> None:
    async def story() -> bytes:
        async with serving(answering(b"HTTP/1.1 200 OK\r\n\r\npublic"), host="127.0.0.2") as port:
            net = RealNet(RealClock(), NotTheFirst(), Rebinding(("127.0.0.1", "127.0.0.2"), ("127.0.0.1",)))
            answer = await net.fetch(Request(f"http://rebinding.example:{port}/"))
            with pytest.raises(NetFailed) as caught:
                await net.fetch(Request(f"http://rebinding.example:{port}/"))
            assert caught.value.kind == "guarded"
            return answer.body

    assert run(story) == b"public"


def test_a_redirect_is_judged_as_the_first_address_was() -> None:
    async def story() -> None:
        async with serving(hang) as inside:
            to = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside}/\r\n\r\n".encode()
            async with serving(answering(to), host="127.0.0.2") as port:
                net = RealNet(RealClock(), NotTheFirst())
                await net.fetch(Request(f"http://127.0.0.2:{port}/", redirects=3))

    with pytest.raises(NetFailed) as caught:
        run(story)
    assert caught.value.kind == "guarded"


def test_every_way_through_the_door_is_guarded() -> None:
    async def story() -> None:
        net = real_net().guarded(PUBLIC_ONLY)
        for look in (
            lambda: net.resolve("127.0.0.1"),
            lambda: net.connect("127.0.0.1", 80),
            lambda: net.look_up("example.org", "A", server="127.0.0.1:5353"),
            lambda: net.echo("127.0.0.1", patience=timedelta(seconds=1)),
        ):
            with pytest.raises(NetFailed) as caught:
                await look()  # type: ignore[no-untyped-call]
            assert caught.value.kind == "guarded"

    run(story)
