"""Connections: bytes as they come, bounded, and every trouble told as whose it is."""

import asyncio
import errno
import resource
from datetime import timedelta

import pytest
from tests.targets.loops import LOOPS, real_net, run
from tests.targets.serving import greeting, hang, reset, serving

from bosco.kit.clock import RealClock, VirtualClock, run_virtually
from bosco.kit.net import Connection, NetFailed, RealNet, Request, timed_out
from bosco.kit.net_model import IpFamily
from bosco.kit.net_names import Names
from bosco.kit.net_trouble import failed


@pytest.mark.parametrize("loop", LOOPS)
def test_what_is_said_is_read_in_every_way(loop: str) -> None:
    async def story() -> None:
        async with serving(greeting(b"line one\r\nabcdefgh")) as port:
            connection = await real_net().connect("127.0.0.1", port)
            assert connection.peer.port == port
            assert list(connection.phases) == ["dns", "connect"]
            assert await connection.read_until(b"\r\n") == b"line one\r\n"
            assert await connection.read_exactly(3) == b"abc"
            assert await connection.read(4) == b"defg"
            assert await connection.read() == b"h"
            connection.close()
            connection.close()

    run(story, loop)


async def write_for_ever(connection: Connection) -> None:
    while True:
        await connection.write(b"x" * 1_000_000)


async def says_and_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"abc")


@pytest.mark.parametrize("loop", LOOPS)
def test_the_end_is_told(loop: str) -> None:
    async def story() -> None:
        async with serving(says_and_ends) as port:
            connection = await real_net().connect("127.0.0.1", port)
            assert await connection.read() == b"abc"
            assert await connection.read() == b""
            with pytest.raises(NetFailed, match="broke the connection off"):
                await connection.read_exactly(1)
            with pytest.raises(NetFailed):
                await write_for_ever(connection)
            connection.close()

    run(story, loop)


def test_who_talks_for_ever_is_cut_short() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 100_000)
            await writer.drain()

    async def story() -> None:
        async with serving(talk) as port:
            connection = await real_net().connect("127.0.0.1", port)
            try:
                await connection.read_until(b"\n", 1_000_000)
            finally:
                connection.close()

    with pytest.raises(NetFailed, match="more than 1000000 bytes"):
        run(story)


@pytest.mark.parametrize("loop", LOOPS)
def test_what_nobody_reads_stays_on_the_other_side(loop: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 100_000)
            await writer.drain()

    async def story() -> int:
        async with serving(talk) as port:
            connection = await real_net().connect("127.0.0.1", port)
            await connection.read_exactly(1)
            for _ in range(200):
                await asyncio.sleep(0.001)
            held = len(connection._buffer)  # type: ignore[attr-defined]
            await connection.read_exactly(5_000_000)
            connection.close()
            return held

    assert run(story, loop) < 1_000_000


@pytest.mark.parametrize("loop", LOOPS)
def test_who_does_not_listen_makes_us_wait(loop: str) -> None:
    async def story() -> None:
        async with serving(hang) as port:
            connection = await real_net().connect("127.0.0.1", port)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(write_for_ever(connection), 0.3)
            connection.close()

    run(story, loop)


def test_a_reset_is_told() -> None:
    async def story() -> None:
        async with serving(reset) as port:
            connection = await real_net().connect("127.0.0.1", port)
            await connection.write(b"x")
            try:
                await connection.read_exactly(1)
            finally:
                connection.close()

    with pytest.raises(NetFailed) as caught:
        run(story)
    assert caught.value.kind == "reset"


class Known(Names):
    """Knows one name."""

    def __init__(self, *addresses: str) -> None:
        super().__init__(RealClock())
        self.addresses = addresses

    async def resolve(self, host: str, family: IpFamily | None = None) -> tuple[str, ...]:
        return self.addresses


@pytest.mark.parametrize("loop", LOOPS)
def test_the_next_address_is_tried_when_one_refuses(loop: str) -> None:
    async def story() -> str:
        async with serving(greeting(b"hi")) as port:
            net = RealNet(RealClock(), names=Known("::1", "127.0.0.9", "127.0.0.1"))
            connection = await net.connect("several.example", port)
            assert await connection.read() == b"hi"
            address = connection.peer.address
            connection.close()
            return address

    assert run(story, loop) == "127.0.0.1"


def test_when_no_address_answers_the_first_that_tells_something_is_told() -> None:
    async def story() -> None:
        async with serving(hang) as port:
            pass
        await RealNet(RealClock(), names=Known("255.255.255.255", "127.0.0.1")).connect("several.example", port)

    with pytest.raises(NetFailed, match=r"several\.example:[0-9]+ refused"):
        run(story)


@pytest.mark.parametrize("loop", LOOPS)
def test_no_file_handle_left_is_our_own_trouble(loop: str) -> None:
    async def story() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        async with serving(hang) as port:
            with open("/dev/null") as probe:  # noqa: ASYNC230, PTH123
                resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno(), hard))
            try:
                # The lowest free handles may lie below the limit still.
                for _ in range(64):
                    await real_net().connect("127.0.0.1", port)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(NetFailed) as caught:
        run(story, loop)
    assert caught.value.kind == "local"
    assert caught.value.is_ours


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.EMFILE, "local"),
        (errno.ENFILE, "local"),
        (errno.ENETUNREACH, "local"),
        (errno.EADDRNOTAVAIL, "local"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ECONNREFUSED, "refused"),
        (errno.ECONNRESET, "reset"),
        (errno.EPIPE, "reset"),
        (errno.ETIMEDOUT, "timeout"),
    ],
)
def test_errors_of_the_system_are_told_as_whose_trouble_they_are(code: int, kind: str) -> None:
    assert failed(OSError(code, "said by the system"), "db:5432").kind == kind


def test_virtual_time_stands_still_while_the_network_is_in_flight(clock: VirtualClock) -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n\r\n", b"o", b"k"):
            writer.write(piece)
            await writer.drain()

    async def story() -> bytes:
        async with serving(slowly) as port, clock.limit(timedelta(milliseconds=1)):
            return (await RealNet(clock).fetch(Request(f"http://127.0.0.1:{port}/"))).body

    before = clock.read()
    assert run_virtually(clock, story) == b"ok"
    assert clock.read() == before


@pytest.mark.parametrize("loop", LOOPS)
def test_a_limit_tells_what_was_waited_for(loop: str) -> None:
    limit = timedelta(milliseconds=200)

    async def waited(request: Request) -> str:
        try:
            async with RealClock().limit(limit):
                await real_net().fetch(request)
        except TimeoutError as error:
            return str(timed_out(error, limit))
        raise AssertionError

    async def story() -> tuple[str, str]:
        half = greeting(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        async with serving(hang) as mute, serving(half) as slow:
            return await waited(Request(f"http://127.0.0.1:{mute}/")), await waited(
                Request(f"http://127.0.0.1:{slow}/")
            )

    first, second = run(story, loop)
    assert first.startswith("no first byte of an answer within 200")
    assert second.startswith("the answer was not complete within 200")


def test_a_limit_around_anything_else_tells_what_is_known() -> None:
    assert str(timed_out(TimeoutError(), timedelta(seconds=5))).startswith("no answer within 5")
