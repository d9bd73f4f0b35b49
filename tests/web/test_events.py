"""Live streams: they tell, they end, and nobody's slowness harms the others."""

import asyncio
import contextlib
import http.client
import threading
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from tests.browser import serving
from tests.web.world import World

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.web.events import LONGEST_QUEUE, Event, Live, Stopping, Tap, _written


def listen(url: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    line.request("GET", "/live", headers={"Cookie": "role=viewer", "Accept-Encoding": "gzip"})
    answer = line.getresponse()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["content-encoding"] is None
    return line, answer


def read_until(answer: http.client.HTTPResponse, wanted: bytes) -> bytes:
    heard = b""
    while wanted not in heard:
        more = answer.read1(4096)
        assert more, heard
        heard += more
    return heard


def eventually(true: object) -> None:
    for _ in range(200):
        if true():  # type: ignore[operator]
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came true")


def test_every_listener_hears_what_is_told_and_those_who_left_are_forgotten() -> None:
    world = World()
    with serving(world.app, world.stopping) as url:
        lines = [listen(url) for _ in range(3)]
        eventually(lambda: world.live.listeners == 3)
        world_loop_tell(world, url)
        for _, answer in lines:
            assert b"data: probe\n\n" in read_until(answer, b"data: probe:api\n\n")
        lines[0][1].close()
        lines[0][0].close()
        eventually(lambda: world.live.listeners == 2)


def world_loop_tell(world: World, url: str) -> None:
    """Tell from the server's own loop, as services do."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    line.request("GET", "/tell/probe", headers={})
    assert line.getresponse().status == 200


def test_open_streams_end_by_themselves_when_bosco_stops() -> None:
    world = World()
    with serving(world.app, world.stopping) as url:
        lines = [listen(url) for _ in range(5)]
        eventually(lambda: world.live.listeners == 5)
    # `serving` has waited for the server's end, and fails if the streams had held it.
    for _, answer in lines:
        assert read_until(answer, b"event: stopping").endswith(b"event: stopping\ndata: \n\n")
        assert answer.read1(100) == b""
    assert world.live.listeners == 0


def test_a_quiet_stream_keeps_the_line_open(clock: VirtualClock) -> None:
    async def story() -> list[bytes]:
        stopping, live = Stopping(), Live()
        heard: list[bytes] = []
        async for piece in _written(live.listen(), stopping, clock):
            heard.append(piece)
            if len(heard) == 2:
                live.tell("probe")
            if len(heard) == 4:
                stopping.set()
        return heard

    heard = run_virtually(clock, story)
    assert heard == [
        b"retry: 2000\n: open\n\n",
        b": still here\n\n",
        b"data: probe\n\n",
        b": still here\n\n",
        b"event: stopping\ndata: \n\n",
    ]
    assert clock.elapsed == 30


def test_a_source_that_ends_ends_the_stream(clock: VirtualClock) -> None:
    async def source() -> AsyncIterator[Event]:
        yield Event("one", id="1")

    async def story() -> list[bytes]:
        return [piece async for piece in _written(source(), Stopping(), clock)]

    assert run_virtually(clock, story)[1:] == [b"id: 1\ndata: one\n\n"]


def test_a_stream_that_is_left_lets_go_of_its_source(clock: VirtualClock) -> None:
    async def story() -> int:
        live = Live()
        pieces = _written(live.listen(), Stopping(), clock)
        await anext(pieces)
        waiting = asyncio.ensure_future(anext(pieces))
        await asyncio.sleep(1)
        assert live.listeners == 1
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        return live.listeners

    assert run_virtually(clock, story) == 0


def test_who_reads_too_slowly_is_told_so_and_costs_a_bounded_memory(clock: VirtualClock) -> None:
    async def story() -> list[str]:
        tap = Tap()
        for number in range(LONGEST_QUEUE * 3):
            tap.pour(Event(str(number)))
        first, second = await anext(tap), await anext(tap)
        return [str(first.name), second.data]

    assert run_virtually(clock, story) == ["behind", str(LONGEST_QUEUE * 2)]


@pytest.mark.parametrize(
    ("event", "travels"),
    [
        (Event("a\nb\r\nc"), b"data: a\ndata: b\ndata: c\n\n"),
        (Event("x", name="an\nevent", id="1\r\n2"), b"id: 1  2\nevent: an event\ndata: x\n\n"),
        (Event("data: forged\n\nevent: x"), b"data: data: forged\ndata: \ndata: event: x\n\n"),
    ],
)
def test_no_text_can_forge_an_event(event: Event, travels: bytes) -> None:
    assert event.encode() == travels
