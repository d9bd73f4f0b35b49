"""The redis kind, against a real server, and against some that only pretend."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.targets.looking import probe, see, seen
from tests.targets.loops import run
from tests.targets.redis_server import PASSWORD, redis_server
from tests.targets.serving import Handler, greeting, reset, serving

from bosco.probes.kind import Reading
from bosco.probes.redis_talk import read_info


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("redis")
    yield from redis_server(folder)


def of(port: int, options: str = "", password: str = PASSWORD) -> Reading:
    return seen(f"{{redis: '127.0.0.1:{port}', password: '${{PW}}'{options}}}", {"PW": password})


def test_a_server_that_answers_is_up(port: int) -> None:
    reading = of(port)
    assert reading.outcome == "up"
    assert list(reading.phases) == ["connect", "sign_in", "ping"]


def test_info_is_held_against_what_is_expected(port: int) -> None:
    reading = of(port, ", expect: {info: {role: master, used_memory: '> 1000', connected_clients: '< 100'}}")
    assert reading.outcome == "up"
    assert reading.measures["used_memory"] > 1000
    replica = of(port, ", expect: {info: {role: slave, no_such: 1}}")
    assert replica.because == 'role ("master") == "slave"; no_such (∅) == 1'


def test_who_may_not_in_is_down(port: int) -> None:
    assert "WRONGPASS" in str(of(port, password="wrong").because)
    reading = seen(f"{{redis: '127.0.0.1:{port}'}}")
    assert reading.outcome == "down"
    assert "NOAUTH" in str(reading.because)


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (greeting(b"-LOADING Redis is loading the dataset in memory\r\n"), 'PING ("LOADING'),
        (greeting(b"+HELLO\r\n"), 'PING ("HELLO") == PONG'),
        (greeting(b"220 mail.example\r\n"), "does not speak as Redis does"),
        (greeting(b"$99999999999\r\n"), "does not speak as Redis does"),
        (greeting(b"$x\r\n"), "does not speak as Redis does"),
        (greeting(b"x" * 100_000), "more than"),
        (reset, "broke the connection off"),
    ],
)
def test_what_is_no_redis_is_down(handler: Handler, says: str) -> None:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f"{{redis: '127.0.0.1:{port}'}}")

    reading = run(story)
    assert reading.outcome == "down"
    assert says in str(reading.because)


def test_the_usual_port_may_be_left_out() -> None:
    assert str(probe("{redis: cache.internal}").redis) == "cache.internal:6379"  # type: ignore[attr-defined]


def test_info_is_read_line_by_line() -> None:
    assert read_info("# Server\r\nredis_version:7.0\r\n\r\nrole:master\r\n") == {
        "redis_version": "7.0",
        "role": "master",
    }
